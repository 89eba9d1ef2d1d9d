"""Files in a folder of this machine, in a bucket (S3, Google Cloud Storage) or on an SFTP server, through fsspec."""

import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, Self, TypeVar

from lagoa.errors import TransientSourceError
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files.file_systems import file_system, told_as_ours
from lagoa.sources.connectors.files.listing import Entry, found, split
from lagoa.sources.connectors.files.transport import FILE, Fetched, file_resource
from lagoa.sources.connectors.rest.retry import Retry

T = TypeVar("T")
CHUNK = 2**20
LONGEST_PAUSE = 60.0
TAGS = ("ETag", "etag", "generation")
TIMES = ("LastModified", "updated", "mtime")


class StoredFiles:
    """The files of one resource in a folder, a bucket or on a server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._resource = file_resource(context)
        connection = context.spec.connection
        self._retry = Retry(connection.attempts, connection.backoff_seconds, LONGEST_PAUSE)
        # paramiko's client mixes up the answers of threads that share it: each has a connection of its own.
        self._held: Any = threading.local() if connection.scheme == "sftp" else SimpleNamespace()
        self._opened: list[Any] = []

    def __enter__(self) -> Self:
        self._tried({}, self._system)
        return self

    def __exit__(self, *_: object) -> None:
        for system in self._opened:
            if close := getattr(system, "close", None):
                close()

    def names(self, asked: Mapping[str, str]) -> list[str]:
        """What the folders hold."""
        path = self._resource.address(asked)[0]
        return self._tried(asked, lambda: found(self._system()[1] + path, self._entries))

    def fetch(self, asked: Mapping[str, str], known: str | None) -> AbstractContextManager[Fetched | None]:
        """A copy of the file in a temporary place."""
        return self._copied(asked, known)

    @contextmanager
    def _copied(self, asked: Mapping[str, str], known: str | None) -> Iterator[Fetched | None]:
        path = self._path(asked)
        with tempfile.TemporaryDirectory(prefix="lagoa-") as folder:
            yield self._tried(asked, lambda: self._copy(path, Path(folder) / "download", known, asked))

    def _copy(self, path: str, target: Path, known: str | None, asked: Mapping[str, str]) -> Fetched | None:
        system, root = self._system()
        path = root + path
        validator = _validator(system, path)
        if validator == known:
            return None
        digest = hashlib.sha256()
        with system.open(path, "rb") as source, target.open("wb") as copy:
            for chunk in _chunks(source):
                digest.update(chunk)
                copy.write(chunk)
        if _validator(system, path) != validator:
            raise TransientSourceError(
                f"{self._context.subject(asked)}: the file changed while it was read, expected it to rest. "
                "Try again later."
            )
        return Fetched(target, digest.hexdigest(), validator)

    def _path(self, asked: Mapping[str, str]) -> str:
        if not self._resource.lists:
            return self._resource.address(asked)[0]
        path = self._resource.address({name: value for name, value in asked.items() if name != FILE})[0]
        return f"{split(path)[0]}/{asked[FILE]}"

    def _entries(self, folder: str) -> list[Entry]:
        system, _ = self._system()
        system.invalidate_cache()
        return [
            Entry(info["name"].rstrip("/").rsplit("/", 1)[-1], info["type"] == "directory", _changed(info))
            for info in system.ls(folder, detail=True)
            if info["name"].rstrip("/") != folder.strip("/")  # a bucket may list the folder itself
        ]

    def _tried(self, asked: Mapping[str, str], action: Callable[[], T]) -> T:
        def once() -> T:
            try:
                with told_as_ours(self._context.spec.connection.scheme, self._context.subject(asked)):
                    return action()
            except TransientSourceError:
                self._held.__dict__.clear()  # the next attempt connects anew
                raise

        return self._retry.call(once)

    def _system(self) -> tuple[Any, str]:
        """The file system, and the path in it that the spec's paths are below; connected when it is first needed."""
        if not hasattr(self._held, "system"):
            self._held.system = file_system(self._context)
            self._opened.append(self._held.system[0])
        held: tuple[Any, str] = self._held.system
        return held


def _validator(system: Any, path: str) -> str:
    """What tells this content from another: the store's tag, else the time of the change and the size."""
    system.invalidate_cache()
    info: dict[str, Any] = system.info(path)
    tag = next((str(info[name]).strip('"') for name in TAGS if info.get(name)), None)
    return tag or f"{_changed(info)}-{info.get('size')}"


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _changed(info: Mapping[str, Any]) -> str:
    """When it changed, as a text that sorts."""
    time = next((info[name] for name in TIMES if info.get(name)), "")
    return f"{time:017.6f}" if isinstance(time, float | int) else str(time)
