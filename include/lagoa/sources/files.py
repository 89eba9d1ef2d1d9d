"""Files: a download, checked by its first bytes and its checksums -> tables of text."""

import csv as standard_csv
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.sources.client import SourceClient
from lagoa.sources.spec import FileResource, ReplacePartition

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"


@contextmanager
def download(client: SourceClient, resource: FileResource, asked: dict[str, str], subject: str) -> Iterator[Path]:
    """The file, in a temporary place for as long as the context lasts.

    Raises:
        PermanentSourceError: a web page came in its place.
        TransientSourceError: the download broke off.
    """
    address, query = resource.address(asked)
    with tempfile.TemporaryDirectory(prefix="lagoa-") as folder:
        target = Path(folder) / "download"

        def read(response: httpx.Response) -> Path:
            with target.open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
            return target

        yield check_kind(client.get(address, params=query, read=read, subject=subject), resource, subject)


def check_kind(path: Path, resource: FileResource, subject: str) -> Path:
    """Refuse a file whose first bytes are not of the declared format."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.lstrip()[:1] == b"<":
        raise PermanentSourceError(
            f"{subject}: found an HTML page with status 200, expected a {resource.format.split('_')[0].upper()} file. "
            "The period is not published, or the portal blocks this client. Open the address in a browser."
        )
    if resource.format == "zip_csv" and not start.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        raise PermanentSourceError(
            f"{subject}: found a file that starts with {start[:4].hex(' ')}, expected a ZIP (50 4b 03 04). "
            "Open the address in a browser."
        )
    return path


def csv_tables(path: Path, resource: FileResource, asked: dict[str, str], subject: str) -> Iterator[pa.Table]:
    """The rows of the CSV, every value as text, in tables of bounded size.

    Raises:
        TransientSourceError: the ZIP is cut short or damaged.
        ContractError: a declared column is missing or comes twice, a row has another number of values, the text is
            not of the declared encoding, or the rows belong to another partition than the one asked for.
    """
    try:
        with _opened(path, resource, subject) as file:
            yield from _parsed(file, resource, asked, subject)
    except (UnicodeDecodeError, pa.ArrowInvalid) as error:
        is_encoding = isinstance(error, UnicodeDecodeError) or "UTF8" in str(error)
        reason = "text in another encoding" if is_encoding else "rows torn apart"
        raise ContractError(
            f"{subject}: found {reason} in the CSV, expected {resource.encoding} with "
            f"{resource.delimiter!r} between values. Nothing was loaded: compare the file with `encoding` and "
            "`delimiter` in the spec."
        ) from None
    except (RuntimeError, NotImplementedError) as error:
        raise ContractError(
            f"{subject}: the ZIP cannot be unpacked ({error}), expected a plain one. Nothing was loaded: "
            "check the source's page."
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise TransientSourceError(
            f"{subject}: the ZIP of {path.stat().st_size} bytes is damaged or cut short ({error}), "
            "expected a whole one. Nothing was loaded. Try again later."
        ) from None


@contextmanager
def _opened(path: Path, resource: FileResource, subject: str) -> Iterator[IO[bytes]]:
    if resource.format == "csv":
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        members = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        if len(members) != 1:
            raise ContractError(
                f"{subject}: found {len(members)} CSV files in the ZIP ({', '.join(members[:5])}), expected one. "
                "The source changed its packing: check its page."
            )
        with archive.open(members[0]) as member:
            yield member


def _parsed(file: IO[bytes], resource: FileResource, asked: dict[str, str], subject: str) -> Iterator[pa.Table]:
    header = file.readline().decode(resource.encoding).lstrip("\ufeff").strip("\r\n")
    names = next(standard_csv.reader([header], delimiter=resource.delimiter))
    missing = [name for name in resource.fields if name not in names and name not in resource.optional]
    if missing:
        raise ContractError(
            f"{subject}: missing column {', '.join(missing)}; found {len(names)} columns: {', '.join(names[:40])}. "
            "The source changed its layout: compare, then mend `fields` in the spec."
        )
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ContractError(
            f"{subject}: found column {', '.join(repeated)} more than once, expected each name once. "
            "Nothing tells which is which: the source changed its layout."
        )
    if not file.peek(1):  # type: ignore[attr-defined]
        return
    ragged: list[int] = []

    def refuse(row: csv.InvalidRow) -> str:
        ragged.append(row.actual_columns)
        return "skip"

    reader = csv.open_csv(
        file,
        read_options=csv.ReadOptions(column_names=names, encoding=resource.encoding, block_size=8 * 2**20),
        parse_options=csv.ParseOptions(
            delimiter=resource.delimiter, newlines_in_values=True, invalid_row_handler=refuse
        ),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    partition = resource.write.partition if isinstance(resource.write, ReplacePartition) else None
    with closing(reader):
        for batch in reader:
            if ragged:
                raise ContractError(
                    f"{subject}: found a row of {ragged[0]} values, expected {len(names)} as in the header. "
                    "The file is damaged: nothing was loaded."
                )
            if partition:
                _must_belong(batch, partition, asked, subject)
            yield pa.table([_without_nul(column) for column in batch.columns], names=batch.schema.names)
    if ragged:
        raise ContractError(
            f"{subject}: found {len(ragged)} rows of {ragged[0]} values, expected {len(names)} as in the header. "
            "The file is damaged: nothing was loaded."
        )


def _without_nul(column: pa.StringArray) -> pa.StringArray:
    """The texts without the character NUL, which Postgres cannot hold."""
    texts = column.buffers()[2]
    if not texts or np.frombuffer(texts, np.uint8).all():
        return column
    return pc.replace_substring(column, "\0", "")


def _must_belong(batch: pa.RecordBatch, partition: str, asked: dict[str, str], subject: str) -> None:
    others = sorted(set(pc.unique(batch.column(partition)).to_pylist()) - set(asked.values()))  # never null in a CSV
    if others:
        raise ContractError(
            f"{subject}: found rows of {partition} {', '.join(map(str, others[:5]))}, expected only what was "
            "asked for. The source served another period: nothing was loaded."
        )
