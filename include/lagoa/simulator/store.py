"""The tables that pages are cut from: rows -> a temporary SQLite database on disk -> SQL.

The database is unlinked as soon as it is opened, so nothing is left behind, and memory stays flat whatever the scale.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lagoa.simulator.catalog import Cell, Column, Table

BATCH_ROWS = 5000
SQL_TYPES = {"integer": "integer", "number": "text", "text": "text"}


def quoted(identifier: str) -> str:
    """An SQL identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True)
class StoredTable:
    """A loaded table; `name` is quoted already."""

    name: str
    columns: tuple[Column, ...]
    nullable: frozenset[str]

    def column(self, name: str) -> Column | None:
        """The column called so, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def expression(self, column: Column) -> str:
        """What to compare and sort by: numbers as numbers, whatever their literal."""
        return f"cast({quoted(column.name)} as real)" if column.kind == "number" else quoted(column.name)


class Store:
    """One SQLite connection behind a lock; each table is built on first use."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._connection.executescript("pragma journal_mode = off; pragma synchronous = off;")
        self._tables: dict[str, StoredTable] = {}
        self._indexes: dict[tuple[str, ...], bool] = {}

    def table(self, name: str, build: Callable[[], Table]) -> StoredTable:
        """The table of that name, loaded from `build()` the first time."""
        with self._lock:
            if name not in self._tables:
                self._tables[name] = self._load(name, build())
            return self._tables[name]

    def index(self, table: StoredTable, expressions: Sequence[str]) -> None:
        """Make sure that sorting by these expressions is a walk over an index."""
        with self._lock:
            self._index(table, tuple(expressions))

    def is_unique(self, table: StoredTable, expressions: Sequence[str]) -> bool:
        """Whether sorting by these expressions leaves no two rows level; makes the index too."""
        if not expressions:
            return False
        with self._lock:
            return self._index(table, tuple(expressions))

    def page(
        self,
        table: StoredTable,
        columns: Sequence[str],
        conditions: Sequence[str],
        parameters: Sequence[Cell | float],
        order: Sequence[str],
        limit: int,
        offset: int,
    ) -> list[tuple[Cell, ...]]:
        """Some rows in order; the rows passed over are only counted in the index, not read."""
        where = f" where {' and '.join(conditions)}" if conditions else ""
        order_by = f"order by {', '.join(order)}"
        chosen = f"select rowid from {table.name}{where} {order_by} limit ? offset ?"
        sql = f"select {', '.join(columns)} from {table.name} where rowid in ({chosen}) {order_by}"
        return self.query(sql, [*parameters, limit, offset])

    def count(self, table: StoredTable, conditions: Sequence[str], parameters: Sequence[Cell | float]) -> int:
        """How many rows fulfil the conditions."""
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return int(str(self.query(f"select count(*) from {table.name}{where}", parameters)[0][0]))

    def query(self, sql: str, parameters: Sequence[Cell | float] = ()) -> list[tuple[Cell, ...]]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Give the disk space back."""
        with self._lock:
            self._connection.close()

    def _load(self, name: str, table: Table) -> StoredTable:
        columns = ", ".join(f"{quoted(column.name)} {SQL_TYPES[column.kind]}" for column in table.columns)
        self._connection.execute(f"create table {quoted(name)} ({columns})")
        insert = f"insert into {quoted(name)} values ({', '.join('?' * len(table.columns))})"
        nullable: set[str] = set()
        rows: Iterator[tuple[Cell, ...]] = iter(table.rows)
        self._connection.execute("begin")
        while batch := list(islice(rows, BATCH_ROWS)):
            self._connection.executemany(insert, batch)
            for column, cells in zip(table.columns, zip(*batch, strict=True), strict=True):
                if None in cells:
                    nullable.add(column.name)
        self._connection.execute("commit")
        return StoredTable(quoted(name), table.columns, frozenset(nullable))

    def _index(self, table: StoredTable, expressions: tuple[str, ...]) -> bool:
        key = (table.name, *expressions)
        if key not in self._indexes:
            name = quoted(f"index {len(self._indexes)}")
            self._connection.execute(f"create index {name} on {table.name} ({', '.join(expressions)})")
            bare = ", ".join(expression.removesuffix(" asc").removesuffix(" desc") for expression in expressions)
            level = f"select 1 from {table.name} group by {bare} having count(*) > 1 limit 1"
            self._indexes[key] = not self._connection.execute(level).fetchall()
        return self._indexes[key]
