"""Watch runs in Airflow until they end, with a line and a bar for each."""

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from lagoa.errors import LagoaError
from lagoa.platform.airflow_api import AirflowApi

ENDED = frozenset({"success", "failed"})
TASK_ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


class Board:
    """One line a run: what runs now and how many steps are done."""

    def __init__(self, airflow: AirflowApi, console: Console) -> None:
        self.airflow, self.console = airflow, console
        self.states: dict[tuple[str, str], str] = {}
        self._lines: dict[tuple[str, str], TaskID] = {}
        self._bar = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}"),
            console=console,
        )

    def __enter__(self) -> "Board":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def look(self, dag_id: str, run_id: str) -> str:
        """Refresh the line of a run; gives the run's state."""
        key = (dag_id, run_id)
        if self.states.get(key) in ENDED:
            return self.states[key]
        tasks = self.airflow.tasks(dag_id, run_id)
        state = str(self.airflow.run(dag_id, run_id)["state"])
        if key not in self._lines:
            self._lines[key] = self._bar.add_task(dag_id, total=len(tasks) or None, now="")
        done = sum(task["state"] in TASK_ENDED for task in tasks)
        self._bar.update(
            self._lines[key],
            total=len(tasks) or 1,
            completed=len(tasks) or 1 if state in ENDED else done,
            description=f"[{_colour(state)}]{dag_id}",
            now=_now(tasks, state),
        )
        if state in ENDED:
            self._bar.stop_task(self._lines[key])
            if not self.console.is_terminal:
                self.console.print(f"{dag_id}: {state}")
        self.states[key] = state
        return state


def follow(airflow: AirflowApi, runs: Mapping[str, str], console: Console, seconds: float = 3600) -> dict[str, str]:
    """Wait for runs to end.

    Args:
        airflow: a signed-in client.
        runs: run id by DAG id.
        console: where the lines are drawn.
        seconds: how long at most.

    Returns:
        The final state by DAG id.

    Raises:
        LagoaError: one has not ended in time.
    """
    deadline = time.monotonic() + seconds
    with Board(airflow, console) as board:
        while True:
            states = {dag_id: board.look(dag_id, run_id) for dag_id, run_id in runs.items()}
            if all(state in ENDED for state in states.values()):
                return states
            if time.monotonic() > deadline:
                late = ", ".join(dag_id for dag_id, state in states.items() if state not in ENDED)
                raise LagoaError(f"Airflow: {late} has not ended after {seconds:.0f} s. See `lagoa logs scheduler`.")
            time.sleep(1)


def _colour(state: str) -> str:
    return {"success": "green", "failed": "red", "running": "cyan"}.get(state, "default")


def _now(tasks: list[dict[str, Any]], state: str) -> str:
    failed = [task["task_id"] for task in tasks if task["state"] == "failed"]
    if failed:
        return f"[red]failed: {', '.join(failed)}"
    if state in ENDED:
        return ""
    return ", ".join(task["task_id"] for task in tasks if task["state"] == "running")[:60]
