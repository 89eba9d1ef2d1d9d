"""The slices of a run, read by a bounded number of threads: what came of each, or why it failed."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lagoa.errors import LagoaError
from lagoa.lake.manifest import Slice
from lagoa.sources.connector import Connector, Interrupted
from lagoa.sources.received import Received
from lagoa.sources.spec import Resource
from lagoa.sources.stored import Stored

Progress = Callable[[int, int, int], None]
"""Called with slices done, slices in all, records received so far."""


def read_all(
    connector: Connector,
    resource: Resource,
    asked: Sequence[dict[str, str]],
    received: Received,
    stored: Stored,
    parallel: int,
    progress: Progress | None,
) -> tuple[list[Slice], list[LagoaError]]:
    """Read every slice; nothing is swallowed: all slices are tried, the caller fails at the end.

    Returns:
        The slices and the errors, each in the order of what was asked.
    """
    readers = Readers(connector, resource, received, stored, len(asked), progress)
    with ThreadPoolExecutor(parallel) as pool:
        try:
            outcomes = list(pool.map(readers.attempt, range(len(asked)), asked))
        except BaseException:
            readers.stopped.set()  # a mistake of ours, or somebody ends the task: the other threads end, too
            raise
    return (
        [outcome for outcome in outcomes if isinstance(outcome, Slice)],
        [outcome for outcome in outcomes if isinstance(outcome, LagoaError)],
    )


@dataclass
class Readers:
    """What the threads share."""

    connector: Connector
    resource: Resource
    received: Received
    stored: Stored
    total: int
    progress: Progress | None
    stopped: threading.Event = field(default_factory=threading.Event)
    _done: int = 0
    _records: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, at: int, asked: dict[str, str]) -> Slice | LagoaError | None:
        """One slice, or why it failed; None if the run was stopped."""
        got = self.received.done(at)
        if got is None:
            outcome = self._read(at, asked)
            if not isinstance(outcome, Slice):
                return outcome
            got = outcome
        with self._lock:
            self._done += 1
            self._records += got.received
            if self.progress:
                self.progress(self._done, self.total, self._records)
        return got

    def _read(self, at: int, asked: dict[str, str]) -> Slice | LagoaError | None:
        if self.stopped.is_set():
            return None
        mark = self.received.begin(at)
        try:
            resume = self.received.resume_of(mark, self.resource.key_fields)
            reading = self.connector.read(asked, resume)
            for batch in reading.batches():
                self.received.add(mark, self.stored.form(batch.table, asked), batch.position)
                if self.stopped.is_set():
                    return None
            self.received.finish(mark, reading.slice)
        except LagoaError as error:
            self.received.give_up(mark, keeps=isinstance(error, Interrupted))
            return error
        except BaseException:
            self.stopped.set()
            raise
        return reading.slice
