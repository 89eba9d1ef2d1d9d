"""A request series -> its pages of records, held against what the source announced.

walk -> requests -> answers, several at once where the total is known -> tables in order -> whole, or an error
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lagoa.errors import TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.sources.connector import Batch, Context, Interrupted, Position, Resume
from lagoa.sources.connectors.rest.ahead import Ahead
from lagoa.sources.connectors.rest.client import Begun, SourceClient
from lagoa.sources.connectors.rest.columns import Columns
from lagoa.sources.connectors.rest.decode import How, PageDecoder
from lagoa.sources.connectors.rest.lane import Lane
from lagoa.sources.connectors.rest.outgoing import Outgoing
from lagoa.sources.connectors.rest.paging import Answer, walk_of
from lagoa.sources.connectors.rest.repeats import Repeats
from lagoa.sources.connectors.rest.request import RequestMaker
from lagoa.sources.connectors.rest.response import Response
from lagoa.sources.connectors.rest.tally import Tally
from lagoa.sources.spec import RestResource, Sequence

NOT_FOUND = frozenset({404})
BATCH_ROWS = 500
BATCH_SECONDS = 0.5
"""Pages are handed on together until they are so many rows or have come for so long: a table costs more than a page.
Records that no longer fit into the processor's cache cost more again."""


@dataclass(frozen=True)
class Page:
    """One answer: its records, how they were read, and what paging looks at."""

    records: list[Any]
    how: How = How.LOOSE
    answer: Answer | None = None
    """None for a status that means "no rows"."""


class Series:
    """Walks one request series to its last page; `slice` afterwards tells what came."""

    def __init__(
        self,
        client: SourceClient,
        context: Context,
        asked: Mapping[str, str],
        resume: Resume | None = None,
    ) -> None:
        assert isinstance(context.resource, RestResource)  # noqa: S101  (for the type checker)
        self._resource = resource = context.resource
        self._client, self._asked, self._subject = client, dict(asked), context.subject(asked)
        self._walk = walk_of(resource)
        self._batch_rows = 1 if context.probing else BATCH_ROWS
        self._requests = RequestMaker(context, resource, asked)
        declared = resource.fields, resource.nested, resource.optional
        where = resource.records or self._walk.records
        self._decoder = PageDecoder(*declared, where, self._walk.keys, self._subject, resource.metadata)
        self._columns = Columns(*declared, self._decoder.order, self._subject)
        self._most_ahead = 0 if context.probing else context.spec.connection.concurrency
        self._tally = Tally(resource, self._subject)
        self._is_sequence = isinstance(resource.paging, Sequence)
        self._empty = frozenset(resource.empty_status) or (NOT_FOUND if self._is_sequence else frozenset())
        self._start, self._missing = self._walk.start(), 0
        if resume is not None:
            self._start, self._missing = resume.position, resume.position["missing"]
            self._tally.go_on(resume)

    @property
    def slice(self) -> Slice:
        """What was asked, announced and received."""
        tally = self._tally
        return Slice(asked=self._asked, announced=tally.announced, received=tally.received, missing=self._missing)

    def batches(self) -> Iterator[Batch]:
        """The records, some pages a batch.

        Raises:
            Interrupted: the source stopped answering; what came stands.
            TransientSourceError: fewer records than announced, or a record twice: pages moved while they were read.
            PermanentSourceError: the source refuses, repeats a page, or links to another host.
            ContractError: a record without a declared field, or another envelope.
        """
        waiting: list[tuple[Position, Page]] = []
        following: Position | None = None
        rows, since = 0, time.monotonic()
        try:
            for position, page, following in self._pages():
                if waiting and page.records and waiting[-1][1].how is not page.how:
                    yield self._batch(waiting, self._resumable(position))
                    waiting, rows = [], 0
                if page.records:
                    waiting.append((position, page))
                    rows += len(page.records)
                now = time.monotonic()
                if waiting and (rows >= self._batch_rows or now - since >= BATCH_SECONDS):
                    yield self._batch(waiting, self._resumable(following))
                    waiting, rows, since = [], 0, now
        except TransientSourceError as error:
            if waiting and isinstance(error, Interrupted):
                yield self._batch(waiting, self._resumable(following))
            raise
        if waiting:
            yield self._batch(waiting, None)
        self._tally.check()

    def _pages(self) -> Iterator[tuple[Position, Page, Position | None]]:
        """Every page with its position and the next one."""
        position: Position | None = self._start
        repeats = Repeats(self._subject)
        with self._client.lane() as lane:
            ahead = Ahead(lambda at: self._client.begin(self._request(at), lane), self._most_ahead)
            while position is not None:
                page = self._page(position, lane, ahead.take(position))
                following = self._following(position, page)
                if not self._is_sequence:
                    repeats.check(page.records, following)
                if following is not None and page.answer is not None:
                    ahead.expect(self._walk.certain(position, page.answer))
                yield position, page, following
                position = following

    def _following(self, position: Position, page: Page) -> Position | None:
        """Take note of what a page tells; the next position."""
        if page.answer is None:
            if self._tally.announced is not None or (position == self._walk.start() and not self._is_sequence):
                self._tally.announce(0)
            return self._walk.missed(position)
        self._tally.announce(self._walk.announced(position, page.answer))
        if self._is_sequence:
            self._missing = self._walk.missing(position)
        return self._walk.following(position, page.answer)

    def _resumable(self, position: Position | None) -> Position | None:
        if position is None:
            return None
        return {**position, "announced": self._tally.announced, "missing": self._missing}

    def _batch(self, pages: list[tuple[Position, Page]], position: Position | None) -> Batch:
        """Pages as a table; a document's number is a field where the spec keeps it, as it is not the slice's."""
        records = pages[0][1].records if len(pages) == 1 else [record for _, page in pages for record in page.records]
        table = self._columns.table(records, pages[0][1].how)
        if self._is_sequence:
            for name in self._walk.request(pages[0][0]).params:
                if name in self._resource.keep:
                    numbers = [self._walk.request(at).params[name] for at, page in pages for _ in page.records]
                    table = table.append_column(name, pa.array(numbers, pa.string()))
        self._tally.take(table)
        return Batch(table, position)

    def _page(self, position: Position, lane: Lane, begun: Begun | None) -> Page:
        """One page, parsed."""
        request = self._request(position) if begun is None else begun.request

        def read(response: Response) -> Page:
            if response.status in self._empty:
                return Page([])
            body, records, how = self._decoder.read(response.body())
            answer = Answer(body, response.headers, len(records), self._subject, response.url)
            return Page(records, how, answer)

        try:
            return self._client.answer(request, lane, begun, accept=self._empty, read=read, subject=self._subject)
        except TransientSourceError as error:
            raise Interrupted(str(error)) from None

    def _request(self, position: Position) -> Outgoing:
        asking = self._walk.request(position)
        request = self._requests.of(asking)
        return self._client.outgoing(
            self._resource.method,
            request.path,
            subject=self._subject,
            is_link=asking.link is not None,
            params=request.params,
            headers=request.headers,
            json=request.json,
        )
