"""How long Airflow takes to parse each DAG file, as a ratio to importing Airflow alone.

    fresh interpreter: import airflow.sdk            -> the peer
    fresh interpreter: import airflow.sdk, the file  -> the figure

Processor seconds of whole processes, the median of several, the two in turn. Alone: `python -m benchmarks.dag_parse`.
"""

import os
import statistics
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from lagoa.platform import airflow
from lagoa.settings import Settings

RUNS = 5


def processor_seconds(code: str, environment: dict[str, str]) -> float:
    """User and system seconds of a fresh interpreter that runs some code."""
    before = os.times()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, timeout=120)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Measure and show."""
    settings = Settings.load()
    environment = {**os.environ, **airflow.environment(settings)}
    alone = "import airflow.sdk"
    table = Table("DAG file", "processor s", "Airflow alone", "ratio", title="Parsing the DAG files")
    for path in sorted((settings.home / "dags").glob("*.py")):
        parsed = f"{alone}; import runpy; runpy.run_path({str(path)!r})"
        pairs = [(processor_seconds(alone, environment), processor_seconds(parsed, environment)) for _ in range(RUNS)]
        peer, figure = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(ours / theirs for theirs, ours in pairs)
        table.add_row(path.name, f"{figure:.2f}", f"{peer:.2f}", f"{ratio:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
