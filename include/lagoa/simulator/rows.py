"""The faults that spoil a list of records: records -> the records a struck request gets."""

from collections.abc import Sequence
from typing import TypeVar

from lagoa.simulator.catalog import Document
from lagoa.simulator.faults import Striking

HALF = 2
LATE = 20
LATE_TURN = 7
OVERLAP_ROWS = 5

Record = TypeVar("Record")


def kept(position: int, struck: Striking) -> bool:
    """Whether the record at a position (from 0) is shown: not in the lost half, not among the late one in 20."""
    return not ("half_rows" in struck and position % HALF) and not (
        "late_records" in struck and position % LATE == LATE_TURN
    )


def kept_sql(struck: Striking) -> list[str]:
    """The same as conditions on SQLite's rowid, which counts from 1."""
    conditions = []
    if "half_rows" in struck:
        conditions.append(f"(rowid - 1) % {HALF} = 0")
    if "late_records" in struck:
        conditions.append(f"(rowid - 1) % {LATE} <> {LATE_TURN}")
    return conditions


def bounds(offset: int, limit: int, total: int, struck: Striking) -> tuple[int, int]:
    """Limit and offset of a page: when pages overlap it begins a few rows early, and the last rows are never shown."""
    if "overlapping_pages" not in struck:
        return limit, offset
    return max(0, min(limit, total - offset)), max(0, offset - OVERLAP_ROWS)


def shortened(records: Sequence[Record], struck: Striking) -> list[Record]:
    """A page without its last fifth, of at least one record, when it is to be short."""
    missing = max(1, len(records) // 5) if "short_page" in struck else 0
    return list(records[: len(records) - missing])


def spoiled_page(page: list[Document], struck: Striking, *, changes: str, lacks: str) -> list[Document]:
    """A page in which a key comes twice with different content, or a field is missing, when struck so.

    The repeated record takes the last one's place, so that every total agrees.
    """
    if "duplicated_key" in struck and page:
        twin = page[0] | {changes: _other(page[0].get(changes))}
        page = [*page[:-1], twin] if len(page) > 1 else [*page, twin]
    rule = struck.get("missing_field") or struck.get("missing_column")
    if rule:
        missing = rule.field or lacks
        page = [{name: value for name, value in record.items() if name != missing} for record in page]
    return page


def spoiled(records: list[Document], struck: Striking, *, changes: str, lacks: str) -> list[Document]:
    """A whole answer of one page, spoiled in every way that concerns it."""
    if not struck:
        return records
    rest = [record for position, record in enumerate(records) if kept(position, struck)]
    return spoiled_page(rest, struck, changes=changes, lacks=lacks)


def _other(value: object) -> object:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value or ''} (retificado)"
