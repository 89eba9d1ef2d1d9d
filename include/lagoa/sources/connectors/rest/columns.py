"""Decoded records -> text columns, as lagoa.sources.records makes them and several times as fast."""

from collections.abc import Collection, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
import pyarrow as pa

from lagoa.sources.connectors.rest.decode import LOOSE, How
from lagoa.sources.records import as_json, names_of, parse_json, records_table, text_array

_encode = msgspec.json.Encoder(order="sorted").encode
_NONE = type(None)


class Columns:
    """Makes tables of the records of one series. One thread uses it."""

    def __init__(
        self,
        fields: Sequence[str],
        nested: Collection[str],
        optional: Sequence[str],
        order: Sequence[str],
        subject: str,
    ) -> None:
        self._declared = [*fields, *(name for name in nested if name not in fields)]
        self._nested, self._optional, self._subject = frozenset(nested), optional, subject
        self._order, self._canonical = order, Canonical()

    def table(self, records: Sequence[Any], how: How) -> pa.Table:
        """Records as a table of text columns: the declared fields in their order, then what else came.

        Raises:
            ContractError: something is no object, or lacks a declared field that is not optional.
        """
        if how is How.EXACT:
            return records_table(records, self._declared, self._optional, self._subject, self._nested)
        if how is How.SHAPED:
            values = zip(*map(msgspec.structs.astuple, records), strict=True) if records else [()] * len(self._order)
            found = dict(zip(self._order, values, strict=True))
            arrays = [self._raw(found[name]) if name in self._nested else plain(found[name]) for name in self._declared]
            return pa.table(arrays, names=self._declared)
        names, rows = self._rows(records)
        values = zip(*rows, strict=True) if rows else [()] * len(names)
        arrays = [
            nested(each) if name in self._nested else plain(each) for name, each in zip(names, values, strict=True)
        ]
        return pa.table(arrays, names=names)

    def _rows(self, records: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The values of each record by name; without a step of Python a value where all have the same names."""
        try:
            names = list(dict.fromkeys(chain(self._declared, records[0])))
            if len(names) > 1 and set(map(len, records)) == {len(names)}:
                return names, list(map(itemgetter(*names), records))
        except (KeyError, IndexError, TypeError):
            pass
        names = names_of(records, self._declared, self._optional, self._subject)
        return names, [tuple(map(record.get, names)) for record in records]

    def _raw(self, values: Sequence[Any]) -> pa.Array:
        """A nested column of bytes as the source wrote them."""
        if None in values:  # of an optional field
            return pa.array([None if value is None else self._canonical[bytes(value)] for value in values], pa.string())
        written = pa.array(_bytes_of(values), pa.binary()).dictionary_encode()
        distinct = [self._canonical[each] for each in written.dictionary.to_pylist()]
        return pa.array(distinct, pa.string()).take(written.indices)


class Canonical(dict[bytes, str | None]):
    """JSON as the source wrote it -> with sorted keys. Remembers small values: the same ones come again."""

    LARGEST = 512
    MOST = 20_000

    def __missing__(self, written: bytes) -> str | None:
        """Work it out."""
        try:
            value = LOOSE.decode(written)
            text = None if value is None else _encode(value).decode()
        except msgspec.DecodeError:  # half a surrogate pair
            text = (as_json(parse_json(written, "")) or "null").encode("utf-8", "replace").decode()
        if len(written) <= self.LARGEST:
            if len(self) >= self.MOST:
                self.clear()
            self[written] = text
        return text


def are_same(one: Any, other: Any) -> bool:
    """Whether two decoded records are the same, down to how their numbers are written."""
    if isinstance(one, msgspec.Struct) and isinstance(other, msgspec.Struct):
        pairs = zip(msgspec.structs.astuple(one), msgspec.structs.astuple(other), strict=True)
        if any(type(value) is str and value != before for value, before in pairs):
            return False  # most are told apart by their first field
    try:
        return _encode(one) == _encode(other)
    except (UnicodeEncodeError, TypeError):  # of the exact way
        return bool(one == other)


def plain(values: Sequence[Any]) -> pa.Array:
    """A column of values as text; where all are of one kind, without a step of Python a value."""
    if values and type(values[0]) is str:
        try:
            return text_array(values)  # type: ignore[arg-type]
        except pa.ArrowTypeError:  # not all of them are texts
            pass
    kinds = set(map(type, values)) - {_NONE}
    if not kinds or kinds == {str}:
        return text_array(values)  # type: ignore[arg-type]
    if None not in values:
        if kinds == {int}:
            return _whole_numbers(values)
        if kinds == {msgspec.Raw}:
            return pa.array(_bytes_of(values), pa.string())
    return text_array([_text(value) for value in values])


def _whole_numbers(values: Sequence[int]) -> pa.Array:
    try:
        return pa.array(values, pa.int64()).cast(pa.string())
    except OverflowError:
        return pa.array(list(map(str, values)), pa.string())


def _bytes_of(raws: Sequence[Any]) -> list[bytes]:
    """The bytes of pieces of JSON, in which the byte 0 never stands; half the time of asking each for its own."""
    return b"\0".join(raws).split(b"\0")


def nested(values: Sequence[Any]) -> pa.Array:
    """A column of decoded values as JSON with sorted keys."""
    return pa.array([None if value is None else _encode(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    kind = type(value)
    if value is None or kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if value else "false"
    return str(value) if kind is int else _encode(value).decode()
