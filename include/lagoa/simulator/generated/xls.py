"""The smallest Excel 97 workbook: rows of texts -> .xls bytes. No library writes this format any more.

[MS-XLS] 2.1.7: a stream `Workbook` of BIFF8 records; [MS-CFB]: the compound file around it, in sectors of 512 bytes.
"""

import struct
from collections.abc import Iterable, Sequence

SECTOR = 512
SMALLEST_STREAM = 4096
"""Shorter streams belong into a mini stream, which is not written here: they are filled up."""
FREE, END, IS_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
IN_HEADER = 109
"""How many FAT sectors the header can name: enough for 7 MB."""
NOBODY = 0xFFFFFFFF
BOF, EOF, CODEPAGE, BOUNDSHEET, DIMENSIONS, LABEL = 0x0809, 0x000A, 0x0042, 0x0085, 0x0200, 0x0204
GLOBALS, WORKSHEET = 0x0005, 0x0010


def workbook(sheet: str, rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet; every cell is a text, empty ones are not written."""
    return _compound(_stream(sheet, rows))


def _stream(sheet: str, rows: Iterable[Sequence[str]]) -> bytes:
    name = sheet.encode("latin-1")
    begin = _bof(GLOBALS) + _record(CODEPAGE, struct.pack("<H", 1200))
    named = struct.pack("<BBBB", 0, 0, len(name), 0) + name
    offset = len(begin) + 4 + 4 + len(named) + 4
    cells, height, width = [], 0, 0
    for row, texts in enumerate(rows):
        height, width = row + 1, max(width, len(texts))
        cells += [_label(row, column, text) for column, text in enumerate(texts) if text]
    size = _record(DIMENSIONS, struct.pack("<IIHHH", 0, height, 0, width, 0))
    end = _record(EOF, b"")
    globals_ = begin + _record(BOUNDSHEET, struct.pack("<I", offset) + named) + end
    return globals_ + _bof(WORKSHEET) + size + b"".join(cells) + end


def _bof(kind: int) -> bytes:
    return _record(BOF, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0, 6))


def _label(row: int, column: int, text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return _record(LABEL, struct.pack("<HHHHB", row, column, 0, len(encoded) // 2, 1) + encoded)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream: bytes) -> bytes:
    """Sectors: the stream, the directory, the allocation table (FAT)."""
    size = max(len(stream), SMALLEST_STREAM)
    data = -(-size // SECTOR)
    tables = 1
    while tables * SECTOR // 4 < data + 1 + tables:
        tables += 1
    directory = data
    fat = [*range(1, data), END, END, *[IS_FAT] * tables]
    fat += [FREE] * (tables * SECTOR // 4 - len(fat))
    entries = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, NOBODY, 0, size)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, tables, directory, 0, SMALLEST_STREAM,
        END, 0, END, 0, directory + 1,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", directory + 1 + at if at < tables else FREE) for at in range(1, IN_HEADER))
    return (
        header.ljust(SECTOR, b"\0")
        + stream.ljust(data * SECTOR, b"\0")
        + entries.ljust(SECTOR, b"\0")
        + struct.pack(f"<{len(fat)}I", *fat)
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    """A directory entry of 128 bytes: a black node without siblings."""
    encoded = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, NOBODY, NOBODY, child, b"", 0, 0, 0, start, size
    )
