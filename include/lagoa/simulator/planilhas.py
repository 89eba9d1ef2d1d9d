"""A folder of the commercial area's spreadsheets: goals (XLSX), costs (CSV), portfolio of clients (ODS).

file://<folder> of an agency, simulated as a web server's pages of the same folders: /planilhas/metas/ and so on.
"""

from fastapi import APIRouter, Request, Response

from lagoa.simulator.directory import index
from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.spreadsheets import Spreadsheet, spreadsheets
from lagoa.simulator.published import Dialect, Member, bytes_of, csv_of, page
from lagoa.simulator.rows import kept
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.workbooks import Cell, ods, xlsx
from lagoa.simulator.world import World

PREFIX = "/planilhas"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
EXCEL = Dialect("cp1252")


def router(world: World) -> APIRouter:
    """The folders, mounted under /planilhas."""
    api = APIRouter(prefix=PREFIX)

    def held() -> tuple[Spreadsheet, ...]:
        return spreadsheets(world.seed, world.scale, world.editions.current("planilhas"))

    @api.get("/{folder}/")
    def listing(folder: str) -> Response:
        files = [(each.name, each.changed) for each in held() if each.folder == folder]
        return index(f"/{folder}", files) if files else Response(status_code=404)

    @api.get("/{folder}/{name}")
    def file(request: Request, folder: str, name: str) -> Response:
        found = next((each for each in held() if (each.folder, each.name) == (folder, name)), None)
        if found is None:
            return Response(status_code=404)
        if "html_instead_of_zip" in request.scope[FAULTS]:
            return page()
        return _written(request, found)

    return api


def _written(request: Request, sheet: Spreadsheet) -> Response:
    """The file with what people write around the rows, spoiled when struck."""
    if sheet.folder == "custos":
        # The CSV's writer spoils it.
        lines = [tuple(map(str, row)) for row in sheet.rows]
        notes = ["Valores em reais; extraído da planilha de mídia"]
        return csv_of(request, Member(sheet.name, sheet.header, lines, notes), EXCEL)
    header, *rows = _spoiled([sheet.header, *sheet.rows], request.scope[FAULTS])
    if sheet.folder == "metas":
        titles: list[tuple[Cell, ...]] = [("Metas da área comercial",), ("Aprovadas pela diretoria",), ()]
        content = xlsx({"Capa": titles, "Metas": [*titles, header, *rows, (), ("Fonte: planejamento",)]}, sheet.changed)
        return bytes_of(request, content, sheet.name, XLSX_TYPE)
    return bytes_of(request, ods("Carteira", [header, *rows], sheet.changed), sheet.name, ODS_TYPE)


def _spoiled(rows: list[tuple[Cell, ...]], struck: Striking) -> list[tuple[Cell, ...]]:
    """The header and the rows, without those or the column that a fault takes."""
    header = rows[0]
    rows = [header, *(row for at, row in enumerate(rows[1:]) if kept(at, struck))]
    rule = struck.get("missing_column") or struck.get("missing_field")
    if rule is None or (rule.field and rule.field not in header):
        return rows
    at = header.index(rule.field) if rule.field else 0
    return [(*row[:at], *row[at + 1 :]) for row in rows]


SIMULATED = Simulated(
    name="planilhas",
    title="Planilhas da área comercial",
    router=router,
    faults=TRANSPORT | IN_THE_FILE | {"html_instead_of_zip"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [(f"pasta {name}", f"{PREFIX}/{name}/") for name in ("metas", "custos", "clientes")],
    # These strike the files, not the pages that list them; a CSV is not packed, so half of one may look whole.
    strikes=lambda fault, path: (
        fault not in IN_THE_FILE | {"html_instead_of_zip"}
        or (not path.endswith("/") and not (fault == "truncated_zip" and path.endswith(".csv")))
    ),
)
