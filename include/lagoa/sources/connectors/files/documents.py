"""JSON (an array, or records inside a document) and NDJSON (a record a line) -> tables of text, numbers as written."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import pyarrow as pa

from lagoa.errors import ContractError, TransientSourceError
from lagoa.sources.connectors.files.columns import demanded
from lagoa.sources.connectors.files.text import TextFile
from lagoa.sources.records import parse_json, records_table
from lagoa.sources.spec import FileResource

BATCH = 5000


def json_tables(file: IO[bytes], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The records of a JSON document; an object in place of a list is one record.

    The document is held in memory as a whole: for large data, NDJSON is the format.

    Raises:
        TransientSourceError: it is cut short.
        ContractError: the records are not where the spec says, or lack a declared field.
    """
    records = _found(parse_json(_utf8(file, resource, subject), subject), resource.records, subject)
    for start in range(0, len(records), BATCH):
        yield table_of(records[start : start + BATCH], resource, subject)


def ndjson_tables(file: IO[bytes], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The records of a file with one JSON object a line; blank lines are passed over.

    Raises:
        ContractError: a line is not JSON, or a record lacks a declared field.
    """
    try:
        records = _lines(TextFile(file, resource.encoding), subject)
        while batch := list(islice(records, BATCH)):
            yield table_of(batch, resource, subject)
    except UnicodeDecodeError:
        raise _another_encoding(resource, subject) from None


def table_of(records: list[Any], resource: FileResource, subject: str) -> pa.Table:
    """Records as text columns, held against the declared fields."""
    needed = demanded(resource)
    former = {now for now, before in resource.renamed.items() if any(before in each for each in records)}
    declared = [*resource.fields, *resource.nested]
    fields = [name for name in declared if name not in resource.added and name not in former]
    optional = [name for name in fields if name not in needed]
    return records_table(records, fields, optional, subject, resource.nested)


def _utf8(file: IO[bytes], resource: FileResource, subject: str) -> bytes:
    try:
        body = TextFile(file, resource.encoding).read()
        body.decode()
    except UnicodeDecodeError:
        raise _another_encoding(resource, subject) from None
    return body


def _found(document: Any, key: str | None, subject: str) -> list[Any]:
    for part in key.split(".") if key else []:
        if not isinstance(document, dict) or part not in document:
            raise ContractError(
                f"{subject}: found no {part!r} in the JSON, expected the records under {key!r}. "
                "The source changed its layout: compare, then mend `records` in the spec."
            )
        document = document[part]
    if isinstance(document, dict):
        return [document]
    if not isinstance(document, list):
        raise ContractError(
            f"{subject}: found a {type(document).__name__} in place of records, expected a list of objects. "
            "Compare the file with `records` in the spec."
        )
    return document


def _lines(text: TextFile, subject: str) -> Iterator[Any]:
    number = 0
    while (line := text.line()) is not None:
        number += 1
        if not line.strip():
            continue
        line.decode()
        try:
            yield parse_json(line, subject)
        except TransientSourceError:
            raise ContractError(
                f"{subject}: line {number} is not JSON, expected one object a line. "
                "The file is damaged: nothing was loaded."
            ) from None


def _another_encoding(resource: FileResource, subject: str) -> ContractError:
    return ContractError(
        f"{subject}: found text in another encoding, expected {resource.encoding}. Nothing was loaded: compare the "
        "file with `encoding` in the spec."
    )
