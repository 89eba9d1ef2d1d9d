"""Pages that name the next one: by its address, or by a token that is sent back."""

from dataclasses import dataclass
from urllib.parse import urljoin

from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.envelope import ABSENT, entry, next_of_link_header, text_of
from lagoa.sources.connectors.rest.paging import odata
from lagoa.sources.connectors.rest.paging.walk import Answer, Asking, Walk, total_of
from lagoa.sources.spec import Cursor, NextLink, OData


@dataclass(frozen=True)
class Links(Walk):
    """`paging: next_link`."""

    paging: NextLink

    @property
    def keys(self) -> list[str | None]:
        """What announces, and what names the next page."""
        return [self.paging.next, self.paging.total]

    def request(self, position: Position) -> Asking:
        """The size at first; a link holds everything itself."""
        if "link" in position:
            return Asking(link=position["link"])
        return Asking({} if self.paging.size is None else {self.paging.size: self.paging.page_size})

    def announced(self, position: Position, answer: Answer) -> int | None:
        """The total of the body, where the spec names one."""
        return total_of(self.paging.total, answer, is_first="link" not in position)

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The link."""
        name = self.paging.next
        link = next_of_link_header(answer.headers) if name is None else text_of(answer.body, name, answer.subject)
        return None if link is None else {"link": urljoin(answer.url, link)}


@dataclass(frozen=True)
class ODataLinks(Walk):
    """`paging: odata` with `by: next_link`. The size is only wished for: $top would cut the whole series."""

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
        """The size with each request; the rest is in the link."""
        headers = {"Prefer": f"odata.maxpagesize={self.paging.page_size}"}
        if "link" in position:
            return Asking(headers=headers, link=position["link"])
        return Asking(odata.options(self.paging, self.selected), headers=headers)

    def announced(self, position: Position, answer: Answer) -> int | None:
        """The count, where it was asked for."""
        return odata.count(self.paging, answer, is_first="link" not in position)

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The link."""
        link = odata.next_link(self.paging, answer)
        return None if link is None else {"link": urljoin(answer.url, link)}


@dataclass(frozen=True)
class Tokens(Walk):
    """`paging: cursor`."""

    paging: Cursor

    @property
    def keys(self) -> list[str | None]:
        """What announces, and what names the next page."""
        return [self.paging.cursor, self.paging.total, self.paging.more]

    def request(self, position: Position) -> Asking:
        """The size, and from the second page on the token."""
        paging = self.paging
        size = {} if paging.size is None else {paging.size: paging.page_size}
        token = {paging.parameter: position["cursor"]} if "cursor" in position else {}
        return Asking(body=size | token) if paging.sent_in == "body" else Asking(size | token)

    def announced(self, position: Position, answer: Answer) -> int | None:
        """The total of the body, where the spec names one."""
        return total_of(self.paging.total, answer, is_first="cursor" not in position)

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The token; some sources give one on the last page, too, and tell the end otherwise."""
        more = self.paging.more
        if more is not None and entry(answer.body, more) in (ABSENT, None, False, ""):
            return None
        token = text_of(answer.body, self.paging.cursor, answer.subject)
        return None if token is None else {"cursor": token}
