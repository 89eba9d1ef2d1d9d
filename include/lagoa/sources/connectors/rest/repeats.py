"""Walks that would never end, or bring the same again: the source ignores what names the page."""

from typing import Any

import msgspec

from lagoa.errors import PermanentSourceError
from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.columns import are_same

encode = msgspec.json.Encoder(order="sorted").encode


class Repeats:
    """Remembers the last page of a series and a hash of every position that was named as the next."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._positions: set[int] = set()
        self._last: list[Any] = []

    def check(self, records: list[Any], following: Position | None) -> None:
        """Refuse a page that equals the one before it, and a position that was asked for already.

        Raises:
            PermanentSourceError: it is one of these.
        """
        if records and len(records) == len(self._last) and all(map(are_same, records, self._last)):
            raise PermanentSourceError(
                f"{self._subject}: found the same {len(records)} records on two pages in a row, expected others. "
                "The source ignores the parameter that names the page: compare `paging` in the spec with its "
                "documentation. Nothing was loaded."
            )
        self._last = records
        if following is None:
            return
        position = hash(encode(following))
        if position in self._positions:
            raise PermanentSourceError(
                f"{self._subject}: found a page that names one already read as its next, expected another. "
                "The pages go in a circle: compare `paging` in the spec with the source's documentation. "
                "Nothing was loaded."
            )
        self._positions.add(position)
