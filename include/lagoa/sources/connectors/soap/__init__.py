"""SOAP services: WSDL -> zeep -> envelopes; answers -> records of text, one call a slice or one a document's number.

    asked -> Service.call -> records_of -> Batch

The WSDL is read once a process; its service's address counts only as a path at the host of the spec.
"""

import threading
from collections.abc import Iterator
from typing import Any, Self

import pyarrow as pa

from lagoa.errors import ContractError, TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.sources.connector import Batch, Context, Interrupted, Resume
from lagoa.sources.connectors.soap.answer import records_of
from lagoa.sources.connectors.soap.channel import Channel
from lagoa.sources.connectors.soap.service import NoSuchDocument, Service
from lagoa.sources.records import records_table
from lagoa.sources.spec import Sequence, SoapResource
from lagoa.sources.spec.soap_resource import Lookup

BATCH = 100
"""Numbers of a sequence that are asked for before their records are handed on."""


class SoapConnector:
    """Reads the records of a SOAP operation."""

    def __init__(self, context: Context) -> None:
        assert isinstance(context.resource, SoapResource)  # noqa: S101  (for the type checker)
        self.context, self.resource = context, context.resource
        self._channel = Channel(context)
        self._services: dict[tuple[str, str], Service] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def expand(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """Nothing to add."""
        return asked

    def read(self, asked: dict[str, str], resume: Resume | None = None) -> "SoapReading":
        """The records of one call, or of a sequence of numbers from where it was broken off."""
        return SoapReading(self, asked, resume)

    def records(self, asked: dict[str, str], subject: str) -> list[Any]:
        """The records of one call; a document that does not exist has none."""
        return self._called(self.resource.operation, self.resource.arguments, self.resource.records, asked, subject)

    def looked_up(self, lookup: Lookup, asked: dict[str, str], subject: str) -> list[dict[str, str]]:
        """What the records of a lookup fill, each once."""
        found = self._called(
            lookup.operation, lookup.arguments, lookup.records, asked, f"{subject}: {lookup.operation}"
        )
        filled = []
        for record in found:
            values = {
                name: record.get(field) if isinstance(record, dict) else None for name, field in lookup.fields.items()
            }
            if empty := [lookup.fields[name] for name, value in values.items() if not value]:
                raise ContractError(
                    f"{subject}: {lookup.operation}: found a record without {', '.join(empty)}, expected it by "
                    "`lookup`. Compare the WSDL with the spec."
                )
            filled.append({name: str(value) for name, value in values.items()})
        return [dict(items) for items in dict.fromkeys(tuple(each.items()) for each in filled)]

    def _called(
        self, operation: str, arguments: dict[str, Any], records: str | None, asked: dict[str, str], subject: str
    ) -> list[Any]:
        path, _ = self.resource.address(asked)
        with self._lock:
            if (path, operation) not in self._services:
                service = Service(self.context, self._channel, asked, operation)
                self._services[path, operation] = service
            service = self._services[path, operation]
        try:
            return records_of(service.call(arguments, asked, subject), records, subject)
        except NoSuchDocument:
            return []


class SoapReading:
    """A slice being read."""

    def __init__(self, connector: SoapConnector, asked: dict[str, str], resume: Resume | None) -> None:
        self._connector, self._asked = connector, asked
        self._subject = connector.context.subject(asked)
        self._received = resume.received if resume else 0
        position = resume.position if resume else {}
        paging = connector.resource.paging
        self._next = int(position.get("next", paging.first if isinstance(paging, Sequence) else 0))
        self._misses = int(position.get("misses", 0))
        self._missing = int(position.get("missing", 0))

    @property
    def slice(self) -> Slice:
        """What was asked and received; a service announces nothing, but a sequence shows its gaps."""
        return Slice(asked=self._asked, announced=None, received=self._received, missing=self._missing)

    def batches(self) -> Iterator[Batch]:
        """The records, in one batch or in one of so many numbers."""
        resource = self._connector.resource
        if resource.lookup is not None:
            yield from self._looked_up(resource.lookup)
        elif isinstance(resource.paging, Sequence):
            yield from self._numbered(resource.paging)
        elif records := self._connector.records(self._asked, self._subject):
            yield Batch(self._table(records))

    def _looked_up(self, lookup: Lookup) -> Iterator[Batch]:
        """Nothing tells where to go on: the list may be another one by then, and a CPF must not be remembered."""
        records: list[Any] = []
        for values in self._connector.looked_up(lookup, self._asked, self._subject):
            found = self._connector.records({**self._asked, **values}, self._subject)
            records += self._kept(found, values)
            self._missing += not found
        if records:
            yield Batch(self._table(records))

    def _kept(self, records: list[Any], values: dict[str, str]) -> list[Any]:
        """The records with what they were asked for: only here is it known which came for which."""
        kept = {name: value for name, value in values.items() if name in self._connector.resource.keep}
        return [{**record, **kept} if isinstance(record, dict) else record for record in records]

    def _numbered(self, paging: Sequence) -> Iterator[Batch]:
        records: list[Any] = []
        walked = 0
        while self._misses < paging.misses and (not paging.width or self._next < 10**paging.width):
            number = str(self._next).zfill(paging.width)
            found = self._found(paging.parameter, number)
            self._next += 1
            if found:
                # Missing numbers count once a later one is found: those after the last are the end, not a gap.
                self._missing += self._misses
                self._misses = 0
                records += self._kept(found, {paging.parameter: number})
            else:
                self._misses += 1
            walked += 1
            if walked >= BATCH and records:
                yield Batch(self._table(records), self._position)
                records, walked = [], 0
        if records:
            yield Batch(self._table(records), self._position)

    def _found(self, parameter: str, number: str) -> list[Any]:
        try:
            return self._connector.records(
                {**self._asked, parameter: number}, f"{self._subject} ({parameter}={number})"
            )
        except TransientSourceError as error:
            raise Interrupted(str(error)) from error

    @property
    def _position(self) -> dict[str, int]:
        return {"next": self._next, "misses": self._misses, "missing": self._missing}

    def _table(self, records: list[Any]) -> pa.Table:
        resource = self._connector.resource
        table = records_table(
            records, [*resource.fields, *resource.nested], resource.optional, self._subject, resource.nested
        )
        self._received += table.num_rows
        return table
