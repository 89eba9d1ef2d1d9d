"""The rows of a CSV, in Arrow's own parser, a piece at a time; the notes at the end are cut off.

text at the first row of data + names of the columns -> tables of text
"""

import csv as standard_csv
from collections.abc import Iterable, Iterator
from contextlib import closing

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.notes import Notes
from lagoa.sources.connectors.files.swallowed import refuse_swallowed
from lagoa.sources.connectors.files.text import TextFile
from lagoa.sources.spec import FileResource

BLOCK_BYTES = 8 * 2**20


def rows(text: TextFile, names: list[str], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The rows below a header, before the notes.

    Raises:
        ContractError: a row has another number of values, swallowed others, stands in a column without a name, or
            among the notes.
        pyarrow.ArrowInvalid: the text cannot be read as CSV.
    """
    notes = Notes(resource, len([name for name in names if name]), subject)
    ragged = _Ragged(resource, notes, len(names), subject)
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
            ragged.check_notes()
            return
        raise
    received, last = 0, ""
    with closing(reader):
        for batch in reader:
            kept = _before_notes(pa.Table.from_batches([batch]), received, ragged.notes_from, notes)
            ragged.check(received + kept.num_rows + notes.begun)
            if text.quotes:
                refuse_swallowed(kept, resource, received, subject)
            received += kept.num_rows
            if kept.num_rows:
                last = kept.column(-1)[-1].as_py() or ""
                yield _named(kept, names, subject)
    ragged.check(received + 1 if notes.begun else None)
    ragged.check_notes()
    has_notes = notes.begun or ragged.notes_from is not None
    if text.quotes % 2 and not has_notes and (last.endswith(("\n", "\r")) or not text.ends_a_line):
        raise ContractError(
            f"{subject}: found a quote that is never closed, expected pairs. The file is cut short, or `quote` in the "
            "spec is not the file's: nothing was loaded."
        )


def cells_of(lines: Iterable[bytes], resource: FileResource) -> list[str]:
    """The values of a row; more lines than one are taken only while a quote is open."""
    values = standard_csv.reader(
        (line.decode() + "\n" for line in lines),
        delimiter=resource.delimiter,
        quotechar=resource.quote or None,
        quoting=standard_csv.QUOTE_MINIMAL if resource.quote else standard_csv.QUOTE_NONE,
    )
    return next(values, [])


class _Ragged:
    """The rows that have another number of values: notes from the first footer on, errors before it."""

    def __init__(self, resource: FileResource, notes: Notes, width: int, subject: str) -> None:
        self._resource, self._notes = resource, notes
        self._width, self._subject = width, subject
        self.notes_from: int | None = None
        """The number of the first row that is a note; the first row of data is 1."""
        self._first: tuple[int, int] | None = None
        self._fullest = 0

    def __call__(self, row: csv.InvalidRow) -> str:
        """What pyarrow asks of each such row."""
        cells = cells_of([row.text.encode()], self._resource) if self._notes.are_declared else []
        self._fullest = max(self._fullest, sum(value != "" for value in cells))
        if self.notes_from is None and self._first is None:
            if cells and self._notes.begin_with(cells[0]):
                self.notes_from = row.number
            else:
                self._first = (row.number, row.actual_columns)
        return "skip"

    def check_notes(self) -> None:
        """Hold those that are left, all of them notes, against the rows of data."""
        self._notes.check(self._fullest)

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


def _before_notes(table: pa.Table, received: int, notes_from: int | None, notes: Notes) -> pa.Table:
    """The rows before the first note, whether it has as many values as a row or not."""
    if not notes.are_declared or not table.num_rows:
        return table
    end = 0 if notes.begun else notes.begin_at(table.column(0))
    end = table.num_rows if end < 0 else end
    if notes_from is not None:
        end = min(end, max(0, notes_from - 1 - received))
    notes.begun = notes.begun or end < table.num_rows
    filled = _filled(table)
    before = filled.slice(0, end)
    notes.before(pc.min(before.filter(pc.greater(before, 0))).as_py())
    notes.check(pc.max(filled.slice(end)).as_py())
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
