"""One DAG a domain: bronze assets -> silver -> gate -> gold_next -> gate -> publish.

    transform__<domain>:  ready >> silver (Cosmos) >> gate_silver >> gold (Cosmos) >> gate_gold >> publish

It is built from the dbt manifest and runs when a source of the domain changed, not by the clock.
"""

import datetime as dt
from typing import Any

from airflow.sdk import DAG, AssetAny, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowSkipException
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from lagoa.orchestration.dbt_graph import Domain, domains
from lagoa.orchestration.defaults import START, bronze_asset, gold_asset, task_defaults
from lagoa.orchestration.failures import told
from lagoa.settings import Settings
from lagoa.sources.enabled import enabled_specs

DOCS = """\
**{name}**: {bronze} → silver ({silver}) → gold ({gold}).

Runs when one of its sources changed. Each layer is checked before the next is built; gold is built in `gold_next` and
swapped into `gold` in one transaction. Undo the last publication with `lagoa rollback {name}`.
"""


def transform_dags() -> dict[str, DAG]:
    """The DAG of every domain of the dbt project, by DAG id; inside a task, of its own DAG only, which is faster."""
    settings = Settings.load()
    wanted = get_parsing_context().dag_id
    specs = enabled_specs(settings)
    source_of = {spec.table(name): source for source, spec in specs.items() for name in spec.resources}
    return {
        f"transform__{domain.name}": transform_dag(
            domain, sorted({source_of[table] for table in domain.bronze}), settings
        )
        for domain in domains(settings.dbt_manifest, frozenset(source_of)).values()
        if wanted in (None, f"transform__{domain.name}")
    }


def transform_dag(domain: Domain, sources: list[str], settings: Settings) -> DAG:
    """The DAG of one domain.

    Args:
        domain: its tables and what it reads.
        sources: the source systems whose bronze tables it reads.
        settings: where the dbt project is and how Cosmos runs it.
    """
    assets = [*map(bronze_asset, sources), *map(gold_asset, domain.upstream)]
    with DAG(
        dag_id=f"transform__{domain.name}",
        description=f"Silver, gold and publication of the domain {domain.name}",
        doc_md=DOCS.format(
            name=domain.name,
            bronze=", ".join(domain.bronze),
            silver=", ".join(domain.silver),
            gold=", ".join(domain.gold) or "none yet",
        ),
        schedule=AssetAny(*assets) if len(assets) > 1 else assets,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(settings.task_retries, settings.task_retry_seconds),
        tags=["transform", domain.name],
    ) as dag:
        in_flight = [*(f"ingest__{name}" for name in sources), *(f"transform__{name}" for name in domain.upstream)]
        start = ready(domain.name, list(domain.bronze), sources, list(domain.upstream), in_flight)
        gate_silver = gate.override(task_id="gate_silver")("silver", domain.name, list(domain.silver))
        done = publish.override(outlets=[gold_asset(domain.name)])(domain.name, list(domain.gold), sources)
        start >> _models("silver", domain, settings) >> gate_silver
        if domain.gold:
            gate_gold = gate.override(task_id="gate_gold")("gold", domain.name, list(domain.gold))
            gate_silver >> _models("gold", domain, settings) >> gate_gold >> done
        else:  # so far the domain ends at silver; its publication tells that silver passed
            gate_silver >> done
    return dag


def _models(layer: str, domain: Domain, settings: Settings) -> DbtTaskGroup:
    project = settings.home / "dbt_project"
    watcher = settings.dbt_execution == "watcher"
    return DbtTaskGroup(
        group_id=layer,
        project_config=ProjectConfig(
            dbt_project_path=project, manifest_path=settings.dbt_manifest, install_dbt_deps=False
        ),
        profile_config=ProfileConfig(
            profile_name="lagoa", target_name="build", profiles_yml_filepath=project / "profiles.yml"
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER if watcher else ExecutionMode.LOCAL,
            invocation_mode=InvocationMode.DBT_RUNNER,
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=[f"path:models/{layer}/{domain.name}"],
            exclude=list(domain.left_out),
            test_behavior=TestBehavior.AFTER_EACH if watcher else TestBehavior.BUILD,
            emit_datasets=False,
        ),
        operator_args={
            "execution_timeout": dt.timedelta(hours=1),
            "install_deps": False,
            "indirect_selection": "buildable",  # a test that compares gold with silver runs with gold
            # Unit tests are for `make test`; nobody reads the artifacts of one model's task, a third of its time.
            "dbt_cmd_flags": ["--exclude-resource-type", "unit_test", "--no-write-json"],
        },
    )


WAIT_AT_MOST = dt.timedelta(minutes=15)
"""So long a build waits for ingestions that are under way; a first load may take hours, and sets off its own."""


@task.sensor(mode="reschedule", poke_interval=5, timeout=2 * WAIT_AT_MOST.total_seconds())
def ready(domain: str, bronze: list[str], sources: list[str], upstream: list[str], in_flight: list[str]) -> bool:
    """Wait for what is about to change the domain again; skip the run if too little is there or nothing is new.

    One build then does for changes that come together. A run started by hand waits for nothing and always builds.

    Args:
        domain: what is built.
        bronze: the bronze tables that it reads.
        sources: the source systems of those.
        upstream: the domains that it reads.
        in_flight: the DAGs that load the former and build the latter.
    """
    from lagoa.lake import readiness

    context, settings = get_current_context(), Settings.load()
    run, instance = context["dag_run"], context["ti"]
    by_assets = run.run_type == "asset_triggered"
    has_time = run.start_date is None or dt.datetime.now(dt.UTC) - run.start_date < WAIT_AT_MOST
    if (
        by_assets
        and has_time
        and any(instance.get_dr_count(dag_id, states=["queued", "running"]) for dag_id in in_flight)
    ):
        return False
    with told(settings, context):
        missing = readiness.missing(settings, bronze, upstream)
        if missing:
            raise AirflowSkipException(f"waiting for {', '.join(missing)}: nothing was loaded there yet")
        if by_assets and readiness.is_up_to_date(settings, domain, sources, upstream):
            raise AirflowSkipException("the build published last saw every change already")
        readiness.begin(settings, domain, run.run_id)
    return True


@task
def gate(layer: str, domain: str, tables: list[str]) -> dict[str, Any]:
    """Check the tables of a layer; a critical failure stops the domain here."""
    from lagoa.quality.gate import run_gate

    context, settings = get_current_context(), Settings.load()
    with told(settings, context):
        run_gate(layer, tables, run_id=context["dag_run"].run_id, domain=domain, settings=settings)
    return {"tables": len(tables)}


@task
def publish(domain: str, tables: list[str], sources: list[str]) -> dict[str, Any]:
    """Swap the checked tables into gold, all in one transaction."""
    from lagoa.lake.publish import publish as swap

    context, settings = get_current_context(), Settings.load()
    with told(settings, context):
        swap(domain, tables, run_id=context["dag_run"].run_id, sources=sources, settings=settings)
    return {"tables": len(tables)}
