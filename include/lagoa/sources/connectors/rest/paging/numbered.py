"""Pages with numbers: up to the number announced, or to the first page that is short or empty."""

from collections.abc import Iterator
from dataclasses import dataclass

from lagoa.errors import TransientSourceError
from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.envelope import count_of
from lagoa.sources.connectors.rest.paging.walk import Answer, Asking, Walk
from lagoa.sources.spec import PageNumber


@dataclass(frozen=True)
class Numbered(Walk):
    """`paging: page_number`."""

    paging: PageNumber

    @property
    def keys(self) -> list[str | None]:
        """What announces, and what names the next page."""
        return [self.paging.total, self.paging.pages]

    def start(self) -> Position:
        """The first number."""
        return {"page": self.paging.first}

    def request(self, position: Position) -> Asking:
        """The number, and the size where the source lets one choose it."""
        size = {} if self.paging.size is None else {self.paging.size: self.paging.page_size}
        return Asking({self.paging.page: position["page"], **size})

    def announced(self, position: Position, answer: Answer) -> int | None:
        """The total of the body."""
        total = self.paging.total
        return None if total is None else count_of(answer.body, total, answer.subject)

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The next number."""
        last, after = self._last(position, answer), {"page": position["page"] + 1}
        if last is not None:
            return after if position["page"] < last else None
        is_short = answer.count < self.paging.page_size
        if self.paging.end == "short_page":
            return None if is_short else after
        if answer.count and "short" in position:
            raise TransientSourceError(
                f"{answer.subject}: page {position['page'] - 1} held {position['short']} records and was not the last, "
                f"expected {self.paging.page_size}: records are missing. Nothing was loaded. Try again."
            )
        return (after | ({"short": answer.count} if is_short else {})) if answer.count else None

    def certain(self, position: Position, answer: Answer) -> Iterator[Position]:
        """The numbers up to the last announced."""
        last = self._last(position, answer)
        return ({"page": number} for number in range(position["page"] + 1, (last or 0) + 1))

    def _last(self, position: Position, answer: Answer) -> int | None:
        """The last number; None = nothing is announced."""
        before = self.paging.first - 1
        if self.paging.pages is not None:
            return before + count_of(answer.body, self.paging.pages, answer.subject)
        total = self.announced(position, answer)
        return None if total is None else before + -(-total // self.paging.page_size)
