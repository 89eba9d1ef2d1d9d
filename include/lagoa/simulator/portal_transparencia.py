"""Portal da Transparência: a link per year -> 302 -> a ZIP with one CSV (latin-1, `;`, quoted, decimal comma, CRLF).

https://portaldatransparencia.gov.br/download-de-dados/orcamento-despesa/<year>. A year that does not exist answers an
HTML page with status 200, as the real portal does.
"""

import csv
import io
import zipfile

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import kept
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/portal_transparencia"
FILES = "/PortalDaTransparencia/saida/orcamento-despesa"
LACKING = "ORÇAMENTO EMPENHADO (R$)"
PAGE = """<!DOCTYPE html>
<html lang="pt-br">
<head><meta charset="utf-8"><title>Portal da Transparência</title></head>
<body>
<h1>Download de dados</h1>
<p>Não há arquivo disponível para o período selecionado. Tente novamente mais tarde.</p>
</body>
</html>
"""


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /portal_transparencia."""
    api = APIRouter(prefix=PREFIX)

    @api.get("/download-de-dados/orcamento-despesa/{year}")
    def link(request: Request, year: str) -> Response:
        exists = year.isdigit() and int(year) in world.catalog.budget_years()
        if not exists or "html_instead_of_zip" in request.scope[FAULTS]:
            return HTMLResponse(PAGE)
        target = request.url.replace(path=f"{PREFIX}{FILES}/{year}_OrcamentoDespesa.zip", query="")
        return RedirectResponse(str(target), 302)

    @api.get(FILES + "/{year}_OrcamentoDespesa.zip")
    def file(request: Request, year: int) -> Response:
        struck: Striking = request.scope[FAULTS]
        archive = world.catalog.budget_zip(year, world.editions.current("portal_transparencia"))
        if archive is None or "html_instead_of_zip" in struck:
            return HTMLResponse(PAGE)
        archive = _spoiled(archive, struck)
        if "truncated_zip" in struck:
            archive = archive[: len(archive) // 2]
        name = f"{year}_OrcamentoDespesa.zip"
        return Response(
            archive, media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    return api


def _spoiled(archive: bytes, struck: Striking) -> bytes:
    """The archive with rows or a column taken out, when struck so."""
    rule = struck.get("missing_column") or struck.get("missing_field")
    if not rule and not {"half_rows", "late_records"} & struck.keys():
        return archive
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        member = source.infolist()[0]
        text = source.read(member).decode("latin-1")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    rows = [rows[0], *(row for position, row in enumerate(rows[1:]) if kept(position, struck))]
    if rule:
        column = rows[0].index(rule.field or LACKING)
        rows = [[*row[:column], *row[column + 1 :]] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    spoiled = io.BytesIO()
    with zipfile.ZipFile(spoiled, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(zipfile.ZipInfo(member.filename, member.date_time), out.getvalue().encode("latin-1"))
    return spoiled.getvalue()


def _examples(world: World) -> list[tuple[str, str]]:
    return [
        (f"orçamento de {year} (ZIP)", f"{PREFIX}/download-de-dados/orcamento-despesa/{year}")
        for year in world.catalog.budget_years()
    ]


SIMULATED = Simulated(
    name="portal_transparencia",
    title="Portal da Transparência: orçamento da despesa",
    router=router,
    faults=TRANSPORT | IN_THE_FILE | {"html_instead_of_zip"},
    editions=lambda world: world.catalog.editions["portal_transparencia"],
    examples=_examples,
    # These strike the ZIP, not the link that redirects to it.
    strikes=lambda fault, path: fault not in IN_THE_FILE or path.endswith(".zip"),
)
