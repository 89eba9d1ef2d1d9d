"""Portal da Transparência, daily Despesas: a link per day -> 302 -> a ZIP of eleven CSVs (latin-1, `;`, quoted, CRLF).

https://portaldatransparencia.gov.br/download-de-dados/despesas/<yyyymmdd>. A day that was not published answers an
HTML page with status 200. Files of past days are made again: they hold what happened until the edition's day.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS, closes
from lagoa.simulator.generated.expense_columns import HEADERS
from lagoa.simulator.generated.expense_rows import rows
from lagoa.simulator.published import Dialect, Member, bytes_of, page, zip_of
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/portal_despesas"
FILES = "/PortalDaTransparencia/saida/despesas"
FIRST = date(2022, 1, 1)
DIALECT = Dialect("latin-1", is_quoted=True)


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /portal_despesas."""
    api = APIRouter(prefix=PREFIX)

    @api.get("/download-de-dados/despesas/{day}")
    def link(request: Request, day: str) -> Response:
        if not _is_published(world, day) or "html_instead_of_zip" in request.scope[FAULTS]:
            return page()
        target = request.url.replace(path=f"{PREFIX}{FILES}/{day}_Despesas.zip", query="")
        return RedirectResponse(str(target), 302)

    @api.get(FILES + "/{day}_Despesas.zip")
    def file(request: Request, day: str) -> Response:
        if not _is_published(world, day):
            return page()
        name = f"{day}_Despesas.zip"
        if world.recorded:
            return bytes_of(request, _recorded(world.recorded, day).read_bytes(), name, "application/zip")
        edition = world.editions.current("portal_despesas")
        return zip_of(request, name, _members(world, day, edition), DIALECT, edition)

    return api


def _members(world: World, day: str, edition: str) -> Iterator[Member]:
    until, of_day = closes(edition).date(), datetime.strptime(day, "%Y%m%d").date()
    for name, header in HEADERS.items():
        found = rows(world.seed, world.scale, name, of_day, until)
        yield Member(f"{day}_Despesas_{name}.csv", header, found)


def _is_published(world: World, day: str) -> bool:
    try:
        of_day = datetime.strptime(day, "%Y%m%d").date()
    except ValueError:
        return False
    if world.recorded:
        return _recorded(world.recorded, day).is_file()
    return FIRST <= of_day < closes(world.editions.current("portal_despesas")).date()


def _recorded(folder: Path, day: str) -> Path:
    return folder / "portal_transparencia" / f"{day}_Despesas.zip"


def _editions(world: World) -> tuple[str, ...]:
    if not world.recorded:
        return EDITIONS
    return ("2025-01-08",) if _recorded(world.recorded, "20250101").is_file() else ()


SIMULATED = Simulated(
    name="portal_despesas",
    title="Portal da Transparência: despesas do dia",
    router=router,
    faults=TRANSPORT | IN_THE_FILE | {"html_instead_of_zip"},
    editions=_editions,
    examples=lambda world: [
        (f"despesas de {day} (ZIP)", f"{PREFIX}/download-de-dados/despesas/{day}")
        for day in (["20250101"] if world.recorded else ["20261001", "20261002"])
    ],
    # These strike the ZIP, not the link that redirects to it.
    strikes=lambda fault, path: fault not in IN_THE_FILE or path.endswith(".zip"),
)
