"""Portal da Transparência's API: bare arrays, fifteen records a page, no total; an empty array is the end.

https://api.portaldatransparencia.gov.br/api-de-dados/{despesas/por-orgao,contratos,emendas}, with the key in the header
chave-api-dados (401 without it). The page size is fixed; `pagina` counts from 1.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import portal_records
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.rows import bounds, kept, shortened, spoiled_page
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/portal_api/api-de-dados"
KEY = "simulated-chave_portal_transparencia"
PAGE_SIZE = 15


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /portal_api."""
    api = APIRouter(prefix=PREFIX)

    @api.get("/despesas/por-orgao")
    def spending(request: Request, ano: int, pagina: int = 1) -> JSONResponse:
        found = portal_records.spending(world.seed, world.scale, ano, _today(world))
        return _page(request, found, pagina, changes="pago", lacks="empenhado")

    @api.get("/contratos")
    def contracts(
        request: Request, codigoOrgao: str, dataInicial: str, dataFinal: str, pagina: int = 1
    ) -> JSONResponse:
        try:
            first, last = _day(dataInicial), _day(dataFinal)
        except ValueError:
            return JSONResponse({"Erro na API": "Data no formato DD/MM/AAAA"}, 400)
        edition = number(world.editions.current("portal_api"))
        last = min(last, _today(world))
        found = portal_records.contracts(world.seed, world.scale, codigoOrgao, first, last, edition)
        return _page(request, found, pagina, changes="objeto", lacks="numero")

    @api.get("/emendas")
    def amendments(request: Request, ano: int, pagina: int = 1) -> JSONResponse:
        found = portal_records.amendments(world.seed, world.scale, ano, _today(world))
        return _page(request, found, pagina, changes="autor", lacks="valorPago")

    return api


def _page(request: Request, found: Iterable[Document], page: int, *, changes: str, lacks: str) -> JSONResponse:
    if request.headers.get("chave-api-dados") != KEY:
        return JSONResponse({"Erro na API": "Chave de API não informada ou inválida"}, 401)
    if page < 1:
        return JSONResponse({"Erro na API": "A página deve ser maior que zero"}, 400)
    struck = request.scope[FAULTS]
    shown = [record for at, record in enumerate(found) if kept(at, struck)]
    limit, offset = bounds((page - 1) * PAGE_SIZE, PAGE_SIZE, len(shown), struck)
    records = shortened(list(islice(shown, offset, offset + limit)), struck)
    return JSONResponse(spoiled_page(records, struck, changes=changes, lacks=lacks))


def _today(world: World) -> date:
    return closes(world.editions.current("portal_api")).date()


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()


SIMULATED = Simulated(
    name="portal_api",
    title="Portal da Transparência: API de dados (com chave)",
    router=router,
    faults=PAGED,
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [("emendas de 2025", f"{PREFIX}/emendas?ano=2025")],
)
