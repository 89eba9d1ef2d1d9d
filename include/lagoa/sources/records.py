"""JSON records -> Arrow text, with every number written exactly as the source wrote it."""

import datetime as dt
import json
import math
from collections.abc import Collection, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

import pyarrow as pa

from lagoa.errors import ContractError, TransientSourceError


class WrittenNumber(float):
    """A JSON number that remembers its text: `0.10` stays `0.10`, `3e+05` stays `3e+05`."""

    text: str

    def __new__(cls, text: str) -> "WrittenNumber":
        """Parse the text and keep it."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def parse_json(body: bytes, subject: str) -> Any:
    """The body's value; fractional numbers as WrittenNumber.

    Raises:
        TransientSourceError: the body is not JSON (an HTML page with status 200, a body cut short).
    """
    try:
        return json.loads(body, parse_float=WrittenNumber, parse_constant=_refuse_constant)
    except ValueError:
        kind = "an HTML page" if body.lstrip()[:1] == b"<" else f"{len(body)} bytes that are not whole JSON"
        raise TransientSourceError(f"{subject}: found {kind}, expected JSON. Try again later.") from None


def read_json(text: str) -> Any:
    """The value of a nested field as it is stored; what `as_json` writes of it is the same text again."""
    return json.loads(text, parse_float=WrittenNumber)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def as_text(value: Any) -> str | None:
    """One value as bronze keeps it: text as it is, numbers as written, objects as JSON with sorted keys.

    The character NUL, which Postgres cannot hold, is left out.
    """
    if value is None:
        return None
    if type(value) is str:
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, WrittenNumber):
        return value.text
    if isinstance(value, dict | list):
        return as_json(value)
    return str(value)


def as_json(value: Any) -> str | None:
    """One value of a nested field as JSON text: keys sorted, numbers as written; a null stays a null.

    What JSON has no kind for: dates and times are texts in ISO 8601, bytes are texts in hex, decimals are numbers with
    all their digits, and NaN and the infinities, which no JSON number can be, are null.
    """
    return None if value is None else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value.replace("\0", ""))
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json(key)}:{_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_json, value)) + "]"
    if value is None or isinstance(value, bool | int | WrittenNumber):
        return as_text(value) or "null"
    return _beyond_json(value)


def _beyond_json(value: Any) -> str:
    """What JSON has no kind for, and files of other formats hold."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "null"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, bytes):
        return f'"{value.hex()}"'
    if isinstance(value, dt.date | dt.time):
        return f'"{value.isoformat()}"'
    return encode_basestring(str(value))


def records_table(
    records: Sequence[Any], fields: Sequence[str], optional: Sequence[str], subject: str, nested: Collection[str] = ()
) -> pa.Table:
    """Records as a table of text columns: the declared fields in their order, then what else came.

    Args:
        records: of one page.
        fields: declared ones.
        optional: those of them that a record may lack.
        subject: how messages name the series.
        nested: those of them whose values become JSON, whatever their kind.

    Raises:
        ContractError: something is no object, or lacks a declared field that is not optional.
    """
    names = names_of(records, fields, optional, subject)
    columns = [
        text_array([(as_json if name in nested else as_text)(record.get(name)) for record in records]) for name in names
    ]
    return pa.table(columns, names=names)


def names_of(records: Sequence[Any], fields: Sequence[str], optional: Sequence[str], subject: str) -> list[str]:
    """The names of the records' fields: the declared ones in their order, then what else came.

    Raises:
        ContractError: something is no object, or lacks a declared field that is not optional.
    """
    if not all(isinstance(record, dict) for record in records):
        raise ContractError(
            f"{subject}: found records that are not objects, expected objects. Check `records` in the spec."
        )
    missing = {
        field: count
        for field in fields
        if field not in optional and (count := sum(field not in record for record in records))
    }
    if missing:
        told = ", ".join(f"{field} (in {count} of {len(records)} records)" for field, count in missing.items())
        raise ContractError(
            f"{subject}: missing field {told}, expected in every record. "
            "The source changed: compare its documentation, then mend `fields` or list it under `optional`."
        )
    return list(dict.fromkeys([*fields, *(name for record in records for name in record)]))


def text_array(texts: list[str | None]) -> pa.Array:
    """Texts as Arrow; half of a surrogate pair, which JSON can spell and UTF-8 cannot, becomes a question mark."""
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([text and text.encode("utf-8", "replace").decode() for text in texts], pa.string())
