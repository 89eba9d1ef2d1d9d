"""JSON APIs: a request series -> its pages of records, held against what the source announced."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pyarrow as pa
import xxhash

from lagoa.errors import ContractError, TransientSourceError
from lagoa.lake.raw import Slice
from lagoa.sources.client import SourceClient
from lagoa.sources.records import parse_json, records_table
from lagoa.sources.spec import LimitOffset, PageNumber, RestResource


@dataclass(frozen=True)
class Page:
    """One answer: its records, and how many records and pages the source announced for the whole series."""

    records: list[Any]
    announced: int | None
    pages: int | None = None


@dataclass
class Series:
    """Walks one request series to its last page; `slice` afterwards tells what came."""

    client: SourceClient
    name: str
    resource: RestResource
    asked: dict[str, str]
    announced: int | None = None
    received: int = 0
    _seen: set[int] = field(default_factory=set)

    @property
    def subject(self) -> str:
        """The series as messages name it."""
        told = ", ".join(f"{key}={value}" for key, value in self.asked.items())
        return f"{self.client.spec.source}.{self.name}" + (f" ({told})" if told else "")

    @property
    def slice(self) -> Slice:
        """What was asked, announced and received."""
        return Slice(asked=self.asked, announced=self.announced, received=self.received)

    def tables(self) -> Iterator[pa.Table]:
        """The records, a table a page.

        Raises:
            TransientSourceError: fewer records than announced, or a record twice: pages moved while they were read.
            ContractError: a record without a declared field.
        """
        declared = [*self.resource.fields, *self.resource.nested]
        key = getattr(self.resource.write, "key", [])
        for page in self._pages():
            self._announce(page.announced)
            self.received += len(page.records)
            if not page.records:
                continue
            table = records_table(page.records, declared, self.resource.optional, self.subject, self.resource.nested)
            self._remember(page.records, key)
            yield table
        self._must_be_whole()

    def _announce(self, announced: int | None) -> None:
        """A total may grow while pages are read; when it falls, later pages have moved up and rows were passed over."""
        if announced is not None and self.announced is not None and announced < self.announced:
            raise TransientSourceError(
                f"{self.subject}: the total announced fell from {self.announced} to {announced} between two pages, "
                "expected it to stay: the pages moved while they were read. Nothing was loaded. Try again."
            )
        self.announced = announced

    def _remember(self, records: list[Any], key: list[str]) -> None:
        if key:
            self._seen.update(
                xxhash.xxh3_64_intdigest(repr([record[name] for name in key]).encode()) for record in records
            )

    def _must_be_whole(self) -> None:
        if self.announced is None:
            return
        keyed = bool(getattr(self.resource.write, "key", []))
        if self.received < self.announced or (self.received > self.announced and not keyed):
            raise TransientSourceError(
                f"{self.subject}: received {self.received} records, expected the {self.announced} announced. "
                "Nothing was loaded. Try again; if it stays, the source's paging changed."
            )
        distinct = len(self._seen)
        if keyed and distinct < self.announced:
            raise TransientSourceError(
                f"{self.subject}: {self.received - distinct} of {self.received} records came twice, so as many of the "
                f"{self.announced} announced are missing: the pages overlapped. Nothing was loaded. Try again."
            )

    def _pages(self) -> Iterator[Page]:
        paging = self.resource.paging
        if isinstance(paging, PageNumber):
            return self._numbered(paging)
        if isinstance(paging, LimitOffset):
            return self._offsets(paging)
        return iter([self._get({}, {})])

    def _numbered(self, paging: PageNumber) -> Iterator[Page]:
        number, last = 1, 1
        while number <= last:
            page = self._get({paging.page: number, paging.size: paging.page_size}, {}, paging)
            last = page.pages or 0
            yield page
            number += 1

    def _offsets(self, paging: LimitOffset) -> Iterator[Page]:
        offset, total = 0, 1
        while offset < total:
            params = {"limit": paging.page_size, "offset": offset, "order": paging.order}
            page = self._get(params, {"Prefer": "count=exact"}, paging)
            total = page.announced or 0
            yield page
            if not page.records:
                return
            offset += len(page.records)

    def _get(self, params: dict[str, Any], headers: dict[str, str], paging: object = None) -> Page:
        empty = frozenset(self.resource.empty_status)
        address, query = self.resource.address(self.asked)

        def read(response: httpx.Response) -> Page:
            if response.status_code in empty:
                return Page([], 0, 0)
            body = parse_json(response.read(), self.subject)
            records = body if self.resource.records is None else _entry(body, self.resource.records, self.subject)
            if not isinstance(records, list):
                raise ContractError(
                    f"{self.subject}: found {type(records).__name__}, expected a list of records. "
                    "Check `records` in the spec."
                )
            if isinstance(paging, PageNumber):
                return Page(records, _count(body, paging.total, self.subject), _count(body, paging.pages, self.subject))
            if isinstance(paging, LimitOffset):
                return Page(records, _content_range_total(response, self.subject))
            return Page(records, None)

        return self.client.get(
            address,
            params=query | params,
            headers=headers,
            accept=empty,
            read=read,
            subject=self.subject,
        )


def _entry(body: Any, name: str, subject: str) -> Any:
    if not isinstance(body, dict) or name not in body:
        raise ContractError(
            f"{subject}: found an answer without {name!r}. The source's envelope changed: check the spec."
        )
    return body[name]


def _count(body: Any, name: str, subject: str) -> int:
    count = _entry(body, name, subject)
    if type(count) is not int:
        raise ContractError(
            f"{subject}: found {type(count).__name__} under {name!r}, expected a whole number. "
            "The source's envelope changed: check the spec."
        )
    return count


def _content_range_total(response: httpx.Response, subject: str) -> int:
    """The total of `Content-Range: 0-999/6888`, which PostgREST sends for `Prefer: count=exact`."""
    header = response.headers.get("Content-Range", "")
    total = header.rpartition("/")[2]
    if not total.isdigit():
        raise ContractError(
            f"{subject}: found Content-Range {header!r}, expected a total like 0-999/6888. "
            "Without it nothing tells whether all rows came."
        )
    return int(total)
