"""PNCP consulta: contratações by day of publication or of last update, in pages.

https://pncp.gov.br/api/consulta/v1/contratacoes/{publicacao,atualizacao}. Windows of at most 365 days, pages of 10 to
50, one modality a request; no row at all is a 204 without a body.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response

from lagoa.simulator.catalog import Cell, Column, Document, Table
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import bounds, kept_sql, shortened, spoiled_page
from lagoa.simulator.store import StoredTable
from lagoa.simulator.world import World

REQUIRED = ("dataInicial", "dataFinal", "codigoModalidadeContratacao", "pagina")
OPTIONAL = {
    "uf": "uf",
    "cnpj": "cnpj",
    "codigoMunicipioIbge": "ibge",
    "codigoUnidadeAdministrativa": "unit",
}
MAX_WINDOW = timedelta(days=365)
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


class Refusal(Exception):
    """A request that the API refuses with a status and a reason."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /pncp."""
    api = APIRouter(prefix="/pncp/api/consulta/v1/contratacoes")

    @api.get("/publicacao")
    def by_publication(request: Request) -> Response:
        return _answer(world, request, "published")

    @api.get("/atualizacao")
    def by_update(request: Request) -> Response:
        return _answer(world, request, "updated")

    return api


def _answer(world: World, request: Request, day: Literal["published", "updated"]) -> Response:
    try:
        return _page(world, request, day)
    except Refusal as refusal:
        body = {
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "status": refusal.status,
            "error": refusal.error,
            "message": refusal.message,
            "path": request.url.path.removeprefix("/pncp"),
        }
        return _json(body, refusal.status)


def _page(world: World, request: Request, day: Literal["published", "updated"]) -> Response:
    asked = request.query_params
    missing = [name for name in REQUIRED if not asked.get(name)]
    if missing:
        raise Refusal(400, "Bad Request", f"Required request parameter '{missing[0]}' is not present")
    first, last = _day(asked["dataInicial"]), _day(asked["dataFinal"])
    if first > last:
        raise Refusal(422, "Unprocessable Entity", "Data Inicial deve ser anterior ou igual à Data Final")
    if last - first > MAX_WINDOW:
        raise Refusal(422, "Unprocessable Entity", "Período inicial e final maior que 365 dias.")
    number, size = _number(asked["pagina"], "pagina"), _number(asked.get("tamanhoPagina", "10"), "tamanhoPagina")
    if number < 1:
        raise Refusal(400, "Bad Request", "Página inválida")
    if size not in PAGE_SIZES:
        raise Refusal(400, "Bad Request", "Tamanho de página inválido")

    struck = request.scope[FAULTS]
    table = _table(world)
    world.store.index(table, ("modality", day))
    conditions = ["modality = ?", f"{day} between ? and ?"]
    values: list[Cell] = [
        _number(asked["codigoModalidadeContratacao"], "codigoModalidadeContratacao"),
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
    pages = -(-total // size)
    return _json(
        {
            "data": records,
            "totalRegistros": total,
            "totalPaginas": pages,
            "numeroPagina": number,
            "paginasRestantes": pages - number,
            "empty": not records,
        }
    )


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


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        raise Refusal(422, "Unprocessable Entity", f"Data inválida: {text[:20]}. Formato esperado: yyyyMMdd") from None


def _number(text: str, name: str) -> int:
    if not text.isdecimal():
        raise Refusal(400, "Bad Request", f"Valor inválido para o parâmetro '{name}'")
    return int(text)


def _json(body: Document, status: int = 200) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), status, media_type="application/json"
    )
