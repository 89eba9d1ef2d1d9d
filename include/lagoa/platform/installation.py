"""One installation as a whole: settings -> secrets, ports, Postgres, roles, metadata, programs, all healthy; its end.

installation.up(Settings.load())    what `lagoa up` does; repeating it changes only what changed
installation.down(settings)
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from lagoa.errors import LagoaError
from lagoa.file_lock import file_lock
from lagoa.platform import airflow, configuration, database, dbt, health, programs, superset
from lagoa.platform.postgres import EmbeddedPostgres, wait_until_ready
from lagoa.platform.program import Program
from lagoa.platform.supervisor import Supervisor
from lagoa.settings import Settings

Reporter = Callable[[str], AbstractContextManager[object]]
"""Given a step's name, a context that lasts as long as the step."""

HEALTHY_SECONDS = 180
QUIET_SECONDS = 30
ALL_PARTS = frozenset({"simulator", "airflow", "superset"})


def up(settings: Settings, report: Reporter = lambda _: nullcontext(), parts: frozenset[str] = ALL_PARTS) -> Settings:
    """Bring the installation up; returns when every program is healthy.

    Args:
        settings: as loaded; what is missing is generated.
        report: told of each step.
        parts: beside Postgres, which of simulator, airflow and superset.

    Returns:
        The settings in force: with the generated secrets and the ports that were found.

    Raises:
        LagoaError: what did not work, and what to do.
    """
    supervisor = Supervisor(settings.state_dir)
    with exclusive(settings):
        with report("settings"):
            running = supervisor.running()
            own = {program.port for program in running.values() if program.port}
            if "simulator" in running:
                own.add(settings.simulator_imap_port)
            settings = configuration.complete(settings, own)
        rollout = Rollout(settings, supervisor)
        with report("postgres"):
            rollout.start_postgres()
        with report("databases, roles, schemas"):
            database.apply(settings)
        steps = [_airflow_step, _superset_step, _simulator_step]
        with ThreadPoolExecutor(len(steps)) as pool:
            futures = [pool.submit(step, settings, rollout, report, parts) for step in steps]
        for future in futures:
            future.result()
        supervisor.apply(rollout.programs)
    return settings


def down(settings: Settings, report: Reporter = lambda _: nullcontext()) -> None:
    """End every process of the installation.

    Raises:
        LagoaError: some could not be ended; named by pid.
    """
    with exclusive(settings), report("processes"):
        left = Supervisor(settings.state_dir).shut_down()
    if left:
        raise LagoaError(f"down: pids {left} are still there, expected none. End them with `kill -9`.")


def exclusive(settings: Settings) -> AbstractContextManager[None]:
    """Let only one `up`, `down` or `clean` of an installation work at a time; the next waits."""
    return file_lock(settings.state_dir / "lock")


class Rollout:
    """The programs that run by now; grows as their preparations end, in any order."""

    def __init__(self, settings: Settings, supervisor: Supervisor) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.programs: list[Program] = []
        self._before = supervisor.running()
        self._lock = threading.Lock()

    def start_postgres(self) -> None:
        """Start the embedded server, if it is ours, and wait until it answers."""
        url = self.settings.dsn("lagoa_admin", "postgres")
        if self.settings.embedded:
            server = EmbeddedPostgres.of(self.settings)
            server.prepare()
            self.start([server.program()])
        else:
            with self._lock:
                self._apply()
        wait_until_ready(url, timeout=60)

    def start(self, added: list[Program]) -> None:
        """Start programs beside those that run already."""
        with self._lock:
            self.programs += added
            self._apply()

    def start_and_wait(self, added: list[Program]) -> None:
        """Start programs and wait until they are healthy.

        Raises:
            LagoaError: one is not in time; with its last words.
        """
        self.start(added)
        for program in added:
            wait_until_healthy(self.settings, program.name, self.supervisor.log_dir / f"{program.name}.log")

    def _apply(self) -> None:
        """Programs of an earlier `up` stay as they are until their turn comes."""
        named = {program.name for program in self.programs}
        self.supervisor.apply([*self.programs, *(old for name, old in self._before.items() if name not in named)])


def wait_until_healthy(settings: Settings, program: str, log: Path) -> None:
    """Wait until a program does its work; longer on a slow machine, where its log still grows.

    Raises:
        LagoaError: it does not in time.
    """
    began = grown = time.monotonic()
    length = 0
    while (problem := health.check(settings, program)) is not None:
        now = time.monotonic()
        if log.is_file() and log.stat().st_size != length:
            length, grown = log.stat().st_size, now
        if now - began > HEALTHY_SECONDS and (now - grown > QUIET_SECONDS or now - began > 5 * HEALTHY_SECONDS):
            last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if log.is_file() else []
            raise LagoaError(
                f"{program}: {problem}, expected healthy within {now - began:.0f} s. Read {log}; it ends:\n"
                + "\n".join(last)
            )
        time.sleep(0.3)


def _airflow_step(settings: Settings, rollout: Rollout, report: Reporter, parts: frozenset[str]) -> None:
    if "airflow" not in parts:
        return
    with report("dbt manifest"):
        dbt.ensure_manifest(settings)
    with report("airflow metadata"):
        airflow.prepare(settings)
    with report("airflow"):
        rollout.start_and_wait(airflow.programs(settings))


def _superset_step(settings: Settings, rollout: Rollout, report: Reporter, parts: frozenset[str]) -> None:
    if "superset" not in parts:
        return
    with report("superset metadata and dashboards"):
        superset.prepare(settings)
    with report("superset"):
        rollout.start_and_wait([programs.superset(settings)])


def _simulator_step(settings: Settings, rollout: Rollout, report: Reporter, parts: frozenset[str]) -> None:
    if "simulator" not in parts or settings.simulator_url or settings.sources == "live":
        return
    with report("simulator"):
        rollout.start_and_wait([programs.simulator(settings)])
