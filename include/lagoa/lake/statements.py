"""Small pieces of SQL that the loader's modules share."""

from typing import Any

from psycopg2.extensions import cursor as Cursor


def counts(cursor: Cursor, statement: str) -> dict[Any, int]:
    """What a statement counts, by its first column."""
    cursor.execute(statement)
    return dict(cursor.fetchall())


def fetch(cursor: Cursor, statement: str) -> tuple[Any, ...]:
    """The one row that a statement returns."""
    cursor.execute(statement)
    row = cursor.fetchone()
    if row is None:
        raise LookupError("the statement returned no row")
    return tuple(row)


def literal(value: str) -> str:
    """A text literal (standard_conforming_strings is on in every Postgres that Lagoa supports)."""
    return "'" + value.replace("'", "''") + "'"
