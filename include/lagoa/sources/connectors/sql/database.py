"""The database of a spec: address with its secrets -> an engine that only reads, in one snapshot, and streams."""

from typing import Any
from urllib.parse import quote

from pymysql.constants import FIELD_TYPE  # type: ignore[import-untyped]
from pymysql.converters import encoders  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from lagoa.errors import ConfigError
from lagoa.sources.connector import Context
from lagoa.sources.connectors.sql.drivers import missing, with_driver
from lagoa.sources.connectors.sql.values import json_text
from lagoa.sources.spec import fill, placeholders

SNAPSHOT = {"postgresql": "REPEATABLE READ", "mysql": "REPEATABLE READ", "mariadb": "REPEATABLE READ"}
"""The isolation under which the count and the rows are of one moment; of another database its own default."""
RANGES = (3904, 3906, 3908, 3910, 3912, 3926)
WRITTEN_TYPES = (16, 20, 21, 23, 700, 701, 1082, 1083, 1114, 1184, 1186, 1266, 1700, *RANGES)
"""Types of Postgres (pg_type.oid) whose text is the value: Python has no dates before Christ, `infinity` or months."""
INTEGERS = (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG)
"""Types of MySQL that are numbers here too, so that a key is compared as one."""


def engine_of(context: Context) -> Engine:
    """The engine of a spec's database; no connection is kept open.

    Raises:
        ConfigError: the address cannot be read, or its driver is not installed.
    """
    connection = context.spec.connection
    try:
        url = with_driver(make_url(_address(context)), context.spec.source)
    except (ArgumentError, ValueError) as error:
        raise _unusable(context, error) from None
    try:
        engine = create_engine(
            url, poolclass=NullPool, connect_args=_arguments(url, connection.timeout_seconds), **_options(url)
        )
    except (NoSuchModuleError, ImportError) as error:
        raise missing(url, error, context.spec.source) from None
    except (ArgumentError, ValueError) as error:
        raise _unusable(context, error) from None
    prepare = PREPARED.get(url.get_backend_name())
    if prepare:
        event.listen(engine, "connect", prepare)
    if url.get_driver_name() == "pymysql":
        event.listen(engine, "handle_error", _forget_the_rest)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "begin", lambda opened: opened.exec_driver_sql("begin"))
    return engine


def _unusable(context: Context, error: Exception) -> ConfigError:
    return ConfigError(
        f"{context.spec.source}: connection.base_url: the address cannot be used ({type(error).__name__}), "
        "expected one such as postgresql://{secret:user}:{secret:password}@host/database. Correct it."
    )


def begin(engine: Engine) -> Connection:
    """A connection in a transaction that sees one moment and cannot write."""
    isolation = SNAPSHOT.get(engine.dialect.name)
    options: dict[str, Any] = {"isolation_level": isolation} if isolation else {}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    connection = engine.connect()
    try:
        return connection.execution_options(**options) if options else connection
    except BaseException:
        connection.close()
        raise


def _address(context: Context) -> str:
    """The address filled in; a secret may hold any character, also those that an address is cut at."""
    written = context.spec.connection.base_url
    secrets = [name for name in placeholders(written) if name.startswith("secret:")]
    values = {name: quote(context.settings.secret(name.removeprefix("secret:")), safe="") for name in secrets}
    return context.filled(fill(written, values))


def _options(url: URL) -> dict[str, Any]:
    return {"json_deserializer": json_text} if url.get_backend_name() == "postgresql" else {}


def _arguments(url: URL, seconds: float) -> dict[str, Any]:
    """Time-outs, and for MySQL text in place of Python's values, which know neither 0000-00-00 nor 838:59:59."""
    if url.get_driver_name() == "psycopg2":
        return {"connect_timeout": max(1, round(seconds)), "options": "-c timezone=UTC -c datestyle=ISO"}
    if url.get_driver_name() == "pymysql":
        conversions = {
            **encoders,
            **dict.fromkeys(INTEGERS, int),
            **dict.fromkeys((FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP), _stamp),
            FIELD_TYPE.JSON: json_text,
        }
        return {"connect_timeout": max(1, round(seconds)), "read_timeout": seconds, "conv": conversions}
    return {}


def _stamp(written: str) -> str:
    """`2025-01-02 03:04:05` in ISO 8601."""
    return written.replace(" ", "T", 1)


def _prepare_postgres(connection: Any, _: object) -> None:
    from psycopg2 import extensions

    def as_written(value: str | None, _: object) -> str | None:
        return value

    def true_or_false(value: str | None, _: object) -> str | None:
        return None if value is None else BOOLEANS[value]

    def with_t(value: str | None, _: object) -> str | None:
        return None if value is None else _stamp(value)

    for oid in WRITTEN_TYPES:
        cast = {16: true_or_false, 1114: with_t, 1184: with_t}.get(oid, as_written)
        extensions.register_type(extensions.new_type((oid,), f"TEXT{oid}", cast), connection)  # type: ignore[arg-type]


BOOLEANS = {"t": "true", "f": "false"}


def _prepare_mysql(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set session time_zone = '+00:00'")
        cursor.execute("set session transaction read only")


def _forget_the_rest(context: ExceptionContext) -> None:
    """PyMySQL would try to read the rest of the rows from a connection that is gone, when it is collected."""
    cursor = getattr(context.execution_context, "cursor", None)
    result = getattr(cursor, "_result", None)
    if context.is_disconnect and result is not None:
        result.unbuffered_active = False


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    connection.execute("pragma query_only = on")


PREPARED = {
    "postgresql": _prepare_postgres,
    "mysql": _prepare_mysql,
    "mariadb": _prepare_mysql,
    "sqlite": _prepare_sqlite,
}
