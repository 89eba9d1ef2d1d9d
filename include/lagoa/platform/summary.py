"""What a run did, for people: rows in each layer, gates, durations, freshness, failures, as rich tables."""

from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr
from rich.table import Table

from lagoa.lake.session import session
from lagoa.settings import Role, Settings


def query(
    settings: Settings, statement: str, parameters: Sequence[Any] = (), role: Role = "etl_user"
) -> list[tuple[Any, ...]]:
    """The rows of a statement, by default asked as etl_user, which may read all of ops."""
    with session(settings, role) as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def failures_table(settings: Settings, run_ids: Sequence[str]) -> Table:
    """Every failed task of some runs, with its message."""
    table = Table("step", "what went wrong", title="Failures", title_style="bold red", show_lines=True)
    for dag_id, task_id, message in query(
        settings,
        "select dag_id, task_id, message from ops.failures where run_id = any(%s) order by failure_id",
        (list(run_ids),),
    ):
        table.add_row(f"{dag_id}.{task_id}", message)
    return table


def loads_table(settings: Settings, since: str) -> Table:
    """What the loads since a moment did to bronze."""
    table = Table("bronze table", "received", "new", "changed", "gone", "rows now", "seconds", title="Bronze")
    for row in query(
        settings,
        "select source || '__' || resource, sum(received), sum(inserted), sum(updated), sum(deleted),"
        " (array_agg(rows_after order by load_id desc))[1],"
        " round(sum(extract(epoch from finished_at - extracted_at))::numeric, 1)"
        " from ops.loads where status = 'success' and finished_at >= %s group by 1 order by 1",
        (since,),
    ):
        table.add_row(row[0], *(f"{value:,}" for value in row[1:]))
    return table


def gold_table(settings: Settings) -> Table:
    """Each domain's published tables: rows and when."""
    table = Table("gold table", "rows", "published (UTC)", title="Gold")
    for domain, counts, at in query(
        settings,
        "select distinct on (domain) domain, row_counts, published_at from ops.publications"
        " order by domain, publication_id desc",
    ):
        for name, rows in sorted((counts or {}).items()):
            table.add_row(f"gold.{name}  [dim]{domain}", f"{rows:,}", f"{at:%Y-%m-%d %H:%M:%S}")
    return table


def gates_table(settings: Settings, since: str) -> Table:
    """The gates since a moment: checks passed, warnings and critical failures by layer and domain."""
    table = Table("gate", "checks", "passed", "warnings", "critical", title="Quality gates")
    for layer, domain, checks, passed, warnings, critical in query(
        settings,
        "with latest as (select distinct on (layer, domain, table_name, expectation, column_name, meaning)"
        " layer, domain, severity, success from ops.quality_results where checked_at >= %s"
        " order by layer, domain, table_name, expectation, column_name, meaning, checked_at desc)"
        " select layer, domain, count(*), count(*) filter (where success),"
        " count(*) filter (where not success and severity <> 'critical'),"
        " count(*) filter (where not success and severity = 'critical')"
        " from latest group by 1, 2 order by array_position(array['bronze', 'silver', 'gold'], layer), 2",
        (since,),
    ):
        style = "red" if critical else "yellow" if warnings else "green"
        counts = map(str, (checks, passed, warnings, critical))
        table.add_row(f"[{style}]{layer} {domain or ''}", *counts)
    return table


def warnings_table(settings: Settings, since: str) -> Table | None:
    """The checks that warned since a moment, in words; None where none did."""
    rows = query(
        settings,
        "select distinct layer || '.' || table_name, meaning, observed from ops.quality_results"
        " where checked_at >= %s and not success order by 1, 2",
        (since,),
    )
    if not rows:
        return None
    table = Table("table", "what was noticed", "observed", title="Warnings", title_style="bold yellow")
    for row in rows:
        table.add_row(*map(str, row))
    return table


def durations_table(rows: Sequence[tuple[str, str, float]]) -> Table:
    """How long each Airflow run took: DAG, state, seconds."""
    table = Table("run", "state", "seconds", title="Airflow")
    for dag_id, state, seconds in rows:
        table.add_row(dag_id, f"[{'green' if state == 'success' else 'red'}]{state}", f"{seconds:.1f}")
    return table


def freshness_table(settings: Settings) -> Table:
    """How fresh each domain's data is, as analysts see it."""
    table = Table("domain", "source", "checked (UTC)", "last change (UTC)", "published (UTC)", title="Freshness")
    for domain, source, *moments in query(
        settings,
        "select dominio, fonte, ultima_verificacao_at, ultima_mudanca_at, publicado_at"
        " from gold.atualizacao_dos_dados order by 1, 2",
        role="superset_reader",
    ):
        table.add_row(domain, source, *(f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "never" for moment in moments))
    return table


def addresses(settings: Settings) -> str:
    """The addresses of what runs, with the generated accounts."""

    def shown(secret: SecretStr | None) -> str:
        return secret.get_secret_value() if secret else "(not set)"

    airflow = settings.airflow_public_url or settings.airflow_base
    superset = settings.superset_public_url or settings.superset_base
    lines = [
        f"[bold]Dashboards[/]  {superset}  analista / {shown(settings.analyst_password)}",
        f"            administration: admin / {shown(settings.superset_admin_password)}",
        f"[bold]Airflow[/]     {airflow}  admin / {shown(settings.airflow_admin_password)}",
        f"[bold]Data docs[/]   {settings.data_docs_url or settings.state_dir / 'gx' / 'data_docs' / 'index.html'}",
    ]
    simulator = settings.simulator_public_url or (None if settings.simulator_url else settings.simulator_base)
    if settings.sources == "simulator" and simulator:
        lines.append(f"[bold]Simulator[/]   {simulator}")
    return "\n".join(lines)
