"""Which of two watermarks is the later one, texts as texts, whole numbers as numbers; and none is of the future."""

import datetime as dt
import re

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.sources.spec.time import BRASILIA

AHEAD = dt.timedelta(days=1)
"""How far after a run's beginning a watermark may lie without anything being wrong: the source's clock or zone may
differ from ours, and rows change while the run goes on."""
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?")


def highest(column: pa.ChunkedArray) -> str | None:
    """The highest value of a column of texts; None of one without any.

    Dates and timestamps, written from the year on, are in order as texts; numbers are not: "9" comes after "10".
    """
    top = pc.max(column).as_py()
    if top is None or not _is_number(top):
        return top
    if not pc.all(pc.match_substring_regex(column, r"^-?\d{1,18}$")).as_py():
        return top
    return str(pc.max(pc.cast(column, pa.int64())).as_py())


def later(one: str | None, other: str | None) -> str | None:
    """The later of two watermarks; None is earlier than any."""
    if one is None or other is None:
        return one if other is None else other
    if _is_number(one) and _is_number(other):
        return max(one, other, key=int)
    return max(one, other)


def lies_ahead(watermark: str, at: dt.datetime) -> bool:
    """Whether a date or timestamp is of the future: who goes on from it passes over what changes until then."""
    found = _time_of(watermark)
    return found is not None and found - _like(found, at) > AHEAD


def capped(watermark: str | None, at: dt.datetime) -> str | None:
    """The watermark, or where it is a later date or timestamp the moment of the run, written alike.

    What changes between that moment and the watermark is asked for by the next run. Whole numbers, and what is no ISO
    date or timestamp, stay.

    Args:
        watermark: as the source writes it.
        at: when the run began that found it; dates and times without a zone are Brasília's.
    """
    found = _time_of(watermark) if watermark else None
    if watermark is None or found is None or found <= (limit := _like(found, at)):
        return watermark
    if len(watermark) == len("2025-01-01"):
        return limit.date().isoformat()
    written = limit.isoformat(sep=watermark[10], timespec="seconds")
    return written.removesuffix("+00:00") + "Z" if watermark.endswith("Z") else written


def _time_of(watermark: str) -> dt.datetime | None:
    """The moment that an ISO date or timestamp tells; a date tells its first."""
    try:
        return dt.datetime.fromisoformat(watermark) if ISO.fullmatch(watermark) else None
    except ValueError:
        return None


def _like(found: dt.datetime, at: dt.datetime) -> dt.datetime:
    """A moment in the zone of another, without one where that has none."""
    return at.astimezone(found.tzinfo or BRASILIA).replace(tzinfo=found.tzinfo)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
