"""JSON records -> Arrow text, with every number written exactly as the source wrote it."""

import json
from collections.abc import Sequence
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
        return json.loads(body, parse_float=WrittenNumber)
    except (json.JSONDecodeError, UnicodeDecodeError):
        kind = "an HTML page" if body.lstrip()[:1] == b"<" else f"{len(body)} bytes that are not whole JSON"
        raise TransientSourceError(f"{subject}: found {kind}, expected JSON. Try again later.") from None


def as_text(value: Any) -> str | None:
    """One value as bronze keeps it: text as it is, numbers as written, objects as JSON with sorted keys."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, WrittenNumber):
        return value.text
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return str(value)


def records_table(records: Sequence[Any], fields: Sequence[str], optional: Sequence[str], subject: str) -> pa.Table:
    """Records as a table of text columns: the declared fields in their order, then what else came.

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
    names = list(dict.fromkeys([*fields, *(name for record in records for name in record)]))
    columns = [pa.array([as_text(record.get(name)) for record in records], pa.string()) for name in names]
    return pa.table(columns, names=names)
