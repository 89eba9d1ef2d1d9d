"""The raw zone: what a run received, as immutable Parquet parts and a manifest, on any fsspec URL.

raw/<source>/<resource>/year=YYYY/month=MM/day=DD/<run_id>-<n>.parquet beside <run_id>.manifest.json. Values are text
as the source wrote them; nested values are JSON text. The manifest is written last: without one, a run is not whole.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from lagoa.errors import ContractError


class Part(BaseModel):
    """One Parquet file of a run. `rows` are records, `bytes` the file's size, `sha256` its hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    rows: int
    bytes: int
    sha256: str


def label_of(asked: Mapping[str, str]) -> str:
    """What a slice asked for, in one line: "ano=2025"."""
    return ", ".join(f"{key}={value}" for key, value in asked.items())


class Slice(BaseModel):
    """One request series of a run: what was asked, how many records were announced (None: not told) and received."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    asked: dict[str, str]
    announced: int | None
    received: int
    sha256: str | None = None
    """Of the file as the source sent it, for files."""
    unchanged: bool = False
    """The file is the one loaded before: no part was written for it."""


class Manifest(BaseModel):
    """What a run asked for and got of one resource."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    resource: str
    run_id: str
    origin: str = "live"
    """What kind of data it is (Settings.origin); a bronze schema holds one kind only."""
    extracted_at: dt.datetime
    full: bool
    """Whether everything was asked for, so that what is absent has vanished at the source."""
    fields: list[str]
    """The fields' names as the source writes them, in the source's order."""
    slices: list[Slice]
    parts: list[Part]
    watermark: str | None = None

    @property
    def received(self) -> int:
        """Records received, over all slices."""
        return sum(item.received for item in self.slices)

    @property
    def announced(self) -> int | None:
        """Records announced, over all slices; None where a slice announced nothing."""
        counts = [item.announced for item in self.slices]
        return None if None in counts else sum(count for count in counts if count is not None)


class RawZone:
    """Parts and manifests below one folder or bucket."""

    def __init__(self, base: str) -> None:
        self.fs, self.root = fsspec.core.url_to_fs(base)

    def folder(self, source: str, resource: str, day: dt.date) -> str:
        """Where a day's runs of a resource lie."""
        return f"{self.root}/{source}/{resource}/year={day:%Y}/month={day:%m}/day={day:%d}"

    def manifest_path(self, manifest: Manifest) -> str:
        """Where a run's manifest lies, the handle that tasks pass on."""
        folder = self.folder(manifest.source, manifest.resource, manifest.extracted_at.date())
        return f"{folder}/{safe(manifest.run_id)}.manifest.json"

    def write_manifest(self, manifest: Manifest) -> str:
        """Write the manifest, which makes the run whole, and give its path."""
        path = self.manifest_path(manifest)
        self._write(path, manifest.model_dump_json(indent=1).encode())
        return path

    def read_manifest(self, path: str) -> Manifest:
        """The manifest at a path that `write_manifest` returned.

        Raises:
            ContractError: there is none, so the run was never whole.
        """
        if not self.fs.exists(path):
            raise ContractError(f"raw zone: no manifest at {path}. The run is not whole: extract again.")
        return Manifest.model_validate_json(self.fs.cat_file(path))

    def manifests(self, source: str, resource: str) -> list[Manifest]:
        """Every whole run of a resource, oldest first."""
        paths = self.fs.glob(f"{self.root}/{source}/{resource}/year=*/month=*/day=*/*.manifest.json")
        found = [self.read_manifest(path) for path in paths]
        return sorted(found, key=lambda manifest: manifest.extracted_at)

    def find(self, source: str, resource: str, run_id: str) -> Manifest | None:
        """The whole run of that name, if there is one; of several the latest, which is the one that was loaded."""
        pattern = f"{self.root}/{source}/{resource}/year=*/month=*/day=*/{safe(run_id)}.manifest.json"
        found = [manifest for path in self.fs.glob(pattern) if (manifest := self.read_manifest(path)).run_id == run_id]
        return max(found, key=lambda manifest: manifest.extracted_at, default=None)

    def _write(self, path: str, content: bytes) -> None:
        self.fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        temporary = f"{path}.tmp"
        with self.fs.open(temporary, "wb") as file:
            file.write(content)
        self.fs.mv(temporary, path)


class PartWriter:
    """Collects rows of one run and writes them as parts of bounded size; memory stays flat."""

    MAX_ROWS = 100_000
    MAX_BYTES = 64 * 2**20

    def __init__(self, zone: RawZone, source: str, resource: str, run_id: str, day: dt.date) -> None:
        self._zone = zone
        self._stem = f"{zone.folder(source, resource, day)}/{safe(run_id)}"
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
        if not self._rows:
            return
        table = pa.concat_tables(self._pending, promote_options="default")
        path = f"{self._stem}-{len(self.parts):05d}.parquet"
        sink = pa.BufferOutputStream()
        # Text under zstd is written and read a third faster without dictionaries, at about the same size.
        pq.write_table(table, sink, compression="zstd", compression_level=1, use_dictionary=False)
        content = sink.getvalue()
        self._zone._write(path, memoryview(content))  # type: ignore[arg-type]
        digest = hashlib.sha256(content).hexdigest()
        self.parts.append(Part(path=path, rows=self._rows, bytes=content.size, sha256=digest))
        self._pending, self._rows, self._bytes = [], 0, 0


def safe(run_id: str) -> str:
    """A run id as part of a file name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", run_id)


def sha256_of(path: Path) -> str:
    """The hash of a local file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
