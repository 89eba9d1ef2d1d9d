"""How long the transformations take through Airflow, as a ratio to one plain `dbt build` of the same models.

    transform__<domain> triggered in turn  -> the figure: models, gates, publication, Airflow's own
    dbt build of everything, once          -> the peer

It needs a running platform with data (`make demo`). LAGOA_DBT_EXECUTION (local, watcher) chooses how Cosmos runs dbt;
`make up` makes Airflow take a change up. Alone: `python -m benchmarks.transform`.
"""

import os
import subprocess
import time

from rich.console import Console
from rich.table import Table

from lagoa.orchestration.dbt_graph import domains
from lagoa.platform import dbt
from lagoa.platform.airflow_api import AirflowApi
from lagoa.platform.follow import follow
from lagoa.settings import Settings

ORDER = ("transferencias", "orcamento", "contratacoes", "estrutura")
"""estrutura last: its publication sets the others off again."""


def main() -> None:
    """Measure and show."""
    settings, console = Settings.load(), Console()
    environment = {**os.environ, **dbt.environment(settings)}
    began = time.monotonic()
    subprocess.run(
        dbt.command(settings, "--quiet", "build"), env=environment, check=True, timeout=900, cwd=settings.state_dir
    )
    plain = time.monotonic() - began
    graph = domains(settings.dbt_manifest)
    table = Table("domain", "models", "Airflow s", "of them in dbt tasks", title="Transformations through Airflow")
    total = 0.0
    with AirflowApi(settings) as airflow:
        for name in sorted(graph, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
            began = time.monotonic()
            dag_id = f"transform__{name}"
            run_id = airflow.trigger(dag_id)
            if follow(airflow, {dag_id: run_id}, Console(quiet=True))[dag_id] != "success":
                raise SystemExit(f"{dag_id} failed, expected success. See it in Airflow.")
            seconds = time.monotonic() - began
            tasks = airflow.tasks(dag_id, run_id)
            in_dbt = sum(task["duration"] or 0 for task in tasks if task["task_id"].startswith(("silver.", "gold.")))
            models = len(graph[name].silver) + len(graph[name].gold)
            table.add_row(name, str(models), f"{seconds:.1f}", f"{in_dbt:.1f}")
            total += seconds
    console.print(table)
    console.print(
        f"Cosmos {settings.dbt_execution}: {total:.1f} s; plain dbt build {plain:.1f} s; ratio {total / plain:.1f}"
    )


if __name__ == "__main__":
    main()
