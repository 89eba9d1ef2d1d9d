"""TransfereGov's new API, special transfers: pages in an envelope, plain filters, no order to ask for.

https://api-publica.transferegov.gestao.gov.br/especiais/<table>?pagina=1&tamanho_da_pagina=200. A page holds at most
200 rows, 201 is a 422 with the list of what is wrong; `data-atualizacao` tells when the data was refreshed.
"""

import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Cell, Column, Document
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import special_plans
from lagoa.simulator.generated.calendar import EDITIONS, closes
from lagoa.simulator.rows import bounds, kept_sql, shortened, spoiled_page
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.store import StoredTable, quoted
from lagoa.simulator.world import World

MAX_PAGE = 200
DEFAULT_PAGE = 50
CHANGING = {
    "planos_acao_especiais": "situacao_plano_acao",
    "beneficiarios_especiais": "nome_beneficiario",
    "executores_especiais": "objeto_executor",
    "empenhos_especiais": "descricao_situacao_empenho",
    "meta_especiais": "nome_meta",
    "planos_acao_historico_especiais": "situacao_historico_plano_acao",
}
LACKING = {
    "planos_acao_especiais": "valor_custeio_plano_acao",
    "beneficiarios_especiais": "cnpj_beneficiario",
    "executores_especiais": "cnpj_executor",
    "empenhos_especiais": "valor_empenho",
    "meta_especiais": "sequencial_meta",
    "planos_acao_historico_especiais": "data_hora_historico_plano_acao",
}


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /transferegov_api."""
    api = APIRouter(prefix="/transferegov_api/especiais")

    @api.get("/data-atualizacao")
    def refreshed() -> dict[str, str]:
        return {"data_atualizacao": closes(world.editions.current("transferegov_api")).isoformat()}

    @api.get("/{name}")
    def rows(request: Request, name: str) -> Response:
        if name not in CHANGING:
            return JSONResponse({"detail": "Not Found"}, 404)
        return _page(world, request, name)

    return api


def _page(world: World, request: Request, name: str) -> Response:
    edition = world.editions.current("transferegov_api")
    table = world.store.table(
        f"transferegov_api.{name}@{edition}",
        lambda: special_plans.table(world.seed, world.scale, name, edition),
    )
    asked, problems = dict(request.query_params), list[Document]()
    number = _whole(asked.pop("pagina", "1"), "pagina", None, problems)
    size = _whole(asked.pop("tamanho_da_pagina", str(DEFAULT_PAGE)), "tamanho_da_pagina", MAX_PAGE, problems)
    conditions, values = _filters(table, asked, problems)
    if problems:
        return JSONResponse({"detail": problems}, 422)
    struck: Striking = request.scope[FAULTS]
    conditions += kept_sql(struck)
    total = world.store.count(table, conditions, values)
    names = [quoted(column.name) for column in table.columns]
    limit, offset = bounds((number - 1) * size, size, total, struck)
    found = world.store.page(table, names, conditions, values, ["rowid"], limit, offset)
    records = [_record(table.columns, row) for row in found]
    records = spoiled_page(shortened(records, struck), struck, changes=CHANGING[name], lacks=LACKING[name])
    body = {
        "data": records,
        "total_pages": -(-total // size),
        "total_items": total,
        "page_number": number,
        "page_size": size,
    }
    return Response(json.dumps(body, ensure_ascii=False).encode(), media_type="application/json")


def _whole(text: str, name: str, most: int | None, problems: list[Document]) -> int:
    """A number from 1 on; what is wrong with it is told as FastAPI does."""
    value = int(text) if text.isdecimal() else 0
    wrong: Document | None = None
    if not text.isdecimal():
        wrong = {"type": "int_parsing", "msg": "Input should be a valid integer, unable to parse string as an integer"}
    elif value < 1:
        wrong = {"type": "greater_than_equal", "msg": "Input should be greater than or equal to 1", "ctx": {"ge": 1}}
    elif most is not None and value > most:
        message = f"Input should be less than or equal to {most}"
        wrong = {"type": "less_than_equal", "msg": message, "ctx": {"le": most}}
    if wrong:
        problems.append({**wrong, "loc": ["query", name], "input": text[:20]})
    return max(1, value)


def _filters(
    table: StoredTable, asked: dict[str, str], problems: list[Document]
) -> tuple[list[str], list[Cell | float]]:
    """Conditions for the parameters that name columns; others are passed over."""
    conditions, values = list[str](), list[Cell | float]()
    for name, text in asked.items():
        column = table.column(name)
        if column is None:
            continue
        if column.kind == "text":
            values.append(text)
        elif column.kind == "integer":
            values.append(_whole(text, name, None, problems))
        else:
            values.append(float(text))
        conditions.append(f"{table.expression(column)} = ?")
    return conditions, values


def _record(columns: tuple[Column, ...], row: tuple[Cell, ...]) -> Document:
    return {
        column.name: float(str(cell)) if column.kind == "number" and cell is not None else cell
        for column, cell in zip(columns, row, strict=True)
    }


def _examples(world: World) -> list[tuple[str, str]]:
    base = "/transferegov_api/especiais"
    return [
        (name, f"{base}/{name}?pagina=1&tamanho_da_pagina=20")
        for name in ("planos_acao_especiais", "empenhos_especiais")
    ] + [("data-atualizacao", f"{base}/data-atualizacao")]


SIMULATED = Simulated(
    name="transferegov_api",
    title="TransfereGov: transferências especiais, API nova",
    router=router,
    faults=PAGED,
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=_examples,
)
