"""Kills in a running platform: which programs, when, and what bronze holds afterwards."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil
from rich.console import Console

from lagoa.lake.session import session
from lagoa.platform import database
from lagoa.platform.airflow_api import AirflowApi
from lagoa.platform.demo import Editions
from lagoa.platform.follow import ENDED
from lagoa.platform.processes import descendants
from lagoa.platform.supervisor import Supervisor
from lagoa.settings import Settings

TARGETS = ("worker", "scheduler", "postgres", "simulator")
QUIET = Console(quiet=True)
PATIENCE_SECONDS = 900
WAIT_FOR_VICTIM_SECONDS = 180
Digests = dict[str, str]
"""Rows and content of each bronze table, whatever the load that brought them."""


class Undisturbed(NamedTuple):
    """What the ingestions take and leave when nothing disturbs them: seconds, and what bronze holds afterwards."""

    seconds: float
    bronze: Digests


@dataclass(frozen=True)
class Kill:
    """One blow: what was hit, how many seconds after the start, which process."""

    target: str
    after: float
    pid: int | None


@dataclass
class Disturbance:
    """Four kills, one of each target, at random moments of the first `span` seconds of an ingestion."""

    seed: int
    span: float
    done: list[Kill] = field(default_factory=list)

    def plan(self) -> list[tuple[float, str]]:
        """The moments, in seconds after the start, and the targets; the same for the same seed."""
        draw = random.Random(self.seed)  # noqa: S311  (repeatable, not secret)
        targets = list(TARGETS)
        draw.shuffle(targets)
        return sorted(zip((draw.uniform(0.5, self.span) for _ in targets), targets, strict=True))


class Laboratory:
    """One running platform to be disturbed."""

    def __init__(self, settings: Settings, sources: Sequence[str]) -> None:
        self.settings, self.sources = settings, sources
        self.supervisor = Supervisor(settings.state_dir)
        self.editions = Editions(settings)

    def start_over(self, *, with_first_edition: bool) -> None:
        """Empty the lakehouse, ingest the sources as they first were, or nothing, and show them as they last are.

        A simulator that is killed comes back with the last edition.
        """
        database.start_over(self.settings)
        if with_first_edition:
            self.editions.switch(1)
            self.ingest()
        self.editions.switch(max(self.editions.counts.values()))

    def ingest(self, disturbance: Disturbance | None = None) -> float:
        """Run the ingestions side by side to their end, whatever falls on them meanwhile.

        Returns:
            The seconds that they took.

        Raises:
            AssertionError: a run failed, or did not end.
        """
        with AirflowApi(self.settings) as airflow:
            airflow.wait_for_dags([f"ingest__{name}" for name in self.sources])
            runs = {f"ingest__{name}": airflow.trigger(f"ingest__{name}", {"announce": False}) for name in self.sources}
        began = time.monotonic()
        blows = threading.Thread(target=self._strike, args=(disturbance, began)) if disturbance else None
        if blows:
            blows.start()
        states: dict[str, str] = {}
        while len(states) < len(runs):
            if time.monotonic() - began > PATIENCE_SECONDS:
                late = {dag_id: self._tasks(dag_id, run_id) for dag_id, run_id in runs.items() if dag_id not in states}
                raise AssertionError(f"not ended: {late}")
            time.sleep(1)
            for dag_id, run_id in runs.items():
                state = self._state(dag_id, run_id)
                if state in ENDED:
                    states[dag_id] = state
        if blows:
            blows.join()
        assert set(states.values()) == {"success"}, self._told(states, runs, disturbance)
        return time.monotonic() - began

    def digests(self) -> Digests:
        """What every bronze table holds, without what names the load: of a row that vanished that it did, not when."""
        with session(self.settings) as cursor:
            cursor.execute("select table_name from information_schema.tables where table_schema = 'bronze'")
            found = {}
            for (name,) in sorted(cursor.fetchall()):
                of_the_load = "array['_load_id', '_run_id', '_loaded_at', '_deleted_at']"
                content = f"to_jsonb(t) - {of_the_load} || jsonb_build_object('gone', _deleted_at is not null)"
                cursor.execute(
                    f"select count(*) || ' ' || coalesce(sum(hashtextextended(({content})::text, 0)), 0)"
                    f' from bronze."{name}" as t'
                )
                found[name] = cursor.fetchone()[0]
            return found

    def unfinished_loads(self, editions: int) -> list[tuple[object, ...]]:
        """Loads that the ledger does not hold as successful, and resources loaded more than once an edition."""
        with session(self.settings) as cursor:
            cursor.execute(
                "select source, resource, string_agg(status, ', ') from ops.loads group by 1, 2"
                " having bool_or(status <> 'success') or count(*) > %s",
                (editions,),
            )
            return cursor.fetchall()

    def _strike(self, disturbance: Disturbance, began: float) -> None:
        for moment, target in disturbance.plan():
            time.sleep(max(0.0, began + moment - time.monotonic()))
            disturbance.done.append(Kill(target, time.monotonic() - began, self._kill(target)))

    def _kill(self, target: str) -> int | None:
        """Kill a program at once, without a word to it; None where none of the kind ran for three minutes."""
        until = time.monotonic() + WAIT_FOR_VICTIM_SECONDS
        while time.monotonic() < until:
            if victims := self._victims(target):
                victim = random.choice(victims)  # noqa: S311
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim.pid, signal.SIGKILL)
                    return victim.pid
            time.sleep(0.05)
        return None

    def _victims(self, target: str) -> list[psutil.Process]:
        """The processes that stand for a target: a program itself, or those that work at a task at this moment."""
        program = "airflow-scheduler" if target in ("worker", "scheduler") else target
        guard = next((state.pid for state in self.supervisor.states() if state.name == program), 0)
        below = descendants(guard) if guard else []  # none while supervisord starts the program again
        if target != "worker":
            return below[:1]
        busy = [process for process in below if _is_busy(process)]
        return [*busy, *(child for worker in busy for child in descendants(worker.pid))]

    def _state(self, dag_id: str, run_id: str) -> str | None:
        """The state of a run, or None while Airflow cannot tell (its database is being restarted)."""
        try:
            with AirflowApi(self.settings) as airflow:
                return str(airflow.run(dag_id, run_id)["state"])
        except Exception:  # noqa: BLE001  (whatever a server says whose database was just killed)
            return None

    def _told(self, states: dict[str, str], runs: dict[str, str], disturbance: Disturbance | None) -> str:
        """Which runs failed, at which tasks, what these said, and what had been killed."""
        failed = {dag_id: self._tasks(dag_id, runs[dag_id]) for dag_id, state in states.items() if state != "success"}
        with session(self.settings) as cursor:
            cursor.execute("select task_id, message from ops.failures where run_id = any(%s)", (list(runs.values()),))
            return f"{failed}\nsaid: {cursor.fetchall()}\nkilled: {disturbance.done if disturbance else 'nothing'}"

    def _tasks(self, dag_id: str, run_id: str) -> list[str]:
        """What the tasks of a run are at, where it is not success."""
        with AirflowApi(self.settings) as airflow:
            return [
                f"{task['task_id']}: {task['state']}, try {task['try_number']}, begun {task['start_date']}"
                for task in airflow.tasks(dag_id, run_id)
                if task["state"] != "success"
            ]


def _is_busy(process: psutil.Process) -> bool:
    """Whether it is a worker of the LocalExecutor with a task in hand; it says so in its title."""
    try:
        title = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "LocalExecutor: " in title and "<idle>" not in title
