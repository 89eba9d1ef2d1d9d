"""Tables over PostgREST: a GET of `/<table>` with filters, order, limit and offset -> a bare JSON array.

Without `order` rows come in another order each time, as nothing promises one.
https://docs.postgrest.org/en/v12/references/api.html
"""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Cell, Column, Table
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.postgrest import BadQuery, Query, parse
from lagoa.simulator.rows import bounds, kept_sql, shortened
from lagoa.simulator.store import StoredTable, quoted
from lagoa.simulator.world import World

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class PostgrestApi:
    """What one source offers.

    Attributes:
        world: whose store, editions and faults are used.
        source: its name in the simulator.
        make: table and edition -> its rows.
        changing: table -> the column in which a twin differs when a key is to come twice; the tables are its keys.
        lacking: table -> the column that is left out when one is to be missing.
        max_rows: the most rows of an answer.
    """

    world: World
    source: str
    make: Callable[[str, str], Table]
    changing: Mapping[str, str]
    lacking: Mapping[str, str]
    max_rows: int = 1000
    _turns: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def answer(self, request: Request, name: str) -> Response:
        """The rows that a request asks for."""
        if name not in self.changing:
            return refused(404, "42P01", f'relation "api.{name}" does not exist')
        edition = self.world.editions.current(self.source)
        table = self.world.store.table(f"{self.source}.{name}@{edition}", lambda: self.make(name, edition))
        try:
            query = parse(request.query_params.multi_items(), table)
        except BadQuery as problem:
            return refused(400, problem.code, str(problem))
        return self._rows(request, name, table, query)

    def _rows(self, request: Request, name: str, table: StoredTable, query: Query) -> Response:
        struck: Striking = request.scope[FAULTS]
        store, turn = self.world.store, next(self._turns)
        conditions = [*query.conditions, *kept_sql(struck)]
        is_settled = store.is_unique(table, query.index)
        unsettled = [] if is_settled else [f"(rowid * 7919 + {turn * 104729}) % 10007", "rowid"]
        limit = self.max_rows if query.limit is None else min(query.limit, self.max_rows)
        total = store.count(table, conditions, query.values)
        is_counted = "count=exact" in request.headers.get("prefer", "")
        if is_counted and query.offset > total:
            details = f"An offset of {query.offset} was requested, but there are only {total} rows."
            return refused(416, "PGRST103", "Requested range not satisfiable", details)
        rows = store.page(
            table,
            [quoted(column.name) for column in query.columns],
            conditions,
            query.values,
            [*query.order, *unsettled],
            *bounds(query.offset, limit, total, struck),
        )
        shown = f"{query.offset}-{query.offset + len(rows) - 1}" if rows else "*"
        return Response(
            self._body(name, query.columns, shortened(rows, struck), struck),
            206 if is_counted and len(rows) < total else 200,
            {"Content-Range": f"{shown}/{total if is_counted else '*'}", "Range-Unit": "items"},
            media_type="application/json; charset=utf-8",
        )

    def _body(self, name: str, columns: tuple[Column, ...], rows: list[Row], struck: Striking) -> bytes:
        """The JSON array; number literals are written as they are stored (3e+05 is valid JSON)."""
        changing = next((place for place, column in enumerate(columns) if column.name == self.changing[name]), None)
        if "duplicated_key" in struck and rows and changing is not None:
            twin = (*rows[0][:changing], f"{rows[0][changing]} (retificado)", *rows[0][changing + 1 :])
            rows = [*rows[:-1], twin] if len(rows) > 1 else [*rows, twin]
        rule = struck.get("missing_field") or struck.get("missing_column")
        missing = (rule.field or self.lacking[name]) if rule else None
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


def refused(status: int, code: str, message: str, details: str | None = None) -> Response:
    """An error as PostgREST tells it."""
    return JSONResponse({"code": code, "details": details, "hint": None, "message": message}, status)
