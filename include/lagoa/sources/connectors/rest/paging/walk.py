"""What a kind of paging is: it says what to ask and what comes next, and makes no request itself.

start() -> position -> request(position) -> Answer -> following(position, answer) -> the next position or None
                                                   -> certain(position, answer) -> positions to read ahead

A position is plain JSON, so that a series that was broken off goes on from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.envelope import ABSENT, count_of, entry


@dataclass(frozen=True)
class Asking:
    """What a page adds to the request of its series."""

    params: Mapping[str, Any] = field(default_factory=dict)
    """Of the query, or wherever path and body name them."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the JSON body, dotted."""
    headers: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    """Asked for in place of path and query."""


@dataclass(frozen=True)
class Answer:
    """One answer that holds records, as far as paging looks at it."""

    body: Any
    headers: Mapping[str, str]
    count: int
    """Of its records."""
    subject: str
    """How messages name the series."""
    url: str = ""
    """What links are relative to."""


class Walk:
    """The simplest kind, one request; the others differ from it."""

    records: str | None = None
    """Where the records are, if the spec does not say."""

    @property
    def keys(self) -> list[str | None]:
        """The names of the body that are looked at, beside the records'."""
        return []

    def start(self) -> Position:
        """The first position."""
        return {}

    def request(self, position: Position) -> Asking:
        """What asks for a position."""
        return Asking()

    def announced(self, position: Position, answer: Answer) -> int | None:
        """Records of the whole series, as an answer tells; None = it does not tell."""
        return None

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The next position; None = that was the last page."""
        return None

    def certain(self, position: Position, answer: Answer) -> Iterator[Position]:
        """Positions that will be asked for whatever the next answers are, the next one first."""
        return iter(())

    def missed(self, position: Position) -> Position | None:
        """The next position after a status that means "no rows"; None = that was the end."""
        return None

    def missing(self, position: Position) -> int:
        """Documents that do not exist before this one, which does."""
        return 0


def total_of(name: str | None, answer: Answer, is_first: bool) -> int | None:
    """The total under a name of the body, which the first page must have and later ones may lack."""
    if name is None or (not is_first and entry(answer.body, name) in (ABSENT, None)):
        return None
    return count_of(answer.body, name, answer.subject)
