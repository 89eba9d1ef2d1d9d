"""What of a run is durable: its plan, and chunks of rows that each tell how far their slices had come.

raw/…/<run_id>.journal.json (the plan) beside <run_id>-<n>.parquet (chunks: rows with the column `_slice`, and a note in
the file's metadata). A chunk is written whole or not at all, so rows and what is known of them never part. The chunks
up to the first one that is missing hold; what comes after them belongs to an attempt that was abandoned.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from lagoa.lake.manifest import Manifest, Part, Slice
from lagoa.lake.parts import part_path, read_content, write_part
from lagoa.lake.raw import RawZone
from lagoa.sources.plan import Plan

log = logging.getLogger(__name__)

NOTE = b"lagoa"
STANDS_FOR = dt.timedelta(hours=24)
"""After so long without a new chunk a run begins anew: what it brought is of another day."""
LOOKED_BACK_DAYS = 8
SUFFIX = ".journal.json"
READING = "_slice"
"""The column that tells which reading of a slice a row came with."""


class Mark(BaseModel):
    """How far one reading of a slice had come. A slice that is read again from its beginning gets another reading."""

    model_config = ConfigDict(extra="forbid")
    reading: int
    at: int
    """Which slice of the plan."""
    received: int = 0
    position: dict[str, Any] | None = None
    watermark: str | None = None
    done: Slice | None = None

    @property
    def stands(self) -> bool:
        """Whether its rows belong to the run, now or when it has gone on."""
        return self.done is not None or self.position is not None


class Note(BaseModel):
    """What a chunk tells beside its rows."""

    model_config = ConfigDict(extra="forbid")
    fingerprint: str
    at: dt.datetime
    marks: list[Mark]
    """Of the readings that came further since the chunk before."""
    rows: dict[int, int]
    """Rows in this chunk, by reading."""
    full: bool
    """As large as a part may be: it need not be merged with others."""


@dataclass(frozen=True)
class Chunk:
    """A durable chunk."""

    part: Part
    note: Note


class Journal:
    """The durable side of one run."""

    def __init__(self, zone: RawZone, stem: str, plan: Plan) -> None:
        self.zone, self.stem, self.plan = zone, stem, plan
        self.chunks: list[Chunk] = []
        self._begun = False

    @property
    def path(self) -> str:
        """Where the plan lies."""
        return f"{self.stem}{SUFFIX}"

    @classmethod
    def find(cls, zone: RawZone, source: str, resource: str, run_id: str, today: dt.date) -> "Journal | None":
        """The journal that an attempt at a run left behind, if one did."""
        for days in range(LOOKED_BACK_DAYS):
            stem = zone.stem(source, resource, run_id, today - dt.timedelta(days=days))
            try:
                plan = Plan.model_validate_json(zone.fs.cat_file(f"{stem}{SUFFIX}"))
            except FileNotFoundError:
                continue
            except ValidationError:
                log.warning("%s: the journal is none that this version reads; the run begins anew", stem)
                continue
            if plan.run_id == run_id:
                journal = cls(zone, stem, plan)
                journal.chunks = journal._standing()
                journal._begun = True
                return journal
        return None

    @classmethod
    def left_behind(cls, zone: RawZone, source: str, resource: str, made_by: str, today: dt.date) -> Iterator[Self]:
        """What the runs of an installation that were broken off left of a resource, the latest first."""
        found = []
        for days in range(LOOKED_BACK_DAYS):
            folder = zone.folder(source, resource, today - dt.timedelta(days=days))
            for path in zone.fs.glob(f"{folder}/*{SUFFIX}"):
                with suppress(FileNotFoundError, ValidationError):
                    plan = Plan.model_validate_json(zone.fs.cat_file(path))
                    if plan.made_by == made_by:
                        found.append(cls(zone, path.removesuffix(SUFFIX), plan))
        for journal in sorted(found, key=lambda journal: journal.plan.now, reverse=True):
            journal.chunks = journal._standing()
            journal._begun = True
            yield journal

    def taken_over(self, source: str, resource: str, run_id: str) -> "Journal":
        """The same under another run's name; what a crash leaves in between is a shorter journal of that run."""
        plan = self.plan.model_copy(update={"run_id": run_id})
        taken = Journal(self.zone, self.zone.stem(source, resource, run_id, plan.now.date()), plan)
        taken._begin()
        for chunk in self.chunks:
            path = part_path(taken.stem, len(taken.chunks))
            self.zone.fs.mv(chunk.part.path, path)
            taken.chunks.append(replace(chunk, part=chunk.part.model_copy(update={"path": path})))
        self.clear()
        return taken

    def whole(self) -> Manifest | None:
        """The run's manifest, if only clearing up was left to do."""
        manifest = self.zone.manifest_at(f"{self.stem}.manifest.json")
        if manifest is None or (manifest.run_id, manifest.extracted_at) != (self.plan.run_id, self.plan.now):
            return None
        return manifest

    def stands(self, fingerprint: str, now: dt.datetime) -> bool:
        """Whether the run can go on: the same was asked for, not long ago."""
        latest = max((chunk.note.at for chunk in self.chunks), default=self.plan.now)
        return self.plan.fingerprint == fingerprint and now - latest < STANDS_FOR

    def go_on(self) -> None:
        """Remove what an attempt wrote after the last chunk that holds."""
        held = {chunk.part.path for chunk in self.chunks}
        self.zone.remove(path for path in self.zone.parts_of(self.stem) if path not in held)

    def marks(self) -> dict[int, Mark]:
        """The last mark of each slice of the plan that was begun."""
        by_reading = {mark.reading: mark for chunk in self.chunks for mark in chunk.note.marks}
        return {mark.at: mark.model_copy() for _, mark in sorted(by_reading.items())}

    def readings(self) -> int:
        """How many readings there were."""
        return max((mark.reading for chunk in self.chunks for mark in chunk.note.marks), default=-1) + 1

    def append(self, pending: Sequence[tuple[int, pa.Table]], marks: Sequence[Mark], full: bool) -> None:
        """Make rows and marks durable, together."""
        self._begin()
        rows: dict[int, int] = {}
        tables = []
        for reading, table in pending:
            rows[reading] = rows.get(reading, 0) + table.num_rows
            tables.append(table.append_column(READING, pa.repeat(pa.scalar(reading, pa.int32()), table.num_rows)))
        together = pa.concat_tables(tables or [NOTHING], promote_options="default")
        note = Note(
            fingerprint=self.plan.fingerprint, at=dt.datetime.now(dt.UTC), marks=list(marks), rows=rows, full=full
        )
        notes = {NOTE: note.model_dump_json(exclude_defaults=True).encode()}
        part = write_part(self.zone, part_path(self.stem, len(self.chunks)), together, notes)
        self.chunks.append(Chunk(part, note))

    def read(self, chunk: Chunk, columns: Sequence[str] | None = None) -> pa.Table:
        """A chunk's rows, with the columns that it has of those wanted.

        Raises:
            ContractError: it was changed since it was written, or since this attempt found it.
        """
        source = pa.BufferReader(read_content(self.zone, chunk.part))
        file = pq.ParquetFile(source)
        wanted = None if columns is None else [name for name in file.schema_arrow.names if name in columns]
        return file.read(columns=wanted)

    def fields_of(self, chunk: Chunk) -> list[str]:
        """A chunk's fields, without reading its rows."""
        with self.zone.fs.open(chunk.part.path, "rb") as file:
            return [name for name in pq.read_schema(file).names if name != READING]

    def clear(self, keep: Sequence[Part] = ()) -> None:
        """Remove the journal and every part that is not kept; the plan last, so that this can go on after a crash."""
        kept = {part.path for part in keep}
        self.zone.remove(path for path in self.zone.parts_of(self.stem) if path not in kept)
        self.zone.remove([self.path])
        self.chunks, self._begun = [], False

    def make_room(self) -> None:
        """Remove what an earlier attempt at the run, whole or not, left under the same names."""
        if not self._begun:
            self.zone.remove([f"{self.stem}.manifest.json"])
            self.clear()

    def _begin(self) -> None:
        if not self._begun:
            self.make_room()
            self.zone.write(self.path, self.plan.model_dump_json(exclude_defaults=True).encode())
            self._begun = True

    def _standing(self) -> "list[Chunk]":
        """The chunks that hold: up to the first that is missing or is none."""
        chunks: list[Chunk] = []
        paths = self.zone.parts_of(self.stem)
        while (path := part_path(self.stem, len(chunks))) in paths:
            content = self.zone.fs.cat_file(path)
            note = _note_of(content)
            if note is None or note.fingerprint != self.plan.fingerprint:
                break
            digest = hashlib.sha256(content).hexdigest()
            rows = sum(note.rows.values())
            chunks.append(Chunk(Part(path=path, rows=rows, bytes=len(content), sha256=digest), note))
        return chunks


NOTHING = pa.table({READING: pa.array([], pa.int32())})


def _note_of(content: bytes) -> Note | None:
    """A chunk's note; None of what is no chunk."""
    try:
        notes = pq.read_schema(pa.BufferReader(content)).metadata or {}
        return Note.model_validate_json(notes[NOTE])
    except (pa.ArrowInvalid, OSError, ValidationError, KeyError):
        return None
