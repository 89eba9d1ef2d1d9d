"""Values of a database driver -> text, exactly as the database holds them."""

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.sources.records import WrittenNumber, as_json, as_text, text_array

PLAIN_TEXT = {str, type(None)}


class Json(str):
    """A JSON value as its text."""

    __slots__ = ()


def json_text(text: str | bytes) -> Json:
    """What a driver makes of a JSON column: canonical text, numbers as written, keys sorted."""
    value = json.loads(text, parse_float=WrittenNumber)
    return Json(as_json(value) or "null")


def column(values: Sequence[Any], *, is_nested: bool = False) -> pa.Array:
    """One column of a chunk as text; of a nested field as JSON."""
    if not is_nested and set(map(type, values)) <= PLAIN_TEXT:  # most columns are: no value is looked at one by one
        with contextlib.suppress(UnicodeEncodeError):
            texts = pa.array(values, pa.string())
            if not pc.any(pc.match_substring(texts, "\0")).as_py():
                return texts
    return text_array([None if value is None else _nested(value) if is_nested else to_text(value) for value in values])


def to_text(value: Any) -> str:
    """One value that is not null: numbers as written, dates and times ISO 8601, bytes as hex, lists as JSON."""
    known = TEXTS.get(type(value))
    return known(value) if known else _other(value)


def _nested(value: Any) -> str:
    if isinstance(value, Json):
        return str(value)
    if isinstance(value, str):
        try:
            return json_text(value)
        except ValueError:
            return as_json(value) or "null"
    return to_text(value) if isinstance(value, dict | list | tuple) else as_json(_plain(value)) or "null"


def _plain(value: Any) -> Any:
    """What stands inside a list or an object."""
    if isinstance(value, Json):
        return json.loads(value, parse_float=WrittenNumber)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return WrittenNumber(_decimal(value)) if value.is_finite() else str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    return value if isinstance(value, float) else to_text(value)


def _decimal(value: Decimal) -> str:
    """Never with an exponent: 0E-10 is 0.0000000000."""
    return format(value, "f")


def _duration(value: dt.timedelta) -> str:
    """Hours as MySQL's `time` writes them, which may be more than 24 or negative: -838:59:59."""
    microseconds = value // dt.timedelta(microseconds=1)
    seconds, rest = divmod(abs(microseconds), 1_000_000)
    text = f"{'-' if microseconds < 0 else ''}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:06}" if rest else text


def _other(value: Any) -> str:
    if isinstance(value, Json):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list | tuple):
        return as_json(_plain(value)) or "null"
    if isinstance(value, set | frozenset):
        return ",".join(sorted(map(str, value)))
    return as_text(value) or ""


TEXTS: dict[type, Callable[[Any], str]] = {
    str: lambda value: value.replace("\0", "") if "\0" in value else value,
    int: str,
    bool: lambda value: "true" if value else "false",
    float: repr,
    Decimal: _decimal,
    dt.datetime: lambda value: value.isoformat(),
    dt.date: lambda value: value.isoformat(),
    dt.time: lambda value: value.isoformat(),
    dt.timedelta: _duration,
    bytes: lambda value: value.hex(),
    memoryview: lambda value: value.hex(),
    UUID: str,
}
