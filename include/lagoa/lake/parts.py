"""Rows -> Parquet parts of bounded size in the raw zone."""

import datetime as dt
import hashlib
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from lagoa.errors import ContractError
from lagoa.lake.manifest import Part
from lagoa.lake.raw import RawZone


class PartWriter:
    """Collects rows of one run and writes them as parts of bounded size; memory stays flat."""

    MAX_ROWS = 100_000
    MAX_BYTES = 64 * 2**20

    def __init__(self, zone: RawZone, source: str, resource: str, run_id: str, day: dt.date) -> None:
        self._begin(zone, zone.stem(source, resource, run_id, day), 0)

    @classmethod
    def after(cls, zone: RawZone, stem: str, number: int) -> "PartWriter":
        """One that counts on from the parts that a run has already."""
        writer = cls.__new__(cls)
        writer._begin(zone, stem, number)
        return writer

    def _begin(self, zone: RawZone, stem: str, number: int) -> None:
        self._zone, self._stem, self._number = zone, stem, number
        self._pending: list[pa.Table] = []
        self._rows = self._bytes = 0
        self.parts: list[Part] = []
        self.fields: list[str] = []

    def write(self, table: pa.Table) -> None:
        """Add rows. Tables of one run may differ in their columns."""
        self.fields += [name for name in table.column_names if name not in self.fields]
        self._pending.append(table)
        self._rows += table.num_rows
        self._bytes += table.nbytes
        if self._rows >= self.MAX_ROWS or self._bytes >= self.MAX_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is pending as one part."""
        if self._rows:
            table = pa.concat_tables(self._pending, promote_options="default")
            self.parts.append(write_part(self._zone, part_path(self._stem, self._number), table))
            self._number += 1
        self._pending, self._rows, self._bytes = [], 0, 0


def part_path(stem: str, number: int) -> str:
    """Where a part of a run lies."""
    return f"{stem}-{number:05d}.parquet"


def read_content(zone: RawZone, part: Part) -> bytes:
    """A part's bytes, after their hash was held against the one that was noted.

    Raises:
        ContractError: it was changed.
    """
    content: bytes = zone.fs.cat_file(part.path)
    found = hashlib.sha256(content).hexdigest()
    if found != part.sha256:
        raise ContractError(
            f"raw zone: {part.path} has hash {found[:12]}…, expected {part.sha256[:12]}…: it was changed after it was "
            "written. Nothing was loaded: restore it from a backup or extract again."
        )
    return content


def write_part(zone: RawZone, path: str, table: pa.Table, notes: Mapping[bytes, bytes] | None = None) -> Part:
    """Write a table as one part, with notes in the file's own metadata."""
    sink = pa.BufferOutputStream()
    # Text under zstd is written and read a third faster without dictionaries, at about the same size.
    pq.write_table(
        table.replace_schema_metadata(notes), sink, compression="zstd", compression_level=1, use_dictionary=False
    )
    content = sink.getvalue()
    zone.write(path, memoryview(content))
    return Part(path=path, rows=table.num_rows, bytes=content.size, sha256=hashlib.sha256(content).hexdigest())
