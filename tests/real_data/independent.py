"""The recorded files read without Lagoa: by Python's csv and json, DuckDB and xlrd, by what their README says of them.

file -> (columns, rows), every value a text or None; a table is compared by its count and by a checksum that no order
of rows changes.
"""

import csv
import gzip
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import xlrd

Row = Sequence[str | None]
Table = tuple[list[str], Iterable[Row]]
LATIN = ("portal_transparencia/", "siape/funcao_historico")
SEMICOLON = ("portal_transparencia/", "siape/", "siconv/mapa_", "ibge/municipios_ibge_latlon")
BLANK, BETWEEN = "\x02", "\x1f"
DIGITS = 15


def read(folder: Path, name: str, member: str | None = None) -> Table:
    """A file of the folder, or a member of it."""
    path = folder / name
    kind = name.removesuffix(".gz").rsplit(".", 1)[-1]
    if kind == "xls":
        with open(os.devnull, "w", encoding="utf-8") as silence:
            sheet = xlrd.open_workbook(path, logfile=silence).sheet_by_index(0)
        return sheet.row_values(6), (
            [str(cell) or None for cell in sheet.row_values(at)] for at in range(7, sheet.nrows)
        )
    if kind == "parquet":
        return _parquet(path)
    content = _content(path, member)
    if kind in ("json", "jsonl"):
        return _json(content, is_lines=kind == "jsonl")
    text = content.decode("latin-1" if name.startswith(LATIN) else "utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if name.startswith(SEMICOLON) else ",")
    return next(rows), (row for row in rows if row)


def _content(path: Path, member: str | None) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        (wanted,) = [each for each in archive.namelist() if member is None or each.endswith(member)]
        return archive.read(wanted)


def _parquet(path: Path) -> Table:
    with duckdb.connect() as connection:
        names = [row[0] for row in connection.execute(f"describe select * from '{path}'").fetchall()]
        columns = ", ".join(f'cast("{name}" as varchar)' for name in names)
        rows = connection.execute(f"select {columns} from '{path}'").fetchall()
    # DuckDB writes 40.0 where Lagoa, as JSON's shortest form, writes 40
    return names, ([cell.removesuffix(".0") if cell else cell for cell in row] for row in rows)


def _json(content: bytes, *, is_lines: bool) -> Table:
    """Numbers as the file writes them; what is nested as JSON with sorted keys."""
    options: dict[str, Any] = {"parse_float": str, "parse_int": str}
    if is_lines:
        records = [json.loads(line, **options) for line in content.splitlines()]
    else:
        document = json.loads(content, **options)
        records = document if isinstance(document, list) else [document]
    names = list(dict.fromkeys(name for record in records for name in record))
    return names, ([flat(record.get(name)) for name in names] for record in records)


def flat(value: Any) -> str | None:
    """A JSON value as a text that says the same whatever spelled it."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def checksum(rows: Iterable[Row]) -> tuple[int, int]:
    """How many rows, and the sum of a part of each one's MD5: the same in any order, another when a row changes."""
    count = total = 0
    for row in rows:
        joined = BETWEEN.join(BLANK if cell is None else cell for cell in row)
        total += int(hashlib.md5(joined.encode()).hexdigest()[:DIGITS], 16)  # noqa: S324  (no secret)
        count += 1
    return count, total


def checksum_statement(columns: Sequence[str]) -> str:
    """The same sum as an SQL expression over text columns."""
    joined = f"array_to_string(array[{', '.join(columns)}], e'\\x1f', e'\\x02')"
    return f"coalesce(sum(('x' || substr(md5({joined}), 1, {DIGITS}))::bit({4 * DIGITS})::bigint), 0)"


def documented_rows(readme: str) -> Iterator[tuple[str, int]]:
    """The files whose number of rows the README tells, with that number."""
    folder = ""
    for line in readme.splitlines():
        if line.startswith("## "):
            folder = line[3:].split(" ")[0].split("/")[0] + "/"
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 5 or not cells[1].startswith("`"):
            continue
        name, told = cells[1].strip("`"), cells[3].split(": ")[-1].split(" ")[0]
        if told.isdigit() and " files from " not in cells[1]:
            yield (
                os.path.normpath(folder + name if folder != "ibge/" or ".." not in name else "ibge/" + name),
                int(told),
            )
