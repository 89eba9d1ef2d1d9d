"""Spreadsheets (XLSX, XLS, ODS) -> tables of text, through calamine.

A whole number is written without a fraction, a date as ISO, a truth as true or false; errors and blanks are null.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, WorksheetNotFound

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.blocks import blocks_of, within_block
from lagoa.sources.connectors.files.columns import check_names
from lagoa.sources.connectors.files.header import check_header
from lagoa.sources.connectors.files.notes import Notes
from lagoa.sources.connectors.files.transport import DamagedFile
from lagoa.sources.connectors.files.unpacking import check_workbook
from lagoa.sources.records import as_text, text_array
from lagoa.sources.spec import FileResource

BATCH = 10_000
MAX_INTEGRAL = 1e15
"""Above, a spreadsheet's number has no exact integer any more: it is written as it is."""
Row = Sequence[str | None]


def tables(path: Path, resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The rows of one sheet; blank rows are passed over.

    Raises:
        DamagedFile: the file is damaged or cut short.
        ContractError: the sheet or a declared column is missing, a column comes twice, values stand outside the named
            columns, a header or a block is not as declared, data comes after the notes, or the file is encrypted.
    """
    rows = _texts(_sheet(path, resource, subject))
    if resource.blocks is None:
        yield from _tables(rows, resource, subject)
        return
    label, within = resource.blocks.label, within_block(resource)
    for value, block in blocks_of(rows, lambda row: row, resource, subject):
        for table in _tables(iter(block), within, subject, [label] if label else []):
            yield table.append_column(label, pa.repeat(value, table.num_rows)) if label else table


def _tables(rows: Iterator[Row], resource: FileResource, subject: str, added: Sequence[str] = ()) -> Iterator[pa.Table]:
    names = _names(rows, resource, subject)
    check_names([*filter(None, names), *added], resource, subject)
    notes = Notes(resource, len([name for name in names if name]), subject)
    data = (row for row in _before_notes(rows, notes) if any(value is not None for value in row))
    while batch := list(islice(data, BATCH)):
        yield _table(batch, names, subject)


def text_of(value: Any) -> str | None:
    """A cell as text."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_INTEGRAL:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return _duration(value)
    return as_text(value)


def _duration(value: dt.timedelta) -> str:
    """Hours, minutes, seconds: 30:00:00."""
    sign, seconds = ("-", -value) if value < dt.timedelta(0) else ("", value)
    whole = int(seconds.total_seconds())
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _sheet(path: Path, resource: FileResource, subject: str) -> CalamineSheet:
    if resource.format != "xls":
        check_workbook(path, subject)
    try:
        book = CalamineWorkbook.from_path(str(path))
        if isinstance(resource.sheet, str):
            return book.get_sheet_by_name(resource.sheet)
        return book.get_sheet_by_index(resource.sheet)
    except WorksheetNotFound:
        raise ContractError(
            f"{subject}: found sheets {', '.join(book.sheet_names)}, expected {resource.sheet!r}. "
            "The source renamed it: mend `sheet` in the spec."
        ) from None
    except PasswordError:
        raise ContractError(
            f"{subject}: the {resource.format.upper()} is encrypted, expected a plain one. Nothing was loaded."
        ) from None
    except CalamineError as error:
        raise DamagedFile(
            f"{subject}: the {resource.format.upper()} of {path.stat().st_size} bytes is damaged or cut short "
            f"({type(error).__name__}), expected a whole one. Nothing was loaded. Try again later."
        ) from None


def _texts(sheet: CalamineSheet) -> Iterator[Row]:
    """Every row from the sheet's first on, as wide as the sheet from its first column."""
    left = [None] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield [*left, *map(text_of, row)]


def _names(rows: Iterator[Row], resource: FileResource, subject: str) -> list[str]:
    """The columns' names; an empty one stands for a column without a name."""
    header: Row = []
    for _ in range(resource.skip_rows):
        header = next(rows, [])
    if resource.data_after is not None:
        found = next((row for row in rows if any(resource.data_after in (value or "") for value in row)), None)
        if found is None:
            raise ContractError(
                f"{subject}: found no row with {resource.data_after!r} in it, expected the one that comes before the "
                "data. The source changed its layout: compare, then mend `data_after` in the spec."
            )
        header = found
    if resource.columns:
        check_header(header, resource, subject)
        return list(resource.columns)
    if resource.data_after is None:
        header = next(rows, [])
    return [name or "" for name in header]


def _before_notes(rows: Iterator[Row], notes: Notes) -> Iterator[Row]:
    for row in rows:
        filled = sum(value is not None for value in row)
        notes.begun = notes.begun or notes.begin_with(row[0])
        if notes.begun:
            notes.check(filled)
        else:
            notes.before(filled)
            yield row


def _table(rows: list[Row], names: list[str], subject: str) -> pa.Table:
    width = max(len(names), *map(len, rows))
    columns = {}
    for position in range(width):
        values = [row[position] if position < len(row) else None for row in rows]
        if position < len(names) and names[position]:
            columns[names[position]] = text_array(values)
        elif any(value is not None for value in values):
            raise ContractError(
                f"{subject}: found values in column {position + 1}, which has no name, expected them below one of: "
                f"{', '.join(name for name in names if name)}. The source changed its layout."
            )
    return pa.table(columns)
