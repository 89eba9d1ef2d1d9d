"""One DAG a source: extract >> load for each resource, then the bronze gate.

    ingest__<source>:  [extract >> load] for each resource >> gate_bronze >> asset bronze__<source>, if anything changed

Tasks hand on paths and counts, never data.
"""

from typing import Any

from airflow.sdk import DAG, AssetAlias, Param, TaskGroup, get_current_context, get_parsing_context, task

from lagoa.orchestration.defaults import bronze_asset, task_defaults
from lagoa.orchestration.failures import told
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec, load_specs

DOCS = """\
**{title}** → `bronze.{source}__…`

One run fetches each resource into the raw zone, loads it into bronze in one transaction and checks bronze.
Every step can be run again: a run already loaded changes nothing.

- *full*: ask for everything, whatever the watermark; also finds what has vanished at the source.
- *announce*: set off the transformations; otherwise the next run that announces does it for this one too.
- *accept_shrink*: take a table that lost more rows than its spec allows.

Source: [{url}]({url}) · {owner} · {licence}
"""


def ingest_dags() -> dict[str, DAG]:
    """The DAG of every spec in include/sources, by DAG id; inside a task, of its own DAG only, which is faster."""
    settings = Settings.load()
    wanted = get_parsing_context().dag_id
    specs = load_specs(settings.home / "include" / "sources")
    return {
        f"ingest__{source}": ingest_dag(spec, settings)
        for source, spec in specs.items()
        if wanted in (None, f"ingest__{source}")
    }


def ingest_dag(spec: SourceSpec, settings: Settings) -> DAG:
    """The DAG of one source."""
    with DAG(
        dag_id=f"ingest__{spec.source}",
        description=spec.title,
        doc_md=DOCS.format(**spec.model_dump(include={"title", "source", "url", "owner", "licence"})),
        # No start_date: a new installation waits for the clock. With one, every DAG would run at once.
        schedule=spec.schedule if settings.runs_by_clock else None,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(settings.task_retries, settings.task_retry_seconds),
        tags=["ingest", spec.domain],
        params={
            "full": Param(False, type="boolean", description="Ask for everything, whatever the watermark."),
            "announce": Param(True, type="boolean", description="Set off the transformations of what changed."),
            "accept_shrink": Param(False, type="boolean", description="Take a table that lost more rows than allowed."),
        },
    ) as dag:
        gate = gate_bronze(spec.source)
        for name in spec.resources:
            with TaskGroup(name):
                manifest_path: Any = extract(spec.source, name)  # a string once the task has run
                load(spec.source, name, manifest_path) >> gate
    return dag


@task
def extract(source: str, resource: str) -> str:
    """Fetch one resource into the raw zone; gives the manifest's path."""
    from lagoa.lake.raw import RawZone
    from lagoa.lake.run import extract_resource

    context, settings = get_current_context(), Settings.load()
    with told(settings, context):
        manifest = extract_resource(
            settings, source, resource, context["dag_run"].run_id, full=bool(context["params"]["full"])
        )
        return RawZone(settings.raw_base).manifest_path(manifest)


@task
def load(source: str, resource: str, manifest_path: str) -> dict[str, Any]:
    """Load a run from the raw zone into bronze; gives the counts."""
    from lagoa.lake.run import load_manifest

    context, settings = get_current_context(), Settings.load()
    with told(settings, context):
        result = load_manifest(settings, source, manifest_path, accept_shrink=bool(context["params"]["accept_shrink"]))
        return {"received": result.received, "changed": result.changed, "rows_after": result.rows_after}


@task(outlets=[AssetAlias("bronze")])
def gate_bronze(source: str) -> dict[str, Any]:
    """Check the source's bronze tables; announce them if they changed since they were last announced."""
    from lagoa.lake import announce
    from lagoa.lake.run import spec_of
    from lagoa.quality.gate import run_gate

    context, settings = get_current_context(), Settings.load()
    run_id = context["dag_run"].run_id
    spec = spec_of(settings, source)
    with told(settings, context):
        run_gate(
            "bronze",
            [spec.table(name) for name in spec.resources],
            run_id=run_id,
            domain=spec.domain,
            settings=settings,
        )
        changed = announce.changed_loads(settings, source)
        if changed and context["params"]["announce"]:
            context["outlet_events"][AssetAlias("bronze")].add(bronze_asset(source), extra={"load_id": changed})
            announce.announced(settings, source, changed)
    return {"announced": changed}
