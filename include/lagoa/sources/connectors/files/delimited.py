"""CSV of any dialect -> tables of text, in Arrow's own parser; memory stays flat whatever the size.

titles and header, line by line -> names -> rows in blocks -> tables; the notes at the end are cut off
"""

import csv as standard_csv
from collections.abc import Iterator
from contextlib import closing
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.columns import check_names
from lagoa.sources.connectors.files.notes import Notes
from lagoa.sources.connectors.files.text import TextFile
from lagoa.sources.spec import FileResource

BLOCK_BYTES = 8 * 2**20


def tables(file: IO[bytes], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The rows of a CSV file.

    Raises:
        ContractError: a declared column is missing or comes twice, a row has another number of values, data comes after
            the notes, or the text is not of the declared encoding.
    """
    text = TextFile(file, resource.encoding, resource.quote)
    try:
        names = header(text, resource, subject)
        check_names([name for name in names if name], resource, subject)
        if not text.is_at_end():
            yield from _rows(text, names, resource, subject)
    except (UnicodeDecodeError, pa.ArrowInvalid, standard_csv.Error) as error:
        is_encoding = isinstance(error, UnicodeDecodeError) or "UTF8" in str(error)
        reason = "text in another encoding" if is_encoding else "rows torn apart"
        raise ContractError(
            f"{subject}: found {reason} in the CSV, expected {resource.encoding} with "
            f"{resource.delimiter!r} between values. Nothing was loaded: compare the file with `encoding` and "
            "`delimiter` in the spec."
        ) from None


def header(text: TextFile, resource: FileResource, subject: str) -> list[str]:
    """The names of the columns; the text is at the first row of data afterwards.

    Raises:
        ContractError: the text of `data_after` is nowhere.
    """
    for _ in range(resource.skip_rows):
        text.line()
    if resource.data_after is not None:
        wanted, line = resource.data_after.encode(), text.line()
        while line is not None and wanted not in line:
            line = text.line()
        if line is None:
            raise ContractError(
                f"{subject}: found no row with {resource.data_after!r} in it, expected the one that comes before the "
                "data. The source changed its layout: compare, then mend `data_after` in the spec."
            )
        if not resource.columns:
            text.put_back(line + b"\n")
    return resource.columns or _names(text, resource)


def _names(text: TextFile, resource: FileResource) -> list[str]:
    """The header's values; the reader takes more lines than one only while a quote is open."""
    rows = standard_csv.reader(
        (line.decode() + "\n" for line in iter(text.line, None)),
        delimiter=resource.delimiter,
        quotechar=resource.quote or None,
        quoting=standard_csv.QUOTE_MINIMAL if resource.quote else standard_csv.QUOTE_NONE,
    )
    return next(rows, [])


class _Ragged:
    """The rows that have another number of values: notes from the first footer on, errors before it."""

    def __init__(self, resource: FileResource, width: int, subject: str) -> None:
        self._footer, self._quote = resource.footer, resource.quote
        self._width, self._subject = width, subject
        self.notes_from: int | None = None
        """The number of the first row that is a note; the first row of data is 1."""
        self._first: tuple[int, int] | None = None

    def __call__(self, row: csv.InvalidRow) -> str:
        """What pyarrow asks of each such row."""
        if self.notes_from is None and self._first is None:
            if self._footer is not None and row.text.lstrip(self._quote or None).startswith(self._footer):
                self.notes_from = row.number
            else:
                self._first = (row.number, row.actual_columns)
        return "skip"

    def check(self, last: int | None) -> None:
        """Raise for a row up to that number, which is before the notes; None = there are no notes."""
        if self._first is None:
            return
        number, width = self._first
        if last is not None and number > last:
            return
        raise ContractError(
            f"{self._subject}: found a row of {width} values (row {number} of the data), expected {self._width} as in "
            "the header. The file is damaged: nothing was loaded."
        )


def _rows(text: TextFile, names: list[str], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    ragged = _Ragged(resource, len(names), subject)
    labels = [str(position) for position in range(len(names))]
    try:
        reader = csv.open_csv(
            text,
            # Without threads the parser counts rows, which an error can then name; it is not slower.
            read_options=csv.ReadOptions(column_names=labels, block_size=BLOCK_BYTES, use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter=resource.delimiter,
                quote_char=resource.quote or False,
                newlines_in_values=bool(resource.quote),
                invalid_row_handler=ragged,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(labels, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):  # nothing but line ends or notes
            ragged.check(None)
            return
        raise
    received, last, notes = 0, "", Notes(resource, len([name for name in names if name]), subject)
    with closing(reader):
        for batch in reader:
            kept = _before_notes(pa.Table.from_batches([batch]), received, ragged.notes_from, notes)
            received += kept.num_rows
            ragged.check(received + notes.begun)
            if kept.num_rows:
                last = kept.column(-1)[-1].as_py() or ""
                yield _named(kept, names, subject)
    ragged.check(received + 1 if notes.begun else None)
    has_notes = notes.begun or ragged.notes_from is not None
    if text.quotes % 2 and not has_notes and (last.endswith(("\n", "\r")) or not text.ends_a_line):
        raise ContractError(
            f"{subject}: found a quote that is never closed, expected pairs. The file is cut short, or `quote` in the "
            "spec is not the file's: nothing was loaded."
        )


def _before_notes(table: pa.Table, received: int, notes_from: int | None, notes: Notes) -> pa.Table:
    """The rows before the first note, whether it has as many values as a row or not."""
    if notes.footer is None or not table.num_rows:
        return table
    is_note = pc.starts_with(table.column(0), notes.footer)
    end = 0 if notes.begun else pc.index(is_note, True).as_py()
    end = table.num_rows if end < 0 else end
    if notes_from is not None:
        end = min(end, max(0, notes_from - 1 - received))
    notes.begun = notes.begun or end < table.num_rows
    filled = _filled(table)
    before, after = filled.slice(0, end), filled.slice(end).filter(pc.invert(is_note.slice(end)))
    notes.before(pc.min(before.filter(pc.greater(before, 0))).as_py())
    notes.after(pc.max(after).as_py())
    return table.slice(0, end)


def _filled(table: pa.Table) -> pa.ChunkedArray:
    """How many values each row has."""
    filled = pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), table.num_rows)])
    for column in table.columns:
        filled = pc.add(filled, pc.cast(pc.not_equal(column, ""), pa.int32()))
    return filled


def _named(table: pa.Table, names: list[str], subject: str) -> pa.Table:
    """The table with its columns' names; one without a name, which a delimiter at the end of lines makes, is left out.

    Raises:
        ContractError: there are values in it.
    """
    for position, name in enumerate(names):
        if not name and pc.any(pc.not_equal(table.column(position), "")).as_py():
            raise ContractError(
                f"{subject}: found values in column {position + 1}, which has no name, expected them below one of: "
                f"{', '.join(name for name in names if name)}. The source changed its layout."
            )
    kept = [position for position, name in enumerate(names) if name]
    return table.select(kept).rename_columns([names[position] for position in kept])
