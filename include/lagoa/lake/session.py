"""One short transaction on the lakehouse as one of its roles: opened, committed or rolled back, and always closed."""

import contextlib
from collections.abc import Iterator

import psycopg2
from psycopg2.extensions import cursor as Cursor

from lagoa.settings import Role, Settings


@contextlib.contextmanager
def session(settings: Settings, role: Role = "etl_user") -> Iterator[Cursor]:
    """A cursor of a transaction that is committed at the end of the block, or rolled back on an exception."""
    connection = psycopg2.connect(settings.dsn(role), connect_timeout=10)
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
