"""The part of PostgREST's query language that the sources need: parameters -> SQL conditions, order and columns.

`col=eq.v` (also neq, gt, gte, lt, lte, in.(a,b), is.null, not.is.null), `select=a,b`, `order=a.desc,b`, `limit`,
`offset`, `or=(a.eq.1,b.in.(2,3))` without further nesting.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lagoa.simulator.catalog import Cell, Column
from lagoa.simulator.store import StoredTable

COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PART = re.compile(r"(?:[^,()]|\([^()]*\))+")
"""One of the conditions of a list: commas inside parentheses are its own."""


class BadQuery(Exception):
    """A query that PostgREST refuses; `code` is what it would answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Query:
    """A parsed query against one table."""

    columns: tuple[Column, ...]
    conditions: tuple[str, ...]
    values: tuple[Cell | float, ...]
    order: tuple[str, ...]
    index: tuple[str, ...]
    limit: int | None
    offset: int


def parse(parameters: Iterable[tuple[str, str]], table: StoredTable) -> Query:
    """Read the parameters of a request.

    Raises:
        BadQuery: an unknown column, operator or direction, or a value that does not fit.
    """
    columns, order, index = table.columns, list[str](), list[str]()
    conditions, values = list[str](), list[Cell | float]()
    limit, offset = None, 0
    for name, value in parameters:
        if name == "select":
            if value != "*":
                columns = tuple(_column(table, part.strip()) for part in value.split(","))
        elif name == "order":
            order, index = _order(table, value)
        elif name == "limit":
            limit = _whole(value)
        elif name == "offset":
            offset = _whole(value)
        else:
            is_tree = name == "or"
            condition, operands = _any(table, value) if is_tree else _condition(table, _column(table, name), value)
            conditions.append(condition)
            values += operands
    return Query(columns, tuple(conditions), tuple(values), tuple(order), tuple(index), limit, offset)


def _order(table: StoredTable, text: str) -> tuple[list[str], list[str]]:
    """The terms of `order by`, and those of the index that serves them."""
    terms, index = [], []
    for part in text.split(","):
        name, *modifiers = part.strip().split(".")
        column = _column(table, name)
        unknown = set(modifiers) - {"asc", "desc", "nullsfirst", "nullslast"}
        if unknown:
            raise BadQuery("PGRST100", f'"failed to parse order ({text})"')
        direction = "desc" if "desc" in modifiers else "asc"
        term = f"{table.expression(column)} {direction}"
        index.append(term)
        if name in table.nullable:
            first = "nullsfirst" in modifiers or (direction == "desc" and "nullslast" not in modifiers)
            term += " nulls first" if first else " nulls last"
        terms.append(term)
    return terms, index


def _condition(table: StoredTable, column: Column, text: str) -> tuple[str, list[Cell | float]]:
    operator, _, operand = text.partition(".")
    expression = table.expression(column)
    if text in ("is.null", "not.is.null"):
        return f"{expression} is {'not ' if operator == 'not' else ''}null", []
    if operator in COMPARISONS:
        return f"{expression} {COMPARISONS[operator]} ?", [_typed(column, operand)]
    if operator == "in" and operand.startswith("(") and operand.endswith(")"):
        listed = [_typed(column, part) for part in next(csv.reader([operand[1:-1]], skipinitialspace=True), [])]
        return f"{expression} in ({', '.join('?' * len(listed))})", listed
    raise BadQuery("PGRST100", f'"failed to parse filter ({text})"')


def _any(table: StoredTable, text: str) -> tuple[str, list[Cell | float]]:
    """`(a.eq.1,b.in.(2,3))`: one of the conditions holds."""
    parts = PART.findall(text[1:-1])
    if not parts or f"({','.join(parts)})" != text:
        raise BadQuery("PGRST100", f'"failed to parse logic tree ({text})"')
    found = []
    for part in parts:
        name, _, condition = part.partition(".")
        found.append(_condition(table, _column(table, name), condition))
    either = " or ".join(condition for condition, _ in found)
    return f"({either})", [operand for _, operands in found for operand in operands]


def _typed(column: Column, text: str) -> Cell | float:
    if column.kind == "text":
        return text
    try:
        return int(text) if column.kind == "integer" else float(text)
    except ValueError:
        kind = "bigint" if column.kind == "integer" else "numeric"
        raise BadQuery("22P02", f'invalid input syntax for type {kind}: "{text}"') from None


def _column(table: StoredTable, name: str) -> Column:
    column = table.column(name)
    if column is None:
        raise BadQuery("42703", f"column {table.name}.{name} does not exist")
    return column


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise BadQuery("PGRST100", f'"failed to parse limit or offset ({text})"')
    return int(text)
