"""The programs' log files: the last lines of each, and what arrives, through rotation."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from lagoa.errors import ConfigError

POLL_SECONDS = 0.3


def log_files(folder: Path, program: str | None) -> dict[str, Path]:
    """The log files by program.

    Raises:
        ConfigError: there is none, or none of that name.
    """
    found = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if program is None and found:
        return {name: path for name, path in found.items() if not name.startswith("supervisord")}
    if program not in found:
        known = ", ".join(found) or "nothing: it never ran; start it with `make up`"
        raise ConfigError(f"logs: found no {program or 'logs'}, expected one of: {known}.")
    return {program: found[program]}


def last_lines(files: dict[str, Path], count: int) -> Iterator[tuple[str, str]]:
    """The last lines of each file."""
    for name, path in files.items():
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in deque(file, maxlen=count):
                yield name, line.rstrip("\n")


def follow(files: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """Lines as they arrive, for ever; a file that was rotated is read anew from its beginning."""
    positions = {name: path.stat().st_size for name, path in files.items()}
    while True:
        for name, path in files.items():
            if not path.exists():
                continue
            if path.stat().st_size < positions[name]:
                positions[name] = 0
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(positions[name])
                for line in file:
                    yield name, line.rstrip("\n")
                positions[name] = file.tell()
        time.sleep(POLL_SECONDS)
