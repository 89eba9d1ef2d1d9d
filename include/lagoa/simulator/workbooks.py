"""Rows of cells -> the bytes of a spreadsheet, the same for the same rows: XLSX through openpyxl, ODS by hand.

A cell is a text, a number, a truth, a date or nothing. (Excel 97 is in generated/xls.py.)
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from html import escape

import openpyxl

Cell = str | int | float | bool | dt.date | None
Cells = Sequence[Sequence[Cell]]
URN = "urn:oasis:names:tc:opendocument:xmlns"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def xlsx(sheets: dict[str, Cells], moment: str) -> bytes:
    """A workbook of named sheets, as if saved on a day (2026-11-01)."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as written:
        members = [(name, written.read(name)) for name in written.namelist()]
    at = f"{moment}T06:00:00Z".encode()
    return _zip(((name, MODIFIED.sub(rb"\g<1>" + at, content)) for name, content in members), moment)


def ods(title: str, rows: Cells, moment: str) -> bytes:
    """A document with one sheet, as if saved on a day."""
    names = "".join(f' xmlns:{name}="{URN}:{name}:1.0"' for name in ("office", "table", "text"))
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="{escape(title)}">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    members = {
        "mimetype": ODS_TYPE,
        "content.xml": content,
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{URN}:manifest:1.0"><m:file-entry m:full-path="/" '
        f'm:media-type="{ODS_TYPE}"/><m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>',
    }
    return _zip(((name, text.encode()) for name, text in members.items()), moment)


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    shown = escape(str(value))
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{shown.lower()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{shown}"'
    elif isinstance(value, dt.date):
        kind = f'office:value-type="date" office:date-value="{shown}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"


def _zip(members: Iterable[tuple[str, bytes]], moment: str) -> bytes:
    out = io.BytesIO()
    year, month, day = map(int, moment.split("-"))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, (year, month, day, 6, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
