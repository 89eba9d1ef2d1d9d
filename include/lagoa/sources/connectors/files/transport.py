"""What brings files here: the protocol of the transports, and what they bring."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lagoa.errors import PermanentSourceError, TransientSourceError
from lagoa.sources.connector import Context
from lagoa.sources.spec import FileResource
from lagoa.sources.spec.file_resource import LISTED

FILE = LISTED


class NotPublished(PermanentSourceError):
    """The source does not have this file (404), or answers a web page in its place."""


class DamagedFile(TransientSourceError):
    """The content is cut short or damaged: the source may have been writing it, or the way here lost some."""


@dataclass(frozen=True)
class Fetched:
    """A file on this machine, byte for byte as the source sent it."""

    path: Path
    sha256: str
    validator: str | None
    """What the source knows this content by: an ETag, a Last-Modified, a time and a size."""


class Transport(Protocol):
    """Finds and brings the files of one resource; used as a context manager; threads share it."""

    def __enter__(self) -> "Transport": ...

    def __exit__(self, *_: object) -> None: ...

    def names(self, asked: Mapping[str, str]) -> list[str]:
        """What is listed there, for resources that list; the one that changed last comes last."""

    def fetch(self, asked: Mapping[str, str], known: str | None) -> AbstractContextManager[Fetched | None]:
        """The file, for as long as the context lasts; None when it is still the one of the validator `known`.

        Raises:
            NotPublished: the source does not have it.
            TransientSourceError: a later try may succeed.
            PermanentSourceError: it would not.
        """


def file_resource(context: Context) -> FileResource:
    """The resource, as the kind that it is."""
    assert isinstance(context.resource, FileResource)  # noqa: S101  (for the type checker)
    return context.resource
