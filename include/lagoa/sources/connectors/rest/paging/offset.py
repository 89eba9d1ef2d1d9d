"""Pages by offset: the next offset follows from what came, which may be less than was asked for."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.envelope import content_range_total, count_of, flag_of
from lagoa.sources.connectors.rest.paging import odata
from lagoa.sources.connectors.rest.paging.walk import Answer, Asking, Walk
from lagoa.sources.spec import LimitOffset, OData


class Skipping(Walk, ABC):
    """What limit_offset and OData's $skip have in common."""

    def start(self) -> Position:
        """From the beginning."""
        return {"offset": 0}

    @abstractmethod
    def goes_on(self, answer: Answer) -> bool:
        """Whether more follows, where no total is announced."""

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The offset after what came."""
        if not answer.count:
            return None
        offset = position["offset"] + answer.count
        total = self.announced(position, answer)
        return {"offset": offset} if (self.goes_on(answer) if total is None else offset < total) else None

    def certain(self, position: Position, answer: Answer) -> Iterator[Position]:
        """Equal steps up to the total; where a page brings less than its step, the walk goes on from there instead."""
        total = self.announced(position, answer)
        if total is None or not answer.count:
            return iter(())
        return ({"offset": offset} for offset in range(position["offset"] + answer.count, total, answer.count))


@dataclass(frozen=True)
class Offsets(Skipping):
    """`paging: limit_offset`."""

    paging: LimitOffset

    @property
    def keys(self) -> list[str | None]:
        """What announces, and what names the next page."""
        return [self.paging.total, self.paging.more]

    def request(self, position: Position) -> Asking:
        """Limit, offset and order; for PostgREST also the wish to be told the total."""
        paging = self.paging
        order = {} if paging.order is None else {"order": paging.order}
        headers = {"Prefer": "count=exact"} if paging.announced_in == "content_range" else {}
        return Asking({paging.limit: paging.page_size, paging.offset: position["offset"], **order}, headers=headers)

    def announced(self, position: Position, answer: Answer) -> int | None:
        """The total of the header or of the body."""
        if self.paging.total is not None:
            return count_of(answer.body, self.paging.total, answer.subject)
        if self.paging.announced_in == "content_range":
            return content_range_total(answer.headers, answer.subject)
        return None

    def goes_on(self, answer: Answer) -> bool:
        """As the body says; where it does not, until a page is empty, as a source may give less than was asked for."""
        return self.paging.more is None or flag_of(answer.body, self.paging.more, answer.subject)


@dataclass(frozen=True)
class ODataSkip(Skipping):
    """`paging: odata` with `by: skip`."""

    paging: OData
    selected: str | None

    @property
    def keys(self) -> list[str | None]:
        """What announces, and what names the next page."""
        return odata.keys(self.paging)

    @property
    def records(self) -> str:  # type: ignore[override]
        """Where the version has its records."""
        return odata.records(self.paging)

    def request(self, position: Position) -> Asking:
        """$top, $skip, $orderby, $select and the wish to be told the total."""
        return Asking(
            {"$top": self.paging.page_size, "$skip": position["offset"], **odata.options(self.paging, self.selected)}
        )

    def announced(self, position: Position, answer: Answer) -> int | None:
        """The count, where it was asked for."""
        return odata.count(self.paging, answer, is_first=True)

    def goes_on(self, answer: Answer) -> bool:
        """A full page, or one that the server cut and says so."""
        return answer.count >= self.paging.page_size or odata.next_link(self.paging, answer) is not None
