"""The connector for files: which slices there are, and one file read as batches."""

import logging
from collections.abc import Iterator
from typing import Any, Self

from lagoa.errors import ConfigError
from lagoa.lake.manifest import Slice, label_of
from lagoa.lake.state import LoadedFile
from lagoa.sources.completeness import within
from lagoa.sources.connector import Batch, Context, Resume
from lagoa.sources.connectors.files.formats import tables
from lagoa.sources.connectors.files.http import HttpFiles
from lagoa.sources.connectors.files.mailbox import Mailbox
from lagoa.sources.connectors.files.storage import StoredFiles
from lagoa.sources.connectors.files.transport import FILE, DamagedFile, NotPublished, Transport, file_resource
from lagoa.sources.spec import Snapshot

log = logging.getLogger(__name__)


def transport_of(context: Context) -> Transport:
    """What brings the files of a resource; simulated folders and buckets are listed over HTTP."""
    if context.spec.connection.scheme == "imaps":
        return Mailbox(context)
    if context.spec.connection.scheme in ("https", "http") or context.simulated:
        return HttpFiles(context)
    return StoredFiles(context)


class FileConnector:
    """Reads files, one a slice."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.resource = file_resource(context)
        self.transport = transport_of(context)
        self._is_alone = False
        """Whether one file is all that the run asks for."""

    def __enter__(self) -> Self:
        self.transport.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.__exit__(*_)

    def expand(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """A slice a listed file; without a listing, the plan's slices as they are.

        Raises:
            NotPublished: more listings found no file, or no folder, than the resource says may be absent.
        """
        if self.resource.lists:
            asked = self._listed(asked)
        self._is_alone = len(asked) == 1
        return asked

    def read(self, asked: dict[str, str], resume: Resume | None = None) -> "FileReading":
        """One file, from its beginning."""
        return FileReading(self, asked)

    def loaded(self, asked: dict[str, str]) -> LoadedFile | None:
        """The file that was loaded for a slice, if reading it again would change nothing.

        A run that marks what has vanished needs every row again, also of the files that did not change; unless it asks
        for one file only, as then nothing can have vanished.
        """
        is_whole = isinstance(self.resource.write, Snapshot) and self._is_alone
        if self.context.full or (self.resource.marks_vanished and not is_whole):
            return None
        return self.context.state.files.get(label_of(asked))

    def _listed(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """A slice a file; a listing without any is absent, as a file would be that is not there."""
        found: list[dict[str, str]] = []
        absent: list[NotPublished] = []
        for each in asked:
            try:
                found += [each | {FILE: name} for name in self._names(each)]
            except NotPublished as error:
                absent.append(error)
        if not within(len(absent), self.resource.completeness.absent, len(asked)):
            raise absent[0]
        return found

    def _names(self, asked: dict[str, str]) -> list[str]:
        found = self.transport.names(asked)
        if not found:
            raise NotPublished(
                f"{self.context.subject(asked)}: found no file of that name in the listing, expected at least one. "
                "Compare `path` or `mail` in the spec with what the source holds."
            )
        return found[-1:] if self.resource.pick == "newest" else found


class FileReading:
    """A file being read."""

    def __init__(self, connector: FileConnector, asked: dict[str, str]) -> None:
        self._connector, self._asked = connector, asked
        self._slice: Slice | None = None
        self._rows = 0

    @property
    def slice(self) -> Slice:
        """What was asked and received, after the last batch."""
        if self._slice is None:
            raise ConfigError(f"{self._connector.context.subject(self._asked)}: read to its end before it is told.")
        return self._slice

    def batches(self) -> Iterator[Batch]:
        """The file's rows, unless it is the one that was loaded before.

        A file that proves damaged before its first row is fetched a second time.
        """
        try:
            yield from self._read()
        except DamagedFile as error:
            if self._rows:
                raise
            log.warning("fetched once more: %s", error)
            yield from self._read()

    def _read(self) -> Iterator[Batch]:
        asked, before = self._asked, self._connector.loaded(self._asked)
        try:
            with self._connector.transport.fetch(asked, before.etag if before else None) as file:
                if before and (file is None or file.sha256 == before.sha256):
                    etag = file.validator if file else before.etag
                    self._slice = self._told(before.rows, sha256=before.sha256, etag=etag, unchanged=True)
                elif file is not None:
                    for table in tables(file.path, self._connector.context, asked):
                        self._rows += table.num_rows
                        yield Batch(table)
                    self._slice = self._told(self._rows, sha256=file.sha256, etag=file.validator)
        except NotPublished:
            if not self._connector.resource.completeness.absent:
                raise
            self._slice = self._told(0, absent=True)

    def _told(self, received: int, **more: Any) -> Slice:
        return Slice(asked=self._asked, announced=None, received=received, **more)
