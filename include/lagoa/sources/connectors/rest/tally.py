"""Whether a series is whole: what the source announced against what came, by number and by distinct keys."""

import pyarrow as pa

from lagoa.errors import TransientSourceError
from lagoa.sources.connector import Resume
from lagoa.sources.connectors.rest.keys import DistinctKeys
from lagoa.sources.spec import RestResource
from lagoa.sources.spec.paging import may_move


class Tally:
    """Counts one series."""

    def __init__(self, resource: RestResource, subject: str) -> None:
        self._subject, self._tolerance = subject, resource.completeness.tolerance
        own = [name for name in resource.key_fields if name in (*resource.fields, *resource.nested)]
        self._distinct = DistinctKeys(own) if own else None
        self._may_move = may_move(resource.paging)
        self._first: int | None = None
        self.announced: int | None = None
        self.received = 0

    def go_on(self, resume: Resume) -> None:
        """Begin with what came before the series was broken off."""
        self.announced, self.received = resume.position.get("announced"), resume.received
        if resume.keys is not None:
            self.take(resume.keys, counted=True)

    def announce(self, announced: int | None) -> None:
        """A total may grow while pages are read; when it falls, later pages have moved up and rows were passed over.

        Where it grows pages may have moved down: one record came twice and another not at all, and the number is right.
        Keys tell; without one nothing does, as equal records may be several facts, so that it may not grow either.

        Raises:
            TransientSourceError: it fell, or grew without a key.
        """
        if announced is None:
            return
        if self.announced is not None and announced < self.announced:
            raise TransientSourceError(
                f"{self._subject}: the total announced fell from {self.announced} to {announced} between two pages, "
                "expected it to stay: the pages moved while they were read. Nothing was loaded. Try again."
            )
        self._first = announced if self._first is None else self._first
        grown = announced - self._first
        if self._distinct is None and self._may_move and grown > int(self._first * self._tolerance):
            raise TransientSourceError(
                f"{self._subject}: the total announced grew from {self._first} to {announced} between two pages, "
                "expected it to stay: without a key nothing tells whether the pages moved while they were read. "
                "Nothing was loaded. Try again."
            )
        self.announced = announced

    def take(self, table: pa.Table, *, counted: bool = False) -> None:
        """Remember the keys of records, and their number unless that is counted already."""
        self.received += 0 if counted else table.num_rows
        if self._distinct is not None:
            self._distinct.add(table)

    def check(self) -> None:
        """Hold what came against what was announced; the spec's tolerance is a share of the latter.

        Raises:
            TransientSourceError: records are missing, or came twice.
        """
        if self.announced is None:
            self._check_by_keys()
            return
        tolerated = int(self.announced * self._tolerance)
        has_key = self._distinct is not None
        if self.received < self.announced - tolerated or (self.received > self.announced + tolerated and not has_key):
            raise TransientSourceError(
                f"{self._subject}: received {self.received} records, expected the {self.announced} announced. "
                "Nothing was loaded. Try again; if it stays, the source's paging changed."
            )
        if self._distinct is not None and (distinct := self._distinct.count()) < self.announced - tolerated:
            raise TransientSourceError(
                f"{self._subject}: {self.received - distinct} of {self.received} records came twice, so as many of the "
                f"{self.announced} announced are missing: the pages overlapped. Nothing was loaded. Try again."
            )

    def _check_by_keys(self) -> None:
        """Where nothing is announced, a record that came twice tells that another may not have come at all."""
        if self._distinct is None or not self._may_move:
            return
        twice = self.received - self._distinct.count()
        if twice > int(self.received * self._tolerance):
            raise TransientSourceError(
                f"{self._subject}: {twice} of {self.received} records came twice, so others may be missing: the pages "
                "overlapped. Nothing was loaded. Try again."
            )
