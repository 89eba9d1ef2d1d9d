"""Parquet -> tables of text, some row groups at a time; nested values become JSON text."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.columns import check_names
from lagoa.sources.connectors.files.transport import DamagedFile
from lagoa.sources.records import as_json, text_array
from lagoa.sources.spec import FileResource

BATCH = 20_000


def tables(path: Path, resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The rows of a Parquet file. Dates and times are written as ISO, numbers in their shortest exact form.

    Raises:
        DamagedFile: it is cut short or damaged.
        ContractError: a declared column is missing or comes twice, or a value cannot be written as text.
    """
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            check_names(names, resource, subject)
            for batch in file.iter_batches(BATCH):
                columns = [text_of(column, name, subject) for name, column in zip(names, batch.columns, strict=True)]
                yield pa.table(columns, names=names)
    except (pa.ArrowInvalid, OSError) as error:
        raise DamagedFile(
            f"{subject}: the Parquet file of {path.stat().st_size} bytes is damaged or cut short "
            f"({type(error).__name__}), expected a whole one. Nothing was loaded. Try again later."
        ) from None


def text_of(column: pa.Array, name: str, subject: str) -> pa.Array:
    """A column of any type as text; lists, structures and maps (as pairs) as JSON (`as_json`).

    Inside JSON, NaN and the infinities become null.

    Raises:
        ContractError: bytes that are no UTF-8, unless they stand inside JSON, where they are hex.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        if pa.types.is_nested(column.type):
            return text_array([as_json(value) for value in column.to_pylist()])
        text = pc.cast(column, pa.string())
    except (ValueError, pa.ArrowNotImplementedError):  # also a time finer than Python's
        raise ContractError(
            f"{subject}: found {column.type} in column {name} that is no text, expected values that can be written. "
            "Nothing was loaded."
        ) from None
    return pc.replace_substring(text, "\0", "")
