"""Gold tables as the publisher sees them: where they stand, moving them between schemas, the record of it.

Every function works inside the caller's transaction. Alone: nothing to run; see lagoa.lake.publish.
"""

from collections.abc import Collection
from typing import Literal

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json

__all__ = [
    "Cursor",
    "count_rows",
    "current_tables",
    "drop_previous",
    "hand_over",
    "known_tables",
    "move",
    "present",
    "record",
    "was_published",
]


def present(cursor: Cursor, schema: str, tables: Collection[str]) -> set[str]:
    """Which of the tables a schema holds."""
    cursor.execute(
        "select tablename from pg_catalog.pg_tables where schemaname = %s and tablename = any(%s)",
        (schema, list(tables)),
    )
    return {name for (name,) in cursor.fetchall()}


def current_tables(cursor: Cursor) -> dict[str, str]:
    """Every published table with the domain that shows it now."""
    cursor.execute(
        "select name, domain from (select distinct on (domain) domain, tables from ops.publications"
        " order by domain, publication_id desc) as latest, unnest(tables) as name"
    )
    return dict(cursor.fetchall())


def known_tables(cursor: Cursor, domain: str) -> set[str]:
    """Every table that the domain ever published and that no other domain published after it."""
    cursor.execute(
        "select name from (select distinct on (name) name, domain from ops.publications, unnest(tables) as name"
        " order by name, publication_id desc) as latest where domain = %s",
        (domain,),
    )
    return {name for (name,) in cursor.fetchall()}


def was_published(cursor: Cursor, domain: str, run_id: str) -> bool:
    """Whether the record has a publication of the domain by that run."""
    cursor.execute(
        "select 1 from ops.publications where domain = %s and run_id = %s and action = 'publish' limit 1",
        (domain, run_id),
    )
    return cursor.fetchone() is not None


def count_rows(cursor: Cursor, schema: str, tables: Collection[str]) -> dict[str, int]:
    """Rows of each table, by name."""
    counts = {}
    for table in sorted(tables):
        cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table)))
        (counts[table],) = cursor.fetchone() or (0,)
    return counts


def drop_previous(cursor: Cursor, tables: Collection[str]) -> None:
    """Drop tables of gold_previous; without cascade, so that what others built on them stops it."""
    for table in sorted(tables):
        cursor.execute(sql.SQL("drop table {}").format(sql.Identifier("gold_previous", table)))


def move(cursor: Cursor, table: str, schema: str, to_schema: str, to_name: str | None = None) -> None:
    """Move a table with its indexes, comments, statistics and grants; under another name where one is given."""
    if to_schema != schema:
        cursor.execute(
            sql.SQL("alter table {} set schema {}").format(sql.Identifier(schema, table), sql.Identifier(to_schema))
        )
    if to_name is not None:
        cursor.execute(
            sql.SQL("alter table {} rename to {}").format(sql.Identifier(to_schema, table), sql.Identifier(to_name))
        )


def hand_over(cursor: Cursor, table: str) -> None:
    """Take a gold table from dbt_user, open it to readers, and give its indexes names of their own.

    Two versions have the same index names, and a rollback holds both in one schema for a moment.
    """
    name = sql.Identifier("gold", table)
    cursor.execute(sql.SQL("alter table {} owner to publisher").format(name))
    cursor.execute(sql.SQL("grant select on {} to superset_reader").format(name))
    cursor.execute(
        "select relname, indexrelid::text from pg_catalog.pg_index"
        " inner join pg_catalog.pg_class on indexrelid = pg_class.oid where indrelid = %s::regclass",
        (name.as_string(cursor),),
    )
    for index, number in cursor.fetchall():
        cursor.execute(
            sql.SQL("alter index {} rename to {}").format(
                sql.Identifier("gold", index), sql.Identifier(f"{table[:50]}_{number}")
            )
        )


def record(
    cursor: Cursor, domain: str, action: Literal["publish", "rollback"], counts: dict[str, int], run_id: str | None
) -> None:
    """Write what is published from now on, with the rows of each table."""
    cursor.execute(
        "insert into ops.publications (domain, action, tables, row_counts, run_id) values (%s, %s, %s, %s, %s)",
        (domain, action, sorted(counts), Json(counts), run_id),
    )
