"""What is wrong with an installation, and how to mend it: each examination gives one finding."""

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import psycopg2

from lagoa.errors import LagoaError
from lagoa.platform import airflow, dbt, health, locks
from lagoa.platform.configuration import PORTS
from lagoa.platform.credentials import generated_file
from lagoa.platform.database import LOGIN_ROLES
from lagoa.platform.ports import holder, is_free
from lagoa.platform.supervisor import Supervisor
from lagoa.settings import Settings

NEEDED_BYTES = 5 * 1024**3


@dataclass(frozen=True)
class Finding:
    """What one examination found."""

    subject: str
    ok: bool
    found: str
    remedy: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Every examination in turn; one that cannot be made is a finding too."""
    for examination in EXAMINATIONS:
        try:
            yield from examination(settings)
        except (LagoaError, OSError, psycopg2.Error) as error:
            name = examination.__name__.strip("_").replace("_", " ")
            yield Finding(name, False, str(error).strip().splitlines()[0], "See the other lines first.")


def _python(_: Settings) -> Iterator[Finding]:
    version = sys.version_info
    yield Finding("python", version[:2] in {(3, 11), (3, 12)}, sys.version.split()[0], "Use Python 3.11 or 3.12.")


def _locks(settings: Settings) -> Iterator[Finding]:
    for name, differences in locks.differences(settings.home).items():
        found = "as locked" if not differences else f"{len(differences)} differ: {', '.join(differences[:3])}"
        yield Finding(f"packages of {name}", not differences, found, "Run `make setup`.")


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.state_dir if settings.state_dir.exists() else settings.home).free
    yield Finding("disk", free > NEEDED_BYTES, f"{free / 1024**3:.1f} GiB free", "Free at least 5 GiB.")


def _secrets(settings: Settings) -> Iterator[Finding]:
    path = generated_file(settings)
    if not path.is_file():
        yield Finding("secrets", False, "not generated", "Run `make up`.")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    yield Finding("secrets", mode == 0o600, f"mode {mode:o}", f"Run `chmod 600 {path}`.")


def _processes(settings: Settings) -> Iterator[Finding]:
    supervisor = Supervisor(settings.state_dir)
    states = supervisor.states()
    file = supervisor.run_dir / "supervisord.pid"
    stale = not states and file.is_file() and not psutil.pid_exists(int(file.read_text(encoding="utf-8") or 0))
    if stale:
        yield Finding("processes", False, "a stale pid file: the machine was restarted?", "Run `make up`.")
    elif not states:
        yield Finding("processes", False, "nothing runs", "Run `make up`.")
    for state in states:
        problem = health.check(settings, state.name) if state.pid else f"state {state.state.lower()}"
        yield Finding(state.name, problem is None, problem or "healthy", f"Read `lagoa logs {state.name}`.")


def _ports(settings: Settings) -> Iterator[Finding]:
    own = {program.port for program in Supervisor(settings.state_dir).running().values()}
    for name in PORTS:
        port = getattr(settings, name)
        if port not in own and not is_free(port):
            remedy = f"End that process, or set LAGOA_{name.upper()} to a free port and run `make up`."
            yield Finding(name.replace("_", " "), False, f"{port} is held by {holder(port)}", remedy)


def _database(settings: Settings) -> Iterator[Finding]:
    for role in LOGIN_ROLES:
        try:
            psycopg2.connect(settings.dsn(role), connect_timeout=5).close()
            yield Finding(f"role {role}", True, "connects", "")
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[-1].split("FATAL:")[-1].strip()
            yield Finding(f"role {role}", False, reason, "Run `make up`, which sets roles and passwords.")


def _metadata(settings: Settings) -> Iterator[Finding]:
    current = airflow.is_migrated(settings)
    yield Finding("airflow metadata", current, "current" if current else "of another version", "Run `make up`.")


def _manifest(settings: Settings) -> Iterator[Finding]:
    fresh = dbt.is_fresh(settings)
    yield Finding("dbt manifest", fresh, "fresh" if fresh else "missing or stale", "Run `make up`.")


def _recorded_data(settings: Settings) -> Iterator[Finding]:
    if settings.simulator_data is not None:
        present = settings.simulator_data.is_dir()
        found = f"{settings.simulator_data}{'' if present else ' is not there'}"
        yield Finding("recorded data", present, found, "Set LAGOA_SIMULATOR_DATA to the folder, or unset it.")


EXAMINATIONS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python,
    _locks,
    _disk,
    _secrets,
    _processes,
    _ports,
    _database,
    _metadata,
    _manifest,
    _recorded_data,
)
