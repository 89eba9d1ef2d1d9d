"""The raw zone: what a run received, as immutable Parquet parts and a manifest, on any fsspec URL.

raw/<source>/<resource>/year=YYYY/month=MM/day=DD/<run_id>-<n>.parquet beside <run_id>.manifest.json. Values are text
as the source wrote them; nested values are JSON text. The manifest is written last: without one, a run is not whole.
"""

import contextlib
import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import fsspec

from lagoa.errors import ContractError
from lagoa.lake.manifest import Manifest

AT_ONCE = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Stores where an object is there whole or not at all, and a rename would be a copy."""


class RawZone:
    """Parts and manifests below one folder or bucket."""

    def __init__(self, base: str, options: Mapping[str, object] | None = None) -> None:
        # Listings are never cached: other processes write, too.
        self.fs, self.root = fsspec.core.url_to_fs(base, use_listings_cache=False, **options or {})
        protocols = {self.fs.protocol} if isinstance(self.fs.protocol, str) else set(self.fs.protocol)
        self._local = "file" in protocols
        self._at_once = bool(protocols & AT_ONCE)

    def folder(self, source: str, resource: str, day: dt.date) -> str:
        """Where a day's runs of a resource lie."""
        return f"{self.root}/{source}/{resource}/year={day:%Y}/month={day:%m}/day={day:%d}"

    def stem(self, source: str, resource: str, run_id: str, day: dt.date) -> str:
        """What the paths of all files of a run begin with."""
        return f"{self.folder(source, resource, day)}/{safe(run_id)}"

    def manifest_path(self, manifest: Manifest) -> str:
        """Where a run's manifest lies, the handle that tasks pass on; of a run of an earlier version under its name."""
        day = manifest.extracted_at.date()
        folder = self.folder(manifest.source, manifest.resource, day)
        path, *former = [f"{folder}/{name}.manifest.json" for name in names(manifest.run_id)]
        for other in former:
            if self.manifest_at(path) is None and self.manifest_at(other) == manifest:
                return other
        return path

    def write_manifest(self, manifest: Manifest) -> str:
        """Write the manifest, which makes the run whole, and give its path."""
        day = manifest.extracted_at.date()
        path = f"{self.stem(manifest.source, manifest.resource, manifest.run_id, day)}.manifest.json"
        # Thousands of slices say little of themselves: what is as usual is left out.
        self.write(path, manifest.model_dump_json(indent=1, exclude_defaults=True).encode())
        return path

    def read_manifest(self, path: str) -> Manifest:
        """The manifest at a path that `write_manifest` returned.

        Raises:
            ContractError: there is none, so the run was never whole.
        """
        manifest = self.manifest_at(path)
        if manifest is None:
            raise ContractError(f"raw zone: no manifest at {path}. The run is not whole: extract again.")
        return manifest

    def manifest_at(self, path: str) -> Manifest | None:
        """The manifest at a path, None where there is none.

        It is read at once: fsspec's `exists` says no also where the store could not be asked.
        """
        try:
            return Manifest.model_validate_json(self.fs.cat_file(path))
        except FileNotFoundError:
            return None

    def manifests(self, source: str, resource: str) -> list[Manifest]:
        """Every whole run of a resource, oldest first."""
        paths = self.fs.glob(f"{self.root}/{source}/{resource}/year=*/month=*/day=*/*.manifest.json")
        found = [self.read_manifest(path) for path in paths]
        return sorted(found, key=lambda manifest: manifest.extracted_at)

    def find(self, source: str, resource: str, run_id: str) -> Manifest | None:
        """The whole run of that name, if there is one; of several the latest, which is the one that was loaded."""
        days = f"{self.root}/{source}/{resource}/year=*/month=*/day=*"
        paths = [path for name in names(run_id) for path in self.fs.glob(f"{days}/{name}.manifest.json")]
        found = [manifest for path in paths if (manifest := self.read_manifest(path)).run_id == run_id]
        return max(found, key=lambda manifest: manifest.extracted_at, default=None)

    def parts_of(self, stem: str) -> list[str]:
        """The Parquet files of a run, in order, whether a manifest names them or not; half-written ones, too."""
        folder, _, name = stem.rpartition("/")
        ours = re.compile(re.escape(name) + r"-\d{5,}\.parquet(\.tmp)?")
        try:
            listed = self.fs.ls(folder, detail=False)
        except FileNotFoundError:
            return []
        return sorted(path for path in listed if ours.fullmatch(path.rpartition("/")[2]))

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files, those that are gone already passed over."""
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                self.fs.rm_file(path)

    def write(self, path: str, content: bytes | memoryview) -> None:
        """Write a file so that it is there whole or not at all, even if the machine stops."""
        if self._at_once:
            self.fs.pipe_file(path, bytes(content))
            return
        if self._local:
            Path(self.root).mkdir(mode=0o700, parents=True, exist_ok=True)  # names of persons: for this user alone
        self.fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        temporary = f"{path}.tmp"
        with self.fs.open(temporary, "wb") as file:
            file.write(content)
            if self._local:
                file.flush()
                os.fsync(file.fileno())
        if self._local:
            Path(temporary).replace(path)
        else:
            self.fs.mv(temporary, path)


def safe(run_id: str) -> str:
    """A run id as part of a file name, which no other run id becomes."""
    return names(run_id)[0]


def names(run_id: str) -> list[str]:
    """What the files of a run are named by: the name that `safe` gives, then the one of earlier versions.

    That one had no digest, so that `a+b` and `a_b` shared a name.
    """
    readable = re.sub(r"[^A-Za-z0-9._-]+", "_", run_id)
    if readable == run_id:
        return [run_id]
    return [f"{readable}-{hashlib.sha256(run_id.encode()).hexdigest()[:8]}", readable]


def sha256_of(path: Path) -> str:
    """The hash of a local file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
