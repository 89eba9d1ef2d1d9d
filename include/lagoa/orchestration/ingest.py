"""One DAG a source: extract >> load for each resource, parents before children, then the bronze gate.

    ingest__<source>:  [extract >> load] for each resource >> gate_bronze >> asset bronze__<source>, if anything changed

Tasks hand on paths and counts, never data.
"""

import datetime as dt
from typing import Any

from airflow.sdk import DAG, AssetAlias, Param, TaskGroup, TriggerRule, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowSkipException

from lagoa.orchestration.defaults import bronze_asset, task_defaults
from lagoa.orchestration.failures import told
from lagoa.settings import Settings
from lagoa.sources.enabled import enabled_specs
from lagoa.sources.spec import SourceSpec

DOCS = """\
**{title}** → `bronze.{source}__…`

One run fetches each resource into the raw zone, loads it into bronze in one transaction and checks bronze.
Every step can be run again: a run already loaded changes nothing.

- *full*: ask for everything, whatever the watermark; also finds what has vanished at the source.
- *announce*: set off the transformations; otherwise the next run that announces does it for this one too.
- *accept_shrink*: take a table that lost more rows than its spec allows.
- *since*, *until*: a backfill: ask for the windows of these days only, of every resource that has windows.
- *resources*: only these; by default all.
- *max_parallel*: fewer requests at once than the spec allows, for a backfill beside the daily work.

Source: [{url}]({url}) · {owner} · {licence}
"""


def ingest_dags() -> dict[str, DAG]:
    """The DAG of every source that runs here, by DAG id; inside a task, of its own DAG only, which is faster."""
    settings = Settings.load()
    wanted = get_parsing_context().dag_id
    specs = enabled_specs(settings)
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
            "since": Param(None, type=["null", "string"], format="date", description="Backfill: the first day."),
            "until": Param(None, type=["null", "string"], format="date", description="Backfill: the last day."),
            "resources": Param(
                None,
                type=["null", "array"],
                items={"type": "string", "enum": list(spec.resources)},
                examples=list(spec.resources),
                description="Only these resources; none named = all.",
            ),
            "max_parallel": Param(None, type=["null", "integer"], minimum=1, description="At most so many requests."),
        },
    ) as dag:
        gate = gate_bronze(spec.source)
        loads: dict[str, Any] = {}
        for name in spec.in_order():
            with TaskGroup(name):
                manifest_path: Any = extract(spec.source, name)  # a string once the task has run
                loads[name] = load(spec.source, name, manifest_path)
            loads[name] >> gate
            if parent := spec.resources[name].parent:
                [loads[above] for above in parent.resources] >> manifest_path
    return dag


# A parent that was passed over has its rows from earlier runs. A first load may take a day: each request has its own
# time-out, and an attempt goes on where the one before ended.
@task(trigger_rule=TriggerRule.NONE_FAILED, execution_timeout=dt.timedelta(hours=24))
def extract(source: str, resource: str) -> str:
    """Fetch one resource into the raw zone; gives the manifest's path."""
    from lagoa.lake.raw import RawZone
    from lagoa.lake.run import extract_resource, spec_of

    context, settings = get_current_context(), Settings.load()
    params = context["params"]
    with told(settings, context):
        _pass_over(settings, spec_of(settings, source), resource, context)
        manifest = extract_resource(
            settings,
            source,
            resource,
            context["dag_run"].run_id,
            full=bool(params["full"]),
            since=_day(params["since"]),
            until=_day(params["until"]),
            max_parallel=params["max_parallel"],
        )
        return RawZone(settings.raw_base, settings.raw_store).manifest_path(manifest)


def _pass_over(settings: Settings, spec: SourceSpec, resource: str, context: Any) -> None:
    """Skip the task where the run is not about this resource, or its own schedule is not due."""
    from lagoa.lake import readiness

    params, each = context["params"], spec.resources[resource]
    if params["resources"] and resource not in params["resources"]:
        raise AirflowSkipException(f"this run is about {', '.join(params['resources'])}")
    if (params["since"] or params["until"]) and each.window is None:
        raise AirflowSkipException("a backfill asks for windows, and this resource has none")
    by_clock = context["dag_run"].run_type == "scheduled"
    if by_clock and each.schedule and not readiness.is_due(settings, spec.source, resource, each.schedule):
        raise AirflowSkipException(f"its own schedule ({each.schedule}) is not due")


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@task
def load(source: str, resource: str, manifest_path: str) -> dict[str, Any]:
    """Load a run from the raw zone into bronze; gives the counts."""
    from lagoa.lake.run import load_manifest

    context, settings = get_current_context(), Settings.load()
    with told(settings, context):
        result = load_manifest(settings, source, manifest_path, accept_shrink=bool(context["params"]["accept_shrink"]))
        return {"received": result.received, "changed": result.changed, "rows_after": result.rows_after}


@task(outlets=[AssetAlias("bronze")], trigger_rule=TriggerRule.NONE_FAILED)
def gate_bronze(source: str) -> dict[str, Any]:
    """Check the source's bronze tables; announce them if they changed since they were last announced."""
    from lagoa.lake import announce, readiness
    from lagoa.lake.run import spec_of
    from lagoa.quality.gate import run_gate

    context, settings = get_current_context(), Settings.load()
    run_id = context["dag_run"].run_id
    spec = spec_of(settings, source)
    tables = [spec.table(name) for name in spec.resources]
    with told(settings, context):
        never_loaded = readiness.missing(settings, tables, [])
        run_gate(
            "bronze",
            [table for table in tables if f"bronze.{table}" not in never_loaded],
            run_id=run_id,
            domain=spec.domain,
            settings=settings,
        )
        changed = announce.changed_loads(settings, source, run_id)
        if changed and context["params"]["announce"]:
            context["outlet_events"][AssetAlias("bronze")].add(bronze_asset(source), extra={"load_id": changed})
            announce.announced(settings, source, changed, run_id)
    return {"announced": changed}
