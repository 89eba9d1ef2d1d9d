"""PNCP consulta: contracts and price registers (atas) by day of publication or of last update.

https://pncp.gov.br/api/consulta/v1/{contratos,atas}[/atualizacao]. Pages of 10 to 500; nothing is a 204.
"""

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from lagoa.simulator.catalog import Cell, Document, Kind
from lagoa.simulator.documents import Documents, Filtered
from lagoa.simulator.generated import pncp_contracts as generated
from lagoa.simulator.pncp_requests import answered, asked_page, asked_window, enveloped
from lagoa.simulator.world import World

REQUIRED = ("dataInicial", "dataFinal", "pagina")
PAGE_SIZES = range(10, 501)
COLUMNS: dict[str, Kind] = {"published": "text", "updated": "text", "owner": "text", "unit": "text"}


def router(world: World) -> APIRouter:
    """The endpoints, below the API's prefix."""
    api = APIRouter()
    contracts = Documents(
        "pncp",
        "contratos",
        COLUMNS,
        lambda edition: _contracts(world, edition),
        "objetoContrato",
        "dataAtualizacaoGlobal",
    )
    registers = Documents(
        "pncp",
        "atas",
        COLUMNS,
        lambda edition: _registers(world, edition),
        "objetoContratacao",
        "dataAtualizacaoGlobal",
    )

    @api.get("/contratos")
    def contracts_published(request: Request) -> Response:
        return answered(request, lambda: _page(world, request, contracts, "published", "cnpjOrgao"))

    @api.get("/contratos/atualizacao")
    def contracts_updated(request: Request) -> Response:
        return answered(request, lambda: _page(world, request, contracts, "updated", "cnpjOrgao"))

    @api.get("/atas")
    def registers_published(request: Request) -> Response:
        return answered(request, lambda: _page(world, request, registers, "published", "cnpj"))

    @api.get("/atas/atualizacao")
    def registers_updated(request: Request) -> Response:
        return answered(request, lambda: _page(world, request, registers, "updated", "cnpj"))

    return api


def _page(world: World, request: Request, documents: Documents, day: str, owner: str) -> Response:
    asked = request.query_params
    first, last = asked_window(request, REQUIRED)
    number, size = asked_page(request, PAGE_SIZES)
    conditions, values = [f"{day} between ? and ?"], list[Cell | float]([first.isoformat(), last.isoformat()])
    for name, column in ((owner, "owner"), ("codigoUnidadeAdministrativa", "unit")):
        if asked.get(name):
            conditions.append(f"{column} = ?")
            values.append(asked[name])
    records, total = documents.page(world, request, conditions, values, number, size, [day])
    if (number - 1) * size >= total:
        return Response(status_code=204)
    return enveloped(records, total, number, size)


def _contracts(world: World, edition: str) -> Iterable[Filtered]:
    """None are recorded."""
    for document in () if world.recorded else generated.contracts(world.seed, world.scale, edition):
        unit = document["unidadeOrgao"]["codigoUnidade"]
        yield (*_days(document), document["orgaoEntidade"]["cnpj"], unit), document


def _registers(world: World, edition: str) -> Iterable[Filtered]:
    """None are recorded."""
    for document in () if world.recorded else generated.price_registers(world.seed, world.scale, edition):
        yield (*_days(document), document["cnpjOrgao"], document["codigoUnidadeOrgao"]), document


def _days(document: Document) -> tuple[str, str]:
    return document["dataPublicacaoPncp"][:10], document["dataAtualizacaoGlobal"][:10]
