"""What a run asked for and got of one resource: slices, parts and how far it came."""

import datetime as dt
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


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
    etag: str | None = None
    """Of the file, where the source gave one: it asks the source whether the file changed."""
    unchanged: bool = False
    """The file is the one loaded before: no part was written for it."""
    absent: bool = False
    """The source has not published this file or window."""
    missing: int = 0
    """Numbers of a sequence, up to the last one found, that the source does not have."""

    @property
    def brought(self) -> int:
        """Records that were written to the raw zone: of a file that did not change none."""
        return 0 if self.unchanged or self.absent else self.received


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
    lists_partitions: bool = False
    """The slices are every partition that the source lists: a partition that is none of them has vanished."""
    backfill: bool = False
    """Windows that somebody chose were asked for: the state of the resource stays as it is."""
    until: dt.date | None = None
    """The last day that the windows reached: of the last one that the source had published."""
    parents_load_id: int | None = None
    """The last load of the parent whose rows this run asked for."""
    scope: dict[str, list[str]] = {}
    """What the run was about: the agency's values by parameter, and where the windows begin."""
    declared: str | None = None
    """A digest of how the resource was declared: files read by another declaration are read again."""
    childless: int | None = None
    """How many of the parents asked for have no record; None where there are no parents."""
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
