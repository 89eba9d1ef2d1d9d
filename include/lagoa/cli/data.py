"""The `lagoa` commands on data: run, ingest, replay, publish, rollback, sql."""

import csv
import datetime as dt
import json
import secrets
import sys
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

import psycopg2
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from lagoa.errors import ConfigError
from lagoa.settings import Settings

console = Console()


class Format(StrEnum):
    """How rows are shown."""

    table = "table"
    csv = "csv"
    json = "json"


class SqlRole(StrEnum):
    """Roles that `lagoa sql` can connect as."""

    lagoa_admin = "lagoa_admin"
    etl_user = "etl_user"
    dbt_user = "dbt_user"
    publisher = "publisher"
    superset_reader = "superset_reader"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("run")(run)
    app.command("ingest")(ingest)
    app.command("replay")(replay)
    app.command("publish")(publish)
    app.command("rollback")(rollback)
    app.command("sql")(sql)


def run(
    dag: Annotated[str, typer.Argument(help="DAG id, e.g. ingest__pncp or transform__orcamento.")],
    full: Annotated[bool, typer.Option(help="Ask for everything, whatever the watermark.")] = False,
    accept_shrink: Annotated[bool, typer.Option(help="Take a table that lost more rows than allowed.")] = False,
) -> None:
    """Trigger a DAG through Airflow, follow it, and tell how it ended."""
    from lagoa.platform.airflow_api import AirflowApi
    from lagoa.platform.follow import follow

    conf = {"full": full, "accept_shrink": accept_shrink} if dag.startswith("ingest__") else {}
    settings = Settings.load()
    with AirflowApi(settings) as airflow:
        run_id = airflow.trigger(dag, conf)
        states = follow(airflow, {dag: run_id}, console)
    if states[dag] != "success":
        from lagoa.platform.summary import failures_table

        console.print(failures_table(settings, [run_id]))
        raise typer.Exit(1)


def ingest(
    source: Annotated[str, typer.Argument(help="Source, e.g. pncp.")],
    resource: Annotated[str | None, typer.Option(help="One resource only.")] = None,
    full: Annotated[bool, typer.Option(help="Ask for everything, whatever the watermark.")] = False,
    accept_shrink: Annotated[bool, typer.Option(help="Take a table that lost more rows than allowed.")] = False,
) -> None:
    """Extract and load a source here, without Airflow; its gate runs with the next DAG run.

    What was broken off goes on where it ended.
    """
    from lagoa.lake.bronze import load
    from lagoa.lake.run import extract_resource, must_have, spec_of

    settings = Settings.load()
    spec = spec_of(settings, source)
    if resource is not None:
        must_have(spec, resource)
    results = []
    with _bar() as bar:
        for name in [resource] if resource else spec.in_order():
            step = bar.add_task(f"{source}.{name}", total=None)

            def show(done: int, total: int, rows: int, step: Any = step, name: str = name) -> None:
                bar.update(step, completed=done, total=total, description=f"{source}.{name}: {rows:,} records")

            run_id = f"cli__{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
            manifest = extract_resource(settings, source, name, run_id, full=full, progress=show)
            results.append(load(spec, manifest, settings=settings, accept_shrink=accept_shrink))
    console.print(_loads(results))


def replay(
    source: Annotated[str, typer.Argument(help="Source, e.g. pncp.")],
    run_id: Annotated[str | None, typer.Option("--run", help="One run only, loaded on top of what stands.")] = None,
) -> None:
    """Load bronze from the raw zone, without asking the source: every run since the first, or one of them."""
    from lagoa.lake.replay import replay_run, replay_source
    from lagoa.lake.run import spec_of

    settings = Settings.load()
    spec = spec_of(settings, source)
    results = replay_run(settings, spec, run_id) if run_id else replay_source(settings, spec)
    console.print(_loads(results))


def publish(domain: Annotated[str, typer.Argument(help="Domain, e.g. orcamento.")]) -> None:
    """Build, check and publish a domain through Airflow: its transform DAG, now."""
    run(f"transform__{domain}")


def rollback(domain: Annotated[str, typer.Argument(help="Domain, e.g. orcamento.")]) -> None:
    """Bring back the version of a domain's gold tables that was published before the present one."""
    from lagoa.lake.publish import rollback as swap_back

    swap_back(domain, settings=Settings.load())
    console.print(f"[green]{domain}: the previous version is published again.[/] The same command undoes this.")


def sql(
    query: Annotated[str, typer.Argument(help="One SQL statement.")],
    role: Annotated[SqlRole, typer.Option(help="Who asks.")] = SqlRole.superset_reader,
    format: Annotated[Format, typer.Option(help="How the rows are shown.")] = Format.table,
) -> None:
    """Ask the lakehouse; by default as the analysts' read-only role."""
    dsn = Settings.load().dsn(role.value)
    try:
        connection = psycopg2.connect(dsn, connect_timeout=10)
    except psycopg2.OperationalError:
        raise ConfigError(
            f"sql as {role.value}: no database at {urlsplit(dsn).netloc.rpartition('@')[2]}, or it does not let the "
            "role in. See `lagoa status`."
        ) from None
    try:
        with connection, connection.cursor() as cursor:
            try:
                cursor.execute(query)
            except psycopg2.Error as error:
                raise ConfigError(f"sql as {role.value}: {str(error).strip()}") from None
            names = [column.name for column in cursor.description or []]
            rows = cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
    _show(names, rows, format)


def _show(names: list[str], rows: list[tuple[Any, ...]], format: Format) -> None:
    if format is Format.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
    elif format is Format.json:
        sys.stdout.write(
            json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str, ensure_ascii=False, indent=1)
            + "\n"
        )
    else:
        table = Table(*map(escape, names))
        for row in rows:
            table.add_row(*("" if value is None else escape(str(value)) for value in row))
        console.print(table)


def _loads(results: list[Any]) -> Table:
    table = Table("table", "received", "new", "changed", "gone", "unchanged", "rows now")
    for result in results:
        counts = (result.received, result.inserted, result.updated, result.deleted, result.unchanged, result.rows_after)
        table.add_row(result.table, *(f"{count:,}" for count in counts))
    return table


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
