"""A lock between the forks of a process that ends with its holder, however that one ends.

One of multiprocessing stays locked for ever where its holder is killed.
"""

import fcntl
import os
import tempfile
from types import TracebackType


class ForkLock:
    """Held by one process at a time, as often as that one likes; takes the place of multiprocessing.Lock and RLock.

    It is a POSIX record lock on a file without a name: forks share the file, never the lock.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the lock
        self._holder: int | None = None  # the process, as a fork finds what its parent wrote here
        self._times = 0

    def acquire(self) -> bool:
        """Wait for the lock."""
        if self._holder != os.getpid():
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            self._holder, self._times = os.getpid(), 0
        self._times += 1
        return True

    def release(self) -> None:
        """Give it back, where it was acquired as often as released."""
        self._times -= 1
        if not self._times:
            self._holder = None
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
