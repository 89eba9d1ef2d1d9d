"""The DAG that keeps the raw zone within LAGOA_RAW_RETENTION_DAYS: one task a source, every night.

    maintain__raw_zone:  remove_old_runs [one for each source]

Without a policy there is no such DAG: everything is kept.
"""

import datetime as dt
from typing import Any

from airflow.sdk import DAG, get_current_context, get_parsing_context, task

from lagoa.orchestration.defaults import task_defaults
from lagoa.orchestration.failures import told
from lagoa.settings import Settings
from lagoa.sources.spec import load_specs

DAG_ID = "maintain__raw_zone"
SCHEDULE = "30 2 * * *"
"""Before the ingestions of the morning."""
DOCS = """\
Removes runs from the raw zone that are older than **{days} days** (`LAGOA_RAW_RETENTION_DAYS`) and that no table needs
to be rebuilt. What stays lets `lagoa replay` rebuild every table as it stood at any moment since then.

See first what would go: `lagoa retention --dry-run`.
"""


def maintenance_dags() -> dict[str, DAG]:
    """The DAG by its id, where there is a policy."""
    settings = Settings.load()
    if settings.raw_retention_days is None or get_parsing_context().dag_id not in (None, DAG_ID):
        return {}
    with DAG(
        dag_id=DAG_ID,
        description=f"Keeps the raw zone within {settings.raw_retention_days} days",
        doc_md=DOCS.format(days=settings.raw_retention_days),
        schedule=SCHEDULE if settings.runs_by_clock else None,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(settings.task_retries, settings.task_retry_seconds),
        tags=["maintain"],
    ) as dag:
        remove_old_runs.expand(source=sorted(load_specs(settings.home / "include" / "sources")))
    return {DAG_ID: dag}


@task(map_index_template="{{ source }}", max_active_tis_per_dagrun=1)
def remove_old_runs(source: str) -> dict[str, Any]:
    """Remove what the policy lets go of one source; gives the runs, files and bytes that went."""
    from lagoa.lake.retention import removable, remove
    from lagoa.lake.run import spec_of

    context: Any = get_current_context()
    context["source"] = source  # how Airflow's grid names this task
    settings = Settings.load()
    gone = {"runs": 0, "files": 0, "bytes": 0}
    with told(settings, context):
        for each in removable(settings, spec_of(settings, source), dt.datetime.now(dt.UTC)):
            if each.files:
                remove(settings, each)
            gone["runs"] += len(each.runs)
            gone["files"] += len(each.files)
            gone["bytes"] += each.bytes
    return gone
