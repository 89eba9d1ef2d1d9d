"""Files over HTTP(S), through the source's paced and retried client; a folder is the server's index page."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from email.message import Message
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from lagoa.sources.connector import Context
from lagoa.sources.connectors.files.cache import Cache
from lagoa.sources.connectors.files.index_page import entries
from lagoa.sources.connectors.files.listing import Entry, found, split
from lagoa.sources.connectors.files.transport import FILE, Fetched, NotPublished, file_resource
from lagoa.sources.connectors.rest.client import SourceClient
from lagoa.sources.connectors.rest.response import Response
from lagoa.sources.spec import FileResource, SourceSpec

ANSWERS = frozenset({304, 404, 410})
HEADERS = {"Accept": "*/*"}


class HttpFiles:
    """The files of one resource at a web server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._resource = file_resource(context)
        self._client = SourceClient(_over_http(context.spec), context.settings, context.agency)
        self._cache = Cache(context.settings.state_dir / "cache" / "files") if _is_shared(context) else None

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__(*_)

    def names(self, asked: Mapping[str, str]) -> list[str]:
        """What the index pages link to."""
        path, told = self._resource.address(asked)
        query = self._context.completed(told, self._resource.params)
        return found(path, lambda folder: self._entries(folder, query, self._context.subject(asked)))

    def fetch(self, asked: Mapping[str, str], known: str | None) -> AbstractContextManager[Fetched | None]:
        """The file, from the cache of files that several resources share, or downloaded to a temporary place."""
        path, told = self._address(asked)
        query = self._context.completed(told, self._resource.params)
        subject = self._context.subject(asked)
        if self._cache is not None:
            key = f"{self._client.base_url}{path}?{sorted(told.items())}"
            return self._cache.fetched(
                key, known, lambda target, tag: self._download(path, query, target, tag, subject)
            )
        return self._fetched(path, query, known, subject)

    @contextmanager
    def _fetched(self, path: str, query: dict[str, str], known: str | None, subject: str) -> Iterator[Fetched | None]:
        with tempfile.TemporaryDirectory(prefix="lagoa-") as folder:
            yield self._download(path, query, Path(folder) / "download", known, subject)

    def _download(
        self, path: str, query: dict[str, str], target: Path, known: str | None, subject: str
    ) -> Fetched | None:
        """The file, written to a path in pieces; None when the source says that it did not change."""

        def read(response: Response) -> Fetched | None:
            if response.status == 304:
                return None
            if response.status in ANSWERS:
                raise NotPublished(
                    f"{subject}: the source answered {response.status} {response.reason}, expected 200. "
                    "Check the path and the parameters in the spec against the source's documentation."
                )
            digest = hashlib.sha256()
            with target.open("wb") as file:
                for chunk in response.stream():
                    digest.update(chunk)
                    file.write(chunk)
            validator = response.headers.get("ETag") or response.headers.get("Last-Modified")
            return Fetched(target, digest.hexdigest(), validator)

        headers = HEADERS | _condition(known)
        return self._client.get(path, params=query, headers=headers, accept=ANSWERS, read=read, subject=subject)

    def _address(self, asked: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The path, with what it names written as a URL wants it, and the query."""
        if not self._resource.lists:
            return self._resource.address({name: _quoted(name, value, self._resource) for name, value in asked.items()})
        path, query = self._resource.address({name: value for name, value in asked.items() if name != FILE})
        return f"{quote(split(path)[0])}/{quote(asked[FILE])}", query

    def _entries(self, folder: str, query: dict[str, str], subject: str) -> list[Entry]:
        def read(response: Response) -> str:
            if response.status in ANSWERS:
                raise NotPublished(
                    f"{subject}: the source answered {response.status} {response.reason} for the folder, "
                    "expected its list of files. Check `path` in the spec."
                )
            return _text(response)

        path = f"{quote(folder)}/"
        return entries(
            self._client.get(path, params=query, headers=HEADERS, accept=ANSWERS, read=read, subject=subject)
        )


def _text(response: Response) -> str:
    """A page in the encoding that its header names, or in UTF-8."""
    encoding = Message()
    encoding["Content-Type"] = response.headers.get("Content-Type", "text/html")
    body = response.body()
    try:
        return body.decode(encoding.get_content_charset("utf-8"), "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _over_http(spec: SourceSpec) -> SourceSpec:
    """The spec of a folder or a bucket as of a web server with the same folders, which is how it is simulated."""
    if spec.connection.scheme in ("https", "http"):
        return spec
    base = f"https://{spec.connection.scheme}.simulated{urlsplit(spec.connection.base_url).path}"
    return spec.model_copy(update={"connection": spec.connection.model_copy(update={"base_url": base})})


def _quoted(name: str, value: str, resource: FileResource) -> str:
    """A value as the path wants it; those of the query are written by the client."""
    return quote(value) if f"{{{name}}}" in resource.path else value


def _condition(known: str | None) -> dict[str, str]:
    """The header that asks only for what changed (RFC 9110, 13.1): an ETag is quoted, a Last-Modified is not."""
    if known is None or not known.isascii():  # what no header can hold
        return {}
    return {"If-None-Match" if known.startswith(('"', 'W/"')) else "If-Modified-Since": known}


def _is_shared(context: Context) -> bool:
    """Whether several resources read members of the same file."""
    others = [each for each in context.spec.resources.values() if isinstance(each, FileResource)]
    return sum(each.path == context.resource.path for each in others) > 1
