"""What is asked of the database: a resource, a lower bound, a place to go on from -> SELECT in a total order."""

import re
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    quoted_name,
    select,
    table,
    text,
)
from sqlalchemy import column as sql_column
from sqlalchemy.sql.selectable import FromClause, NamedFromClause

from lagoa.sources.spec import SqlResource

BIND = re.compile(r"(?<![:\w]):([a-z]\w*)")
"""`:name` in a query: a parameter of the request."""


class Statement:
    """The select of one slice.

    Rows come in the order of the key, where there is one: so a slice that was broken off can go on behind the last row.
    """

    def __init__(self, resource: SqlResource, asked: dict[str, str], since: str | None, query: str | None) -> None:
        self.order = resource.key_fields
        self._since = since
        self._watermark: str | None = getattr(resource.write, "watermark", None)
        self._rows = _table(resource.table) if query is None else _subquery(query, asked)

    def rows(self, after: list[Any] | None) -> Select[Any]:
        """The rows behind a place, in order."""
        chosen: Select[Any] = select(literal_column("*")).select_from(self._rows).where(*self._conditions(after))
        return chosen.order_by(*(self._column(name) for name in self.order))

    def count(self, after: list[Any] | None) -> Select[Any]:
        """How many they are."""
        return select(func.count()).select_from(self._rows).where(*self._conditions(after))

    def _column(self, name: str) -> ColumnElement[Any]:
        return sql_column(quoted_name(name, quote=True))

    def _conditions(self, after: list[Any] | None) -> list[ColumnElement[bool]]:
        conditions = []
        if self._since is not None and self._watermark is not None:
            reached = self._column(self._watermark)
            # A row without a watermark would otherwise never be seen again.
            conditions.append(or_(reached >= bindparam(None, self._since), reached.is_(None)))
        if after is not None:
            conditions.append(_behind([self._column(name) for name in self.order], after))
        return conditions


def _behind(columns: list[ColumnElement[Any]], values: list[Any]) -> ColumnElement[bool]:
    """(a, b) > (x, y), written so that every database understands it."""
    steps = [
        and_(
            *(column == bindparam(None, value) for column, value in zip(columns[:place], values, strict=False)),
            columns[place] > bindparam(None, values[place]),
        )
        for place in range(len(columns))
    ]
    return or_(*steps)


def _table(name: str | None) -> NamedFromClause:
    *schema, own = (name or "").split(".")
    return table(quoted_name(own, quote=True), schema=quoted_name(".".join(schema), quote=False) if schema else None)


def _subquery(query: str, asked: dict[str, str]) -> FromClause:
    clause: TextClause = text(query.strip().rstrip(";"))
    named = {name: asked[name] for name in set(BIND.findall(query)) & set(asked)}
    return clause.bindparams(**named).columns().subquery("consulta")
