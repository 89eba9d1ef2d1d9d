"""A lock between processes, held by an open file: it ends with its holder, however that one ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file_lock(path: Path, *, waits: bool = True) -> Iterator[None]:
    """Hold the lock of a path, which is made if need be.

    Raises:
        BlockingIOError: another process holds it, and one does not want to wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
