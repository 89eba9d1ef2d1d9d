"""TransfereGov, special transfers over PostgREST: filters, order, limit and offset -> a bare JSON array.

https://api.transferegov.gestao.gov.br/transferenciasespeciais/<table>. At most 1,000 rows an answer; without `order`
rows come in another order each time, as nothing promises one. https://docs.postgrest.org/en/v12/references/api.html
"""

import itertools
import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import TRANSFER_TABLES, Cell, Column
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.postgrest import BadQuery, Query, parse
from lagoa.simulator.rows import bounds, kept_sql, shortened
from lagoa.simulator.store import StoredTable, quoted
from lagoa.simulator.world import World

MAX_ROWS = 1000
Row = tuple[Cell, ...]
CHANGING = {
    "programa_especial": "nome_orgao_programa",
    "ordem_pagamento_ordem_bancaria_especial": "descricao_situacao_op",
    "historico_pagamento_especial": "descricao_historico_situacao_op",
    "finalidade_especial": "area_politica_publica_pt",
    "relatorio_gestao_novo_especial": "situacao_relatorio_gestao_novo",
}
LACKING = {
    "programa_especial": "valor_total_disponibilizado_programa",
    "ordem_pagamento_ordem_bancaria_especial": "situacao_op",
    "historico_pagamento_especial": "id_op_ob",
    "finalidade_especial": "cd_area_politica_publica_pt",
    "relatorio_gestao_novo_especial": "valor_executado_relatorio_gestao_novo",
}


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /transferegov."""
    api = APIRouter(prefix="/transferegov/transferenciasespeciais")
    turns = itertools.count(1)

    @api.get("/{name}")
    def rows(request: Request, name: str) -> Response:
        if name not in TRANSFER_TABLES:
            return _error(404, "42P01", f'relation "api.{name}" does not exist')
        edition = world.editions.current("transferegov")
        table = world.store.table(f"transferegov.{name}@{edition}", lambda: world.catalog.transfers(name, edition))
        try:
            query = parse(request.query_params.multi_items(), table)
        except BadQuery as problem:
            return _error(400, problem.code, str(problem))
        return _answer(world, request, table, query, next(turns))

    return api


def _answer(world: World, request: Request, table: StoredTable, query: Query, turn: int) -> Response:
    struck: Striking = request.scope[FAULTS]
    conditions = [*query.conditions, *kept_sql(struck)]
    is_settled = world.store.is_unique(table, query.index)
    unsettled = [] if is_settled else [f"(rowid * 7919 + {turn * 104729}) % 10007", "rowid"]
    limit = MAX_ROWS if query.limit is None else min(query.limit, MAX_ROWS)
    total = world.store.count(table, conditions, query.values)
    is_counted = "count=exact" in request.headers.get("prefer", "")
    if is_counted and query.offset > total:
        details = f"An offset of {query.offset} was requested, but there are only {total} rows."
        return _error(416, "PGRST103", "Requested range not satisfiable", details)
    rows = world.store.page(
        table,
        [quoted(column.name) for column in query.columns],
        conditions,
        query.values,
        [*query.order, *unsettled],
        *bounds(query.offset, limit, total, struck),
    )
    shown = f"{query.offset}-{query.offset + len(rows) - 1}" if rows else "*"
    return Response(
        _body(request.path_params["name"], query.columns, shortened(rows, struck), struck),
        206 if is_counted and len(rows) < total else 200,
        {"Content-Range": f"{shown}/{total if is_counted else '*'}", "Range-Unit": "items"},
        media_type="application/json; charset=utf-8",
    )


def _body(name: str, columns: tuple[Column, ...], rows: list[Row], struck: Striking) -> bytes:
    """The JSON array; number literals are written as they are stored (3e+05 is valid JSON)."""
    changing = next((place for place, column in enumerate(columns) if column.name == CHANGING[name]), None)
    if "duplicated_key" in struck and rows and changing is not None:
        twin = (*rows[0][:changing], f"{rows[0][changing]} (retificado)", *rows[0][changing + 1 :])
        rows = [*rows[:-1], twin] if len(rows) > 1 else [*rows, twin]
    rule = struck.get("missing_field") or struck.get("missing_column")
    missing = (rule.field or LACKING[name]) if rule else None
    keys = [(json.dumps(column.name) + ":", column.kind == "text", column.name != missing) for column in columns]
    objects = (
        ",".join(
            key + ("null" if cell is None else json.dumps(cell, ensure_ascii=False) if is_text else str(cell))
            for (key, is_text, is_shown), cell in zip(keys, row, strict=True)
            if is_shown
        )
        for row in rows
    )
    return ("[" + ",\n ".join("{" + fields + "}" for fields in objects) + "]").encode()


def _error(status: int, code: str, message: str, details: str | None = None) -> Response:
    return JSONResponse({"code": code, "details": details, "hint": None, "message": message}, status)
