"""What a file is, by its first bytes: a web page saved as a ZIP is found out before anything is read."""

import re
from typing import IO

from lagoa.errors import PermanentSourceError
from lagoa.sources.connectors.files.transport import NotPublished

START = 512
ZIP, EMPTY_ZIP, OLE, PARQUET, GZIP = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x1f\x8b"
EXPECTED: dict[str, tuple[tuple[bytes, ...], str]] = {
    "zip": ((ZIP, EMPTY_ZIP), "a ZIP file (50 4b 03 04)"),
    "gzip": ((GZIP,), "a gzip file (1f 8b)"),
    "xlsx": ((ZIP,), "an XLSX file, which is a ZIP (50 4b 03 04)"),
    "ods": ((ZIP,), "an ODS file, which is a ZIP (50 4b 03 04)"),
    "xls": ((OLE,), "an XLS file (d0 cf 11 e0)"),
    "parquet": ((PARQUET,), "a Parquet file (50 41 52 31)"),
    "csv": ((), "a CSV file"),
    "json": ((), "a JSON file"),
    "ndjson": ((), "an NDJSON file"),
    "xml": ((), "an XML file"),
}
"""Kind -> how it may begin (empty: as text does), and how messages call it."""
BINARY = (ZIP, EMPTY_ZIP, OLE, PARQUET, GZIP)
BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\0\0": "utf-32-le",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
"""Longer ones first, where one begins with another."""
HTML = re.compile(rb"\s*<(!doctype\s+html|html|head|body|meta|script)\b", re.IGNORECASE)


def byte_order_mark(start: bytes) -> tuple[int, str | None]:
    """The length of the mark that a text begins with, and the encoding that it stands for."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return len(mark), encoding
    return 0, None


def check(file: IO[bytes], kind: str, subject: str) -> None:
    """Refuse a file that does not begin as its kind does; the file is at its beginning afterwards.

    Raises:
        NotPublished: it is a web page.
        PermanentSourceError: it is something else.
    """
    start = file.read(START)
    file.seek(0)
    allowed, told = EXPECTED[kind]
    length, encoding = byte_order_mark(start)
    text = start[length:].decode(encoding, "ignore").encode() if encoding else start
    if HTML.match(text) or (kind != "xml" and text.lstrip()[:1] == b"<"):
        raise NotPublished(
            f"{subject}: found an HTML page with status 200, expected {told}. "
            "The period is not published, or the portal blocks this client. Open the address in a browser."
        )
    if (allowed and not start.startswith(allowed)) or (not allowed and start.startswith(BINARY)):
        raise PermanentSourceError(
            f"{subject}: found {_begun(start)}, expected {told}. "
            "Compare `format` and `archive` in the spec with the file, or open the address in a browser."
        )


def _begun(start: bytes) -> str:
    return f"a file that starts with {start[:4].hex(' ')}" if start else "an empty file"
