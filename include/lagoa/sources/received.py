"""What a run has received: rows that wait in memory, rows that are durable, and how far each slice has come.

batches of many threads -> chunks of the journal -> parts of bounded size
"""

import threading
import time
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.lake.manifest import Part, Slice
from lagoa.lake.parts import PartWriter
from lagoa.sources.connector import Position, Resume
from lagoa.sources.journal import READING, Chunk, Journal, Mark
from lagoa.sources.watermark import highest, later

FLUSH_SECONDS = 2.0
"""What a crash may cost: rows are made durable when so much time passed since the last time, or when they are many."""


class Received:
    """Collects the records of one run; threads share it."""

    def __init__(self, journal: Journal, watermark: str | None, *, goes_on: bool = True) -> None:
        """Begin where the journal ends.

        Args:
            journal: of the run.
            watermark: the field of the watermark.
            goes_on: whether a slice may be gone on with in its middle; without it, it is read from its beginning.
        """
        self._journal, self._watermark_field, self._goes_on = journal, watermark, goes_on
        self._marks: dict[int, Mark] = journal.marks()
        self._next = journal.readings()
        self._pending: list[tuple[int, pa.Table]] = []
        self._rows = self._bytes = 0
        self._moved: dict[int, Mark] = {}
        self._held: dict[int, tuple[pa.Table, str | None]] = {}
        self._flushed_at = time.monotonic()
        self._lost = False
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self.fields: list[str] = []

    @property
    def something_stands(self) -> bool:
        """Whether another attempt would have something to go on from."""
        return any(mark.stands for mark in self._marks.values())

    def done(self, at: int) -> Slice | None:
        """A slice of the plan that was read to its end already."""
        mark = self._marks.get(at)
        return mark.done if mark else None

    def begin(self, at: int) -> Mark:
        """The reading of a slice: the one that was broken off, if it can go on, or a new one."""
        with self._lock:
            mark = self._marks.get(at)
            if mark is None or not mark.stands:
                mark = self._marks[at] = Mark(reading=self._next, at=at)
                self._next += 1
            return mark

    def resume_of(self, mark: Mark, key: Sequence[str]) -> Resume | None:
        """Where a reading goes on, with the keys that came already; None at its beginning."""
        if mark.position is None:
            return None
        keys = None
        if key:
            found = [
                table.filter(pc.equal(table.column(READING), mark.reading)).drop_columns([READING])
                for chunk in self._journal.chunks
                if chunk.note.rows.get(mark.reading)
                for table in [self._journal.read(chunk, [READING, *key])]
            ]
            keys = pa.concat_tables(found, promote_options="default") if found else None
        return Resume(mark.position, mark.received, keys)

    def add(self, mark: Mark, table: pa.Table, position: Position | None) -> None:
        """Take a batch; it becomes durable together with the position after it.

        After the last batch of a slice there is no position, and without one a slice is read from its beginning. So
        that batch is held back until the slice ends: then both become durable together.
        """
        reached = self._highest(table)
        with self._lock:
            self._release(mark)
            if position is None and mark.position is not None:
                self._held[mark.reading] = (table, reached)
                return
            self._take(mark, table, reached, position if self._goes_on else None)
            due = self._due()
        if due:
            self.flush()

    def _release(self, mark: Mark) -> None:
        """Take the batch that was held back, if there is one."""
        if mark.reading in self._held:
            table, reached = self._held.pop(mark.reading)
            self._take(mark, table, reached, None)

    def _take(self, mark: Mark, table: pa.Table, reached: str | None, position: Position | None) -> None:
        mark.received += table.num_rows
        mark.position = position
        mark.watermark = later(mark.watermark, reached)
        self._moved[mark.reading] = mark
        if table.num_rows:
            self._pending.append((mark.reading, table))
            self._rows += table.num_rows
            self._bytes += table.nbytes

    def finish(self, mark: Mark, got: Slice) -> None:
        """A slice was read to its end."""
        with self._lock:
            self._release(mark)
            mark.done = got
            self._moved[mark.reading] = mark
            due = self._due()
        if due:
            self.flush()

    def give_up(self, mark: Mark, keeps: bool) -> None:
        """A slice failed: unless its rows keep, another attempt reads it from its beginning."""
        with self._lock:
            self._held.pop(mark.reading, None)
            if not keeps:
                mark.position = None
                self._moved[mark.reading] = mark

    def flush(self, *, always: bool = False) -> None:
        """Make durable what waits; other threads go on receiving meanwhile, until they have as much again."""
        with self._writing:
            with self._lock:
                if self._lost or not self._moved or not (always or self._due()):
                    return
                pending, full = self._pending, self._is_full()
                marks = [mark.model_copy() for mark in self._moved.values()]
                self._pending, self._rows, self._bytes, self._moved = [], 0, 0, {}
                self._lost = True  # until it is written: marks must not tell of rows that are not there
            self._journal.append(pending, marks, full)
            self._lost = False
            self._flushed_at = time.monotonic()

    def parts(self) -> list[Part]:
        """The rows of the slices that were read to their end, as parts of bounded size.

        Full chunks stay as they are; small ones are joined, so that a slow source does not leave thousands of files.
        """
        if self._journal.chunks:
            self.flush(always=True)  # nothing is asked again if joining them is broken off
        self._journal.make_room()
        whole = {mark.reading for mark in self._marks.values() if mark.done is not None}
        chunks = self._journal.chunks
        writer = PartWriter.after(self._journal.zone, self._journal.stem, len(chunks))
        kept: list[Part] = []
        for chunk in chunks:
            if chunk.note.full and chunk.note.rows.keys() <= whole:
                kept.append(chunk.part)
                self._know(self._journal.fields_of(chunk))
            elif chunk.note.rows.keys() & whole:
                writer.write(self._rows_of(chunk, whole))
        for reading, table in self._pending:
            if reading in whole:
                writer.write(table)
        writer.flush()
        self._know(writer.fields)
        return kept + writer.parts

    @property
    def watermark(self) -> str | None:
        """The highest watermark of the slices that were read to their end."""
        reached = None
        for mark in self._marks.values():
            reached = later(reached, mark.watermark if mark.done else None)
        return reached

    def _rows_of(self, chunk: Chunk, whole: set[int]) -> pa.Table:
        table = self._journal.read(chunk)
        if not chunk.note.rows.keys() <= whole:
            table = table.filter(pc.is_in(table.column(READING), pa.array(sorted(whole), pa.int32())))
        return table.drop_columns([READING])

    def _know(self, fields: Sequence[str]) -> None:
        self.fields += [name for name in fields if name not in self.fields]

    def _highest(self, table: pa.Table) -> str | None:
        name = self._watermark_field
        if name is None or name not in table.column_names:
            return None
        return highest(table.column(name))

    def _is_full(self) -> bool:
        return self._rows >= PartWriter.MAX_ROWS or self._bytes >= PartWriter.MAX_BYTES

    def _due(self) -> bool:
        return self._is_full() or (bool(self._moved) and time.monotonic() - self._flushed_at >= FLUSH_SECONDS)
