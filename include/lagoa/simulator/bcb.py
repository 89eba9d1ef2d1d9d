"""BCB SGS: series as JSON, values as text with a decimal point: 433 IPCA monthly, 11 Selic and 1 dollar daily.

https://api.bcb.gov.br/dados/serie/bcdata.sgs.433/dados?formato=json&dataInicial=dd/MM/yyyy&dataFinal=dd/MM/yyyy
and /dados/ultimos/N (N up to 20). A window without a value answers 404; a window of a daily series wider than ten years
406. The dollar was not recorded: over recorded data every window of it is empty.
"""

import json
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lagoa.simulator.fault_kinds import LISTED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import prices
from lagoa.simulator.rows import spoiled
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

IPCA = 433
SELIC = 11
DOLLAR = 1
MAX_LAST = 20
MAX_DAYS = 3660
"""Of a daily series, since March 2025: ten years."""
SELIC_RECORDED = "bcb/sgs_11_selic_diaria_2020_excerpt.json"


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
        if series != IPCA and (last - first).days > MAX_DAYS:
            return _error(406, "O sistema aceita uma janela de consulta de, no máximo, 10 anos em séries diárias")
        shown = [value for value in _series(world, series) if first <= _day(value["data"]) <= last]
        return _values(request, shown)

    @api.get("/bcdata.sgs.{series}/dados/ultimos/{number}")
    def latest(request: Request, series: int, number: int) -> JSONResponse:
        if not 1 <= number <= MAX_LAST:
            return _error(400, f"br.gov.bcb.pec.sgs.comum.excecoes.SGSNegocioException: N deve ser de 1 a {MAX_LAST}")
        return _values(request, _series(world, series)[-number:])

    return api


def _series(world: World, series: int) -> list[dict[str, str]]:
    edition = world.editions.current("bcb")
    if series == IPCA:
        return world.catalog.ipca(edition)
    if world.recorded:
        found: list[dict[str, str]] = json.loads((world.recorded / SELIC_RECORDED).read_bytes())
        return found if series == SELIC else []
    if series == SELIC:
        return prices.selic(edition)
    return prices.dollar(world.seed, edition) if series == DOLLAR else []


def _values(request: Request, values: list[dict[str, str]]) -> JSONResponse:
    if not values:
        return _error(404, "br.gov.bcb.pec.sgs.comum.excecoes.SGSNegocioException: Value(s) not found")
    struck = request.scope[FAULTS]
    return JSONResponse(spoiled(list(values), struck, changes="valor", lacks="valor"))


def _error(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"erro": {"type": "error", "detail": detail}}, status)


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()


SIMULATED = Simulated(
    name="bcb",
    title="Banco Central: IPCA, Selic e dólar (SGS)",
    router=router,
    faults=LISTED,
    editions=lambda world: world.catalog.editions["bcb"],
    examples=lambda _: [
        (f"série {series}", f"/bcb/dados/serie/bcdata.sgs.{series}/dados/ultimos/12?formato=json")
        for series in (IPCA, SELIC, DOLLAR)
    ],
)
