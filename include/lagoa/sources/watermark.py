"""Which of two watermarks is the later one: texts as texts, whole numbers as numbers."""

import pyarrow as pa
import pyarrow.compute as pc


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


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
