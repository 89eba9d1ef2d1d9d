"""Whether the installed packages are those of the lock files."""

import re
from importlib import metadata
from pathlib import Path

LOCKS = {".venv": "requirements.txt", ".venv-superset": "superset_config/requirements.txt"}
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(;[^\\]*)?", re.MULTILINE)


def differences(home: Path) -> dict[str, list[str]]:
    """By environment, the packages that are missing or of another version."""
    return {name: _compare(home / name, home / lock) for name, lock in LOCKS.items() if (home / lock).is_file()}


def _compare(environment: Path, lock: Path) -> list[str]:
    folders = [str(path) for path in environment.glob("lib/python3*/site-packages")]
    installed = {
        canonical(found.metadata["Name"]): found.version
        for found in metadata.distributions(path=folders)
        if found.metadata
    }
    wanted = {
        canonical(name): version
        for name, version, marker in PIN.findall(lock.read_text(encoding="utf-8"))
        if not marker.strip()
    }
    return [
        f"{name} {installed.get(name, 'missing')} instead of {version}"
        for name, version in sorted(wanted.items())
        if installed.get(name) != version
    ]


def canonical(name: str) -> str:
    """A package's name as the index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
