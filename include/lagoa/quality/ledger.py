"""What the gate reads before it checks: the columns of the tables and the last loads of ops.loads."""

import datetime as dt
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection


@dataclass(frozen=True)
class Load:
    """The last successful load of a resource."""

    load_id: int
    announced: int | None
    received: int
    rows_after: int
    finished_at: dt.datetime


def read_columns(connection: Connection, relations: list[str]) -> dict[str, frozenset[str]]:
    """The columns of each table or view, by its qualified name; one that does not exist is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select namespace.nspname || '.' || class.relname, array_agg(attribute.attname::text)
            from pg_catalog.pg_class as class
            join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
            join pg_catalog.pg_attribute as attribute on class.oid = attribute.attrelid
            where namespace.nspname || '.' || class.relname = any(%s)
              and attribute.attnum > 0 and not attribute.attisdropped
            group by 1
            """,
            (relations,),
        )
        return {relation: frozenset(columns) for relation, columns in cursor.fetchall()}


def read_loads(connection: Connection) -> dict[tuple[str | None, str | None], Load]:
    """The last successful load of every source and resource."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (source, resource)
                source, resource, load_id, announced, coalesce(received, 0), coalesce(rows_after, 0),
                coalesce(finished_at, started_at, now())
            from ops.loads
            where status = 'success'
            order by source, resource, load_id desc
            """
        )
        return {(row[0], row[1]): Load(*row[2:]) for row in cursor.fetchall()}
