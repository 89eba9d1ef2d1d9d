"""A file as a portal publishes it: members (header and rows) -> CSV, alone or in a ZIP, with ETag, spoiled when struck.

Rows are written one by one to a file on disk, so that any scale fits into memory.
"""

import csv
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from lagoa.simulator.faults import Fault, Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import kept

IN_MEMORY = 4 * 2**20
CHUNK = 2**18
PAGE = """<!DOCTYPE html>
<html lang="pt-br">
<head><meta charset="utf-8"><title>Download de dados</title></head>
<body>
<h1>Download de dados</h1>
<p>Não há arquivo disponível para o período selecionado. Tente novamente mais tarde.</p>
</body>
</html>
"""


@dataclass(frozen=True)
class Dialect:
    """How a portal writes CSV."""

    encoding: str
    delimiter: str = ";"
    is_quoted: bool = False
    line_end: str = "\r\n"


@dataclass(frozen=True)
class Member:
    """One file: its name, the lines before its rows, its rows, and the notes after them."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
    notes: Sequence[str] = ()


def page() -> Response:
    """What portals answer, with status 200, for what they do not have."""
    return HTMLResponse(PAGE)


def zip_of(request: Request, name: str, members: Iterable[Member], dialect: Dialect, moment: str) -> Response:
    """A ZIP of CSV files.

    Args:
        request: whose faults spoil the file.
        name: of the ZIP.
        members: read once.
        dialect: of each of them.
        moment: the day in the ZIP's entries, e.g. 2026-11-01.
    """
    struck: Striking = request.scope[FAULTS]
    if "html_instead_of_zip" in struck:
        return page()
    file = _spool()
    with zipfile.ZipFile(file, "w") as archive:
        for member in members:
            entry = zipfile.ZipInfo(member.name, (*map(int, moment.split("-")), 5, 2, 0))  # type: ignore[arg-type]
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as raw:
                _write(raw, member, dialect, struck)
    return sent(request, file, name, "application/zip")


def csv_of(request: Request, member: Member, dialect: Dialect) -> Response:
    """A plain CSV file."""
    file = _spool()
    _write(file, member, dialect, request.scope[FAULTS])
    return sent(request, file, member.name, "text/csv")


def bytes_of(request: Request, content: bytes, name: str, media_type: str) -> Response:
    """A recorded file, byte for byte unless struck."""
    file = _spool()
    file.write(content)
    return sent(request, file, name, media_type)


def sent(request: Request, file: IO[bytes], name: str, media_type: str) -> Response:
    """The file with its ETag; 304 to those who have it already; half of it when the ZIP is to be cut short."""
    length, tag = file.tell(), _tag(file)
    headers = {"ETag": tag, "Content-Disposition": f'attachment; filename="{name}"'}
    struck: Striking = request.scope[FAULTS]
    if request.headers.get("If-None-Match") == tag and not struck:
        file.close()
        return Response(status_code=304, headers={"ETag": tag})
    if "truncated_zip" in struck:
        length //= 2
    if length <= CHUNK:
        with file:
            return Response(file.read(length), media_type=media_type, headers=headers)
    headers["Content-Length"] = str(length)
    return StreamingResponse(_chunks(file, length), media_type=media_type, headers=headers)


def _spool() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(IN_MEMORY)


def _tag(file: IO[bytes]) -> str:
    """A hash of the content; leaves the file at its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return f'"{digest.hexdigest()[:32]}"'


def _chunks(file: IO[bytes], length: int) -> Iterator[bytes]:
    with file:
        while length and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _write(raw: IO[bytes], member: Member, dialect: Dialect, struck: Striking) -> None:
    text = io.TextIOWrapper(raw, encoding=dialect.encoding, newline="")
    writer = csv.writer(
        text,
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_ALL if dialect.is_quoted else csv.QUOTE_MINIMAL,
        lineterminator=dialect.line_end,
    )
    missing = _missing(struck.get("missing_column") or struck.get("missing_field"), member.header)
    writer.writerow(_without(member.header, missing))
    writer.writerows(_without(row, missing) for at, row in enumerate(member.rows) if kept(at, struck))
    for note in member.notes:
        text.write(note + dialect.line_end)
    text.flush()
    text.detach()


def _missing(rule: Fault | None, header: Sequence[str]) -> int | None:
    """Which column is left out; by default the first."""
    if rule is None:
        return None
    return header.index(rule.field) if rule.field in header else None if rule.field else 0


def _without(row: Sequence[str], position: int | None) -> Sequence[str]:
    return row if position is None else [*row[:position], *row[position + 1 :]]
