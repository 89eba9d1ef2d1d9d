"""BCB SGS: a series of months as JSON, values as text with a decimal point.

https://api.bcb.gov.br/dados/serie/bcdata.sgs.433/dados?formato=json&dataInicial=dd/MM/yyyy&dataFinal=dd/MM/yyyy
and /dados/ultimos/N (N up to 20). A window without a month answers 404.
"""

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import spoiled
from lagoa.simulator.world import World

IPCA = 433
MAX_LAST = 20


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /bcb."""
    api = APIRouter(prefix="/bcb/dados/serie")

    @api.get("/bcdata.sgs.{series}/dados")
    def months(
        request: Request,
        series: int,
        dataInicial: str | None = None,
        dataFinal: str | None = None,
    ) -> JSONResponse:
        try:
            first = _day(dataInicial) if dataInicial else date.min
            last = _day(dataFinal) if dataFinal else date.max
        except ValueError:
            return _error(400, "Datas devem estar no formato dd/MM/aaaa")
        values = world.catalog.ipca(world.editions.current("bcb")) if series == IPCA else []
        shown = [value for value in values if first <= _day(value["data"]) <= last]
        return _values(request, shown)

    @api.get("/bcdata.sgs.{series}/dados/ultimos/{number}")
    def latest(request: Request, series: int, number: int) -> JSONResponse:
        if not 1 <= number <= MAX_LAST:
            return _error(400, f"br.gov.bcb.pec.sgs.comum.excecoes.SGSNegocioException: N deve ser de 1 a {MAX_LAST}")
        values = world.catalog.ipca(world.editions.current("bcb")) if series == IPCA else []
        return _values(request, values[-number:])

    return api


def _values(request: Request, values: list[dict[str, str]]) -> JSONResponse:
    if not values:
        return _error(404, "br.gov.bcb.pec.sgs.comum.excecoes.SGSNegocioException: Value(s) not found")
    struck = request.scope[FAULTS]
    return JSONResponse(spoiled(list(values), struck, changes="valor", lacks="valor"))


def _error(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"erro": {"type": "error", "detail": detail}}, status)


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()
