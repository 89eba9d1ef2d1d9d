"""The bytes of a page -> its records and what stands around them, in the quickest way that keeps every text as written.

shaped: records with just the declared fields become structs, their nested values stay bytes
loose:  anything else becomes dicts; fractional numbers keep their text
exact:  what msgspec refuses or bronze cannot hold goes the way of lagoa.sources.records
"""

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any

import msgspec

from lagoa.sources.connectors.rest.envelope import records_of
from lagoa.sources.records import parse_json

LOOSE = msgspec.json.Decoder(float_hook=msgspec.Raw)


class How(Enum):
    """The way by which a page was read."""

    SHAPED = "shaped"
    LOOSE = "loose"
    EXACT = "exact"


class PageDecoder:
    """Reads the pages of one resource."""

    def __init__(
        self,
        fields: Sequence[str],
        nested: Collection[str],
        optional: Collection[str],
        where: str | None,
        beside: Collection[str | None],
        subject: str,
        metadata: Collection[str] = (),
    ) -> None:
        """Learn the shape that the spec declares.

        Args:
            fields: declared ones that hold plain values.
            nested: declared ones that hold objects or arrays.
            optional: those of them that a record may lack.
            where: the records are, in the grammar's words.
            beside: the names of the body that paging looks at.
            subject: how messages name the series.
            metadata: keys beside which the records may be left out.
        """
        self._where, self._subject, self._metadata = where, subject, metadata
        self._path = [] if where is None else where.split(".")
        names = [*fields, *(name for name in nested if name not in fields)]
        self._taken_apart = frozenset(name.partition(".")[0] for name in names if "." in name)
        kinds = {name: msgspec.Raw if name in nested else Any for name in names}
        declared = {f"f{number}": name for number, name in enumerate(names)}
        must = [(key, kinds[name]) for key, name in declared.items() if name not in optional]
        may = [(key, kinds[name], None) for key, name in declared.items() if name in optional]
        record = msgspec.defstruct("Record", [*must, *may], rename=declared, forbid_unknown_fields=True, gc=False)
        self.order = [declared[key] for key in record.__struct_fields__]
        """The names of a shaped record's values."""
        self._shaped = self._shape(record, [name for name in beside if name is not None])

    def read(self, content: bytes) -> tuple[Any, list[Any], How]:
        """A page's body (without its records where they are shaped), its records, and how they were read.

        Raises:
            TransientSourceError: the body is not JSON, or tells an error that may pass.
            PermanentSourceError: it tells an error that stays.
            ContractError: the records are not where the spec says.
        """
        if b"\\" not in content or b"\\u0000" not in content:
            if self._shaped is not None:
                try:
                    return *self._parts(self._shaped.decode(content)), How.SHAPED
                except msgspec.DecodeError:  # not of that shape, or no JSON
                    pass
            try:
                body = LOOSE.decode(content)
            except msgspec.DecodeError:
                pass
            else:
                return body, self._records(body), How.LOOSE
        body = parse_json(content, self._subject)
        return body, self._records(body), How.EXACT

    def _records(self, body: Any) -> list[Any]:
        """The records; objects of which the spec names fields (`campaign.id`) are taken apart."""
        records = records_of(body, self._where, self._subject, self._metadata)
        if not self._taken_apart:
            return records
        return [flat(record, self._taken_apart) if isinstance(record, dict) else record for record in records]

    def _shape(self, record: type, beside: list[str]) -> msgspec.json.Decoder[Any] | None:
        """Reads bodies of declared records and of what paging looks at; None where they are not in one list."""
        if "*" in self._path or self._taken_apart:
            return None
        shape: Any = list[record]  # type: ignore[valid-type]
        for depth, name in reversed(list(enumerate(self._path))):
            # A key may itself be written with a dot, so both are looked for: the whole name and its beginning.
            inner = [each for key in beside for each in _at(key, self._path[:depth]) if each != name]
            fields = {f"b{number}": each for number, each in enumerate(dict.fromkeys(inner))}
            shape = msgspec.defstruct(
                "Body",
                [("records", shape), *((key, Any, msgspec.UNSET) for key in fields)],
                rename={"records": name, **fields},
                gc=False,
            )
        return msgspec.json.Decoder(shape, float_hook=msgspec.Raw)

    def _parts(self, found: Any) -> tuple[Any, list[Any]]:
        """What stands around the records, as the loose way would give it, and the records."""
        body: dict[str, Any] = {}
        inside = body
        for _ in self._path:
            names = found.__struct_encode_fields__
            values = dict(zip(names, msgspec.structs.astuple(found), strict=True))
            found = values.pop(names[0])
            inside.update((key, value) for key, value in values.items() if value is not msgspec.UNSET)
            inside[names[0]] = {}
            inside = inside[names[0]]
        return body, found


def _at(name: str, outer: list[str]) -> list[str]:
    """The keys below some others under which a dotted name may begin."""
    parts = name.split(".")
    if parts[: len(outer)] != outer:
        return []
    rest = parts[len(outer) :]
    return [".".join(rest), rest[0]] if rest else []


def flat(record: dict[str, Any], names: Collection[str] | None, before: str = "") -> dict[str, Any]:
    """A record whose objects of these names are fields of their own, under dotted names; None = all of them."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and (names is None or name in names):
            found |= flat(value, None, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found
