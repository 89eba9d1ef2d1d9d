"""Files that several resources read (the members of one ZIP): downloaded once, then asked for by their validator.

key -> <hash>.json (validator, sha256) beside <hash>.file; processes take turns by a lock a key. A reader holds a hard
link of its own, so that an eviction never takes a file away from under it.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from lagoa.errors import LagoaError
from lagoa.file_lock import file_lock
from lagoa.sources.connectors.files.transport import Fetched

Download = Callable[[Path, str | None], Fetched | None]
"""(target, validator) -> the file; None when it is still that of the validator."""
MAX_BYTES = 4 * 2**30
MAX_SECONDS = 2 * 86400
"""A file that nobody asked for in so long is thrown away."""


class Cache:
    """A folder of downloads."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder, self._max_bytes = folder, max_bytes

    @contextmanager
    def fetched(self, key: str, known: str | None, download: Download) -> Iterator[Fetched | None]:
        """The file of a key, for as long as the context lasts; None when it is still that of the validator `known`.

        A file that its reader refuses is forgotten: the next try downloads it again.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # personal data is not treated yet
        stem = hashlib.sha256(key.encode()).hexdigest()[:32]
        with tempfile.TemporaryDirectory(prefix="reading-", dir=self._folder) as own:
            with self._locked(stem):
                file = self._current(stem, Path(own), known, download)
            try:
                yield file
            except LagoaError:
                with self._locked(stem):
                    self._forget(stem)
                raise

    def _current(self, stem: str, own: Path, known: str | None, download: Download) -> Fetched | None:
        entry = self._entry(stem)
        target = own / "download"
        fresh = download(target, entry.validator if entry else known)
        if fresh is None:
            if entry is None or entry.validator == known:
                return None
            target.unlink(missing_ok=True)  # of an attempt that broke off
            os.link(entry.path, target)
            os.utime(entry.path)
            return Fetched(target, entry.sha256, entry.validator)
        if fresh.validator is not None:
            self._keep(stem, fresh)
        return fresh

    def _entry(self, stem: str) -> Fetched | None:
        try:
            told = json.loads((self._folder / f"{stem}.json").read_bytes())
            file = self._folder / f"{stem}.file"
            return Fetched(file, told["sha256"], told["validator"]) if file.is_file() else None
        except (OSError, ValueError, KeyError):
            return None  # not there, or half written when a process was killed

    def _keep(self, stem: str, fresh: Fetched) -> None:
        self._forget(stem)
        os.link(fresh.path, self._folder / f"{stem}.file")
        told = {"validator": fresh.validator, "sha256": fresh.sha256}
        (self._folder / f"{stem}.json").write_text(json.dumps(told), encoding="utf-8")
        self._evict(stem)

    def _forget(self, stem: str) -> None:
        for ending in ("json", "file"):
            (self._folder / f"{stem}.{ending}").unlink(missing_ok=True)

    def _evict(self, spared: str) -> None:
        """Throw away what is old, then what was not used for longest, until the rest fits."""
        now = time.time()
        for folder in self._folder.glob("reading-*"):  # left behind by processes that were killed
            if now - _used(folder) > MAX_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        files = sorted(self._folder.glob("*.file"), key=_used, reverse=True)
        size = 0
        for file in files:
            size += file.stat().st_size if file.exists() else 0
            if file.stem != spared and (size > self._max_bytes or now - _used(file) > MAX_SECONDS):
                self._forget(file.stem)

    def _locked(self, stem: str) -> AbstractContextManager[None]:
        return file_lock(self._folder / f"{stem}.lock")


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0
