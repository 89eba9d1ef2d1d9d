"""Recorded data: a folder of real responses and files, read in place -> a Catalog.

File names end in the date they were taken (`…_2025-11-13.zip`); the newest file of a series up to an edition's date
is served, and a series that only has later files is served from its oldest one.
"""

import csv
import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import xlrd

from lagoa.errors import ConfigError
from lagoa.simulator.catalog import Cell, Column, Document, Kind, Source, Table
from lagoa.simulator.facts import UF_BY_ID
from lagoa.simulator.places import municipality, state

BUDGET = "portal_transparencia/orcamento_despesa"
TRANSFER_FILES = {
    "programa_especial": "programa",
    "ordem_pagamento_ordem_bancaria_especial": "ordem_pagamento",
    "historico_pagamento_especial": "historico_pagamento",
    "finalidade_especial": "finalidade",
    "relatorio_gestao_novo_especial": "relatorio_gestao_novo",
}
DTB = "ibge/RELATORIO_DTB_BRASIL_MUNICIPIO.xls"
DTB_FIRST_ROW = 7
IPCA = "bcb/sgs_433_ipca_2020_2024.json"
CSV_CELL = re.compile(r'("(?:[^"]|"")*"|[^,\n]*)(?:,|\n|$)')


class RecordedCatalog:
    """The recorded files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.editions: dict[Source, tuple[str, ...]] = {
            "portal_transparencia": self._dates(f"{BUDGET}/*_OrcamentoDespesa_*.zip"),
            "pncp": self._dates("pncp/contratacoes_*.json.gz"),
            "transferegov": self._dates("transferegov/especiais_finalidade_*.csv.gz"),
            "ibge": ("2022-12-21",),
            "bcb": ("2024-12-31",),
        }

    def budget_years(self) -> tuple[int, ...]:
        """The years that have a file."""
        return tuple(sorted({int(path.name[:4]) for path in (self._folder / BUDGET).glob("*.zip")}))

    def budget_zip(self, year: int, edition: str) -> bytes | None:
        """The recorded ZIP, byte for byte."""
        path = self._newest(f"{BUDGET}/{year}_OrcamentoDespesa_*.zip", edition)
        return path.read_bytes() if path else None

    def purchases(self, edition: str) -> Iterable[Document]:
        """The union over the recorded scopes, each in the order of its file."""
        names = {path.name.rsplit("_", 1)[0] for path in self._folder.glob("pncp/contratacoes_*.json.gz")}
        for name in sorted(names):
            path = self._newest(f"pncp/{name}_*.json.gz", edition)
            if path:
                yield from json.loads(gzip.decompress(path.read_bytes()))

    def transfers(self, table: str, edition: str) -> Table:
        """A recorded CSV; unquoted columns are numbers with their literals kept, empty cells are null."""
        path = self._newest(f"transferegov/especiais_{TRANSFER_FILES[table]}_????-??-??.csv.gz", edition)
        if path is None:
            raise ConfigError(
                f"{self._folder}/transferegov: no file of {table}, expected one. Check LAGOA_SIMULATOR_DATA."
            )
        return read_r_csv(gzip.decompress(path.read_bytes()).decode("utf-8"))

    def states(self, edition: str) -> list[Document]:
        """The UFs found in the DTB spreadsheet."""
        return [state(UF_BY_ID[uf]) for uf in sorted({int(row[0]) for row in read_dtb(self._folder / DTB)})]

    def municipalities(self, edition: str) -> list[Document]:
        """The municipalities of the DTB spreadsheet, in its order."""
        return [
            municipality(
                int(code),
                name,
                UF_BY_ID[int(uf)],
                immediate=(int(immediate), immediate_name),
                intermediate=(int(intermediate), intermediate_name),
                micro=(int(uf + micro), micro_name),
                meso=(int(uf + meso), meso_name),
            )
            for (
                uf, _, intermediate, intermediate_name, immediate, immediate_name,
                meso, meso_name, micro, micro_name, _, code, name,
            ) in read_dtb(self._folder / DTB)
        ]  # fmt: skip

    def ipca(self, edition: str) -> list[dict[str, str]]:
        """The recorded answer."""
        months: list[dict[str, str]] = json.loads((self._folder / IPCA).read_bytes())
        return months

    def _dates(self, pattern: str) -> tuple[str, ...]:
        dates = sorted({_date(path) for path in self._folder.glob(pattern)})
        if not dates:
            raise ConfigError(
                f"{self._folder}/{pattern}: no recorded file, expected at least one. Check LAGOA_SIMULATOR_DATA."
            )
        return tuple(dates)

    def _newest(self, pattern: str, edition: str) -> Path | None:
        paths = sorted(self._folder.glob(pattern), key=_date)
        return next((path for path in reversed(paths) if _date(path) <= edition), paths[0] if paths else None)


def _date(path: Path) -> str:
    """The date in a file's name, e.g. 2026-06-16a."""
    return path.name.split(".")[0].rsplit("_", 1)[1]


def read_r_csv(text: str) -> Table:
    """A CSV written by R's `fwrite`: text is quoted, numbers are not (and may read 3e+05), an empty cell is null."""
    header, _, body = text.partition("\n")
    names = next(csv.reader([header]))
    tokens = CSV_CELL.findall(body.removesuffix("\n"))
    if len(tokens) % len(names) == 1 and tokens[-1] == "":  # the expression also matches the end of the text
        tokens.pop()
    cells = [tokens[position :: len(names)] for position in range(len(names))]
    columns = tuple(Column(name, _kind(values)) for name, values in zip(names, cells, strict=True))
    return Table(columns, _typed_rows(columns, cells))


def _kind(tokens: list[str]) -> Kind:
    if any(token.startswith('"') for token in tokens):
        return "text"
    return "integer" if all(token.lstrip("-").isdigit() for token in tokens if token) else "number"


def _typed_rows(columns: tuple[Column, ...], cells: list[list[str]]) -> Iterator[tuple[Cell, ...]]:
    for row in zip(*cells, strict=True):
        yield tuple(_typed(column, token) for column, token in zip(columns, row, strict=True))


def _typed(column: Column, token: str) -> Cell:
    if token == "":
        return None
    if column.kind == "integer":
        return int(token)
    return token[1:-1].replace('""', '"') if column.kind == "text" else token


@lru_cache(maxsize=1)
def read_dtb(path: Path) -> list[list[str]]:
    """The rows of IBGE's DTB spreadsheet, all texts, without the title and header rows."""
    with open(os.devnull, "w", encoding="utf-8") as silence:  # xlrd writes its warnings to stdout
        sheet = xlrd.open_workbook(path, logfile=silence).sheet_by_index(0)
    return [[str(value) for value in sheet.row_values(row)] for row in range(DTB_FIRST_ROW, sheet.nrows)]
