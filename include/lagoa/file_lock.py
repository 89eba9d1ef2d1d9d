"""A lock between processes, held by an open file: it ends with its holder, however that one ends."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

log = logging.getLogger(__name__)


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


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock of a path, and say so where one has to wait for it."""
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(path, waits=False))
        except BlockingIOError:
            log.warning("%s: another process is at work; waiting for its end", path.stem)
            held.enter_context(file_lock(path))
        yield
