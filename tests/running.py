"""A whole running platform for tests, started as `lagoa up` starts it and fed as `lagoa demo` feeds it."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest
from rich.console import Console

from lagoa.platform import demo, installation
from lagoa.platform.airflow_api import AirflowApi
from lagoa.platform.follow import follow
from lagoa.platform.removal import remove
from lagoa.settings import Settings


@dataclass(frozen=True)
class RunningPlatform:
    """The settings in force, what the first demonstration did, and the recorded data that it served, if any."""

    settings: Settings
    outcome: demo.Outcome
    data: Path | None

    def faults(self, *rules: dict[str, Any]) -> None:
        """Replace the simulator's fault plan; no rule resets it."""
        url = f"{self.settings.simulator_base}/_simulator/faults"
        httpx.put(url, json=list(rules), timeout=30, trust_env=False).raise_for_status()

    def run(self, dag_id: str, **conf: Any) -> "FinishedRun":
        """Trigger a DAG, wait for its end, and tell how each task ended and what went wrong in words."""
        with AirflowApi(self.settings) as airflow:
            run_id = airflow.trigger(dag_id, conf)
            state = follow(airflow, {dag_id: run_id}, Console(quiet=True), seconds=600)[dag_id]
            tasks = {task["task_id"]: str(task["state"]) for task in airflow.tasks(dag_id, run_id)}
        messages = self.sql("select message from ops.failures where run_id = %s order by failure_id", run_id)
        return FinishedRun(run_id, state, tasks, [message for (message,) in messages])

    def wait_until_idle(self, seconds: float = 300) -> None:
        """Wait until no DAG runs any more, those included that a finished one is about to set off."""
        until, quiet = time.monotonic() + seconds, 0
        with AirflowApi(self.settings) as airflow:
            while quiet < 4:
                assert time.monotonic() < until, "the DAGs should have ended"
                active = [
                    run for run in airflow.runs("__", self.outcome.since) if run["state"] in ("queued", "running")
                ]
                quiet = 0 if active else quiet + 1
                time.sleep(1)

    def sql(self, statement: str, *parameters: Any, role: Any = "etl_user") -> list[tuple[Any, ...]]:
        """The rows of a statement; none for one that returns nothing."""
        connection = psycopg2.connect(self.settings.dsn(role))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def gold_digest(self) -> dict[str, str]:
        """A digest of every gold table's rows, whatever their order."""
        tables = self.sql(
            "select table_name from information_schema.tables"
            " where table_schema = 'gold' and table_type = 'BASE TABLE'",
            role="superset_reader",
        )
        return {
            name: self.sql(
                f"select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) from gold.\"{name}\" as t",
                role="superset_reader",
            )[0][0]
            for (name,) in sorted(tables)
        }


@dataclass(frozen=True)
class FinishedRun:
    """How a DAG run ended: its state, each task's state, the failures' messages."""

    run_id: str
    state: str
    tasks: dict[str, str]
    messages: list[str]


@contextlib.contextmanager
def running_platform(data: Path | None) -> Iterator[RunningPlatform]:
    """Start a platform in a temporary state folder, run the demonstration, and remove everything afterwards.

    RUNNING_PLATFORM=<state folder> takes one that runs already, after `make demo`, and leaves it running.
    """
    if standing := os.environ.get("RUNNING_PLATFORM"):
        settings = isolated_settings({"LAGOA_STATE_DIR": standing})
        yield RunningPlatform(settings, demo.run(settings, Console(quiet=True)), settings.simulator_data)
        return
    state_dir = Path(tempfile.mkdtemp(prefix="lagoa-platform-"))
    state_dir.chmod(0o755)
    settings = isolated_settings(
        {"LAGOA_STATE_DIR": str(state_dir), "LAGOA_SCHEDULED": "false", "LAGOA_TASK_RETRIES": "0"}, data=data
    )
    try:
        settings = installation.up(settings)
        yield RunningPlatform(settings, demo.run(settings, Console(quiet=True)), data)
    finally:
        remove(settings)


def isolated_settings(variables: dict[str, str], **chosen: Path | None) -> Settings:
    """The settings under an environment of its own; other tests do not see it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("LAGOA_", "AIRFLOW_", "DBT_"))]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        settings = Settings.load()
        return demo.choose_data(settings, chosen["data"]) if "data" in chosen else settings
