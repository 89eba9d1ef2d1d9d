"""A file here -> the tables of text in it: unpacked, read by the reader of its format, held against what was asked."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from lagoa.sources.connector import Context
from lagoa.sources.connectors.files import columnar, delimited, documents, sheets, xml_records
from lagoa.sources.connectors.files.columns import check_partition
from lagoa.sources.connectors.files.transport import file_resource
from lagoa.sources.connectors.files.unpacking import Content, unpacked
from lagoa.sources.spec import FileResource
from lagoa.sources.spec.file_resource import SHEETS

STREAMED = {
    "csv": delimited.tables,
    "json": documents.json_tables,
    "ndjson": documents.ndjson_tables,
    "xml": xml_records.tables,
}
"""Formats that are read from their beginning to their end."""


def tables(path: Path, context: Context, asked: Mapping[str, str]) -> Iterator[pa.Table]:
    """The rows of a file, every value as text, in tables of bounded size.

    Raises:
        NotPublished: a web page came in its place.
        PermanentSourceError: it is of another kind than the spec says.
        TransientSourceError: it is damaged or cut short.
        ContractError: its rows are not as declared.
    """
    resource, subject = file_resource(context), context.subject(asked)
    member = None if resource.member is None else context.filled(resource.member, asked)
    with unpacked(path, resource, member, subject) as contents:
        for content in contents:
            for table in _tables(content, resource, subject):
                check_partition(table, resource, asked, subject)
                yield table


def _tables(content: Content, resource: FileResource, subject: str) -> Iterator[pa.Table]:
    if resource.format in STREAMED:
        with closing(content.open()) as file:
            yield from STREAMED[resource.format](file, resource, subject)
        return
    with content.as_file() as path:
        read = sheets.tables if resource.format in SHEETS else columnar.tables
        yield from read(path, resource, subject)
