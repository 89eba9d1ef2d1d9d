"""CSV of any dialect -> tables of text, in Arrow's own parser; memory stays flat whatever the size.

titles and header, line by line -> names -> rows in pieces -> tables; the notes at the end are cut off
"""

import csv as standard_csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

import pyarrow as pa

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.blocks import blocks_of, within_block
from lagoa.sources.connectors.files.columns import check_names
from lagoa.sources.connectors.files.csv_rows import cells_of, rows
from lagoa.sources.connectors.files.header import check_header
from lagoa.sources.connectors.files.text import TextFile
from lagoa.sources.spec import FileResource


def tables(file: IO[bytes], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The rows of a CSV file.

    Raises:
        ContractError: a declared column is missing or comes twice, a row has another number of values, data comes after
            the notes, or the text is not of the declared encoding.
    """
    text = TextFile(file, resource.encoding, resource.quote)
    try:
        if resource.blocks is None:
            yield from _table(text, resource, subject)
        else:
            yield from _blocks(text, resource, resource.blocks.label, subject)
    except (UnicodeDecodeError, pa.ArrowInvalid, standard_csv.Error) as error:
        is_encoding = isinstance(error, UnicodeDecodeError) or "UTF8" in str(error)
        reason = "text in another encoding" if is_encoding else "rows torn apart"
        raise ContractError(
            f"{subject}: found {reason} in the CSV, expected {resource.encoding} with "
            f"{resource.delimiter!r} between values. Nothing was loaded: compare the file with `encoding` and "
            "`delimiter` in the spec."
        ) from None


def _blocks(text: TextFile, resource: FileResource, label: str | None, subject: str) -> Iterator[pa.Table]:
    """The rows of every block of a report, with its label."""
    lines, within = iter(text.line, None), within_block(resource)
    for value, block in blocks_of(lines, lambda line: cells_of([line], resource), resource, subject):
        part = TextFile(io.BytesIO(b"\n".join([*block, b""])), "utf-8", resource.quote)
        for table in _table(part, within, subject, [label] if label else []):
            yield table.append_column(label, pa.repeat(value, table.num_rows)) if label else table


def _table(text: TextFile, resource: FileResource, subject: str, added: Sequence[str] = ()) -> Iterator[pa.Table]:
    names = header(text, resource, subject)
    check_names([*filter(None, names), *added], resource, subject)
    if not text.is_at_end():
        yield from rows(text, names, resource, subject)


def header(text: TextFile, resource: FileResource, subject: str) -> list[str]:
    """The names of the columns; the text is at the first row of data afterwards.

    Raises:
        ContractError: the text of `data_after` is nowhere, or a name is not where `header` has it.
    """
    line: bytes | None = None
    for _ in range(resource.skip_rows):
        line = text.line()
    if resource.data_after is not None:
        wanted = resource.data_after.encode()
        line = text.line()
        while line is not None and wanted not in line:
            line = text.line()
        if line is None:
            raise ContractError(
                f"{subject}: found no row with {resource.data_after!r} in it, expected the one that comes before the "
                "data. The source changed its layout: compare, then mend `data_after` in the spec."
            )
        if not resource.columns:
            text.put_back(line + b"\n")
    if resource.columns:
        check_header(cells_of([line or b""], resource), resource, subject)
        return resource.columns
    return cells_of(iter(text.line, None), resource)
