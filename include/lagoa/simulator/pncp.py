"""PNCP consulta: contratações by day of publication or of last update, in pages; contratos and atas beside them.

https://pncp.gov.br/api/consulta/v1/contratacoes/{publicacao,atualizacao}. Windows of at most 365 days, pages of 10 to
50, one modality a request; no row at all is a 204 without a body.
"""

import json
from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter, Request, Response

from lagoa.simulator import pncp_contracts
from lagoa.simulator.catalog import Cell, Column, Document, Table
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.pncp_requests import answered, asked_page, asked_window, enveloped, whole
from lagoa.simulator.rows import bounds, kept_sql, shortened, spoiled_page
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.store import StoredTable
from lagoa.simulator.world import World

REQUIRED = ("dataInicial", "dataFinal", "codigoModalidadeContratacao", "pagina")
OPTIONAL = {
    "uf": "uf",
    "cnpj": "cnpj",
    "codigoMunicipioIbge": "ibge",
    "codigoUnidadeAdministrativa": "unit",
}
PAGE_SIZES = range(10, 51)
COLUMNS = (
    Column("published", "text"),
    Column("updated", "text"),
    Column("modality", "integer"),
    Column("uf", "text"),
    Column("cnpj", "text"),
    Column("ibge", "text"),
    Column("unit", "text"),
    Column("document", "text"),
)


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /pncp."""
    api = APIRouter(prefix="/pncp/api/consulta/v1")
    api.include_router(pncp_contracts.router(world))

    @api.get("/contratacoes/publicacao")
    def by_publication(request: Request) -> Response:
        return answered(request, lambda: _page(world, request, "published"))

    @api.get("/contratacoes/atualizacao")
    def by_update(request: Request) -> Response:
        return answered(request, lambda: _page(world, request, "updated"))

    return api


def _page(world: World, request: Request, day: Literal["published", "updated"]) -> Response:
    asked = request.query_params
    first, last = asked_window(request, REQUIRED)
    number, size = asked_page(request, PAGE_SIZES)

    struck = request.scope[FAULTS]
    table = _table(world)
    world.store.index(table, ("modality", day))
    conditions = ["modality = ?", f"{day} between ? and ?"]
    values: list[Cell] = [
        whole(asked["codigoModalidadeContratacao"], "codigoModalidadeContratacao"),
        f"{first:%Y-%m-%d}",
        f"{last:%Y-%m-%d}",
    ]
    for name, column in OPTIONAL.items():
        if asked.get(name):
            conditions.append(f"{column} = ?")
            values.append(asked[name])
    conditions += kept_sql(struck)
    total = world.store.count(table, conditions, values)
    if (number - 1) * size >= total:
        return Response(status_code=204)
    limit, offset = bounds((number - 1) * size, size, total, struck)
    found = world.store.page(table, ["document"], conditions, values, [day, "rowid"], limit, offset)
    records: list[Document] = [json.loads(str(document)) for (document,) in found]
    records = spoiled_page(shortened(records, struck), struck, changes="objetoCompra", lacks="dataAtualizacaoGlobal")
    return enveloped(records, total, number, size)


def _table(world: World) -> StoredTable:
    edition = world.editions.current("pncp")

    def rows() -> Iterator[tuple[Cell, ...]]:
        for record in world.catalog.purchases(edition):
            unit = record["unidadeOrgao"]
            yield (
                record["dataPublicacaoPncp"][:10],
                record["dataAtualizacaoGlobal"][:10],
                record["modalidadeId"],
                unit["ufSigla"],
                record["orgaoEntidade"]["cnpj"],
                unit["codigoIbge"],
                unit["codigoUnidade"],
                json.dumps(record, ensure_ascii=False, separators=(",", ":")),
            )

    return world.store.table(f"pncp.contratacoes@{edition}", lambda: Table(COLUMNS, rows()))


def _examples(world: World) -> list[tuple[str, str]]:
    last = world.editions.current("pncp")[:10]
    query = (
        f"dataInicial={last[:4]}0101&dataFinal={last.replace('-', '')}"
        "&codigoModalidadeContratacao=6&pagina=1&tamanhoPagina=50"
    )
    return [(name, f"/pncp/api/consulta/v1/contratacoes/{name}?{query}") for name in ("publicacao", "atualizacao")]


SIMULATED = Simulated(
    name="pncp",
    title="PNCP: contratações públicas",
    router=router,
    faults=PAGED,
    editions=lambda world: world.catalog.editions["pncp"],
    examples=_examples,
)
