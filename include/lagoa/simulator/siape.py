"""Portal da Transparência, Servidores: a link per month -> 302 -> a ZIP of four CSVs (latin-1, `;`, decimal comma).

https://portaldatransparencia.gov.br/download-de-dados/servidores/<yyyymm>_Servidores_SIAPE. Remuneracao ends in a
footnote that begins with (*). A month that was not published answers an HTML page with status 200.

Recorded: the Cadastro of one university (2019-01), which its repository had turned into UTF-8, packed as the Portal
does it, in latin-1; of the other members nothing was recorded, so that they hold their header alone.
"""

import csv
import gzip
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS, closes
from lagoa.simulator.generated.servant_columns import FOOTNOTE, HEADERS
from lagoa.simulator.generated.servants import rows
from lagoa.simulator.published import Dialect, Member, page, zip_of
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/siape"
FILES = "/PortalDaTransparencia/saida/servidores"
FIRST = date(2026, 1, 1)
LAG_MONTHS = 1
"""The Portal publishes a month when the next one is over."""

RECORDED_MONTH = "201901"
RECORDED = "siape/201901_Cadastro_ufob.csv.gz"
DIALECT = Dialect("latin-1")


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /siape."""
    api = APIRouter(prefix=PREFIX)

    @api.get("/download-de-dados/servidores/{month}_Servidores_SIAPE")
    def link(request: Request, month: str) -> Response:
        if not _is_published(world, month) or "html_instead_of_zip" in request.scope[FAULTS]:
            return page()
        target = request.url.replace(path=f"{PREFIX}{FILES}/{month}_Servidores_SIAPE.zip", query="")
        return RedirectResponse(str(target), 302)

    @api.get(FILES + "/{month}_Servidores_SIAPE.zip")
    def file(request: Request, month: str) -> Response:
        if not _is_published(world, month):
            return page()
        moment = "2019-03-01" if world.recorded else world.editions.current("siape")
        return zip_of(request, f"{month}_Servidores_SIAPE.zip", _members(world, month), DIALECT, moment)

    return api


def _members(world: World, month: str) -> Iterator[Member]:
    for name, header in HEADERS.items():
        notes = (FOOTNOTE,) if name == "Remuneracao" else ()
        if world.recorded:
            yield Member(f"{month}_{name}.csv", header, _recorded(world.recorded) if name == "Cadastro" else (), notes)
        else:
            first = datetime.strptime(month, "%Y%m").date()
            yield Member(f"{month}_{name}.csv", header, rows(world.seed, world.scale, name, first), notes)


def _recorded(folder: Path) -> Iterator[list[str]]:
    text = gzip.decompress((folder / RECORDED).read_bytes()).decode("utf-8")
    found = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    next(found)
    return found


def _is_published(world: World, month: str) -> bool:
    if world.recorded:
        return month == RECORDED_MONTH
    try:
        first = datetime.strptime(month, "%Y%m").date()
    except ValueError:
        return False
    now = closes(world.editions.current("siape")).date()
    return first >= FIRST and (now.year - first.year) * 12 + now.month - first.month > LAG_MONTHS


def _editions(world: World) -> tuple[str, ...]:
    if not world.recorded:
        return EDITIONS
    return ("2019-03-01",) if (world.recorded / RECORDED).is_file() else ()


SIMULATED = Simulated(
    name="siape",
    title="Portal da Transparência: servidores (SIAPE)",
    router=router,
    faults=TRANSPORT | IN_THE_FILE | {"html_instead_of_zip"},
    editions=_editions,
    examples=lambda world: [
        (f"servidores de {month} (ZIP)", f"{PREFIX}/download-de-dados/servidores/{month}_Servidores_SIAPE")
        for month in ([RECORDED_MONTH] if world.recorded else ["202608"])
    ],
    # These strike the ZIP, not the link that redirects to it.
    strikes=lambda fault, path: fault not in IN_THE_FILE or path.endswith(".zip"),
)
