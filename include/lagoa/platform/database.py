"""Databases, roles, schemas, grants, ops tables and views: Settings -> sql/*.sql -> a server ready for the platform.

Idempotent, on the embedded PostgreSQL and on an external one (16 to 18) where LAGOA_DATABASE_URL is an administrator
with CREATEROLE and CREATEDB, not necessarily a superuser. Alone: `lagoa up`, or `apply(Settings.load())`.
"""

import contextlib
import logging
from collections.abc import Iterator
from importlib import resources
from typing import LiteralString, cast, get_args

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import encrypt_password, make_dsn, parse_dsn

from lagoa.errors import ConfigError
from lagoa.settings import Role, Settings

logger = logging.getLogger(__name__)

LOGIN_ROLES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "lagoa_admin")
OWNED_DATABASES = {"airflow": "airflow_db", "superset": "superset_db"}
ADVISORY_LOCK = 0x1A60A


def apply(settings: Settings) -> None:
    """Bring a server to the declared state; repeating it changes nothing.

    Raises:
        ConfigError: the server cannot be reached, is too old, or the administrator may not do what is needed.
    """
    try:
        with administrator(settings, "postgres") as server:
            check_version(server.server_version)
            run_script(server, "1_roles.sql")
            set_passwords(settings, server)
            create_databases(settings, server)
        with administrator(settings) as lakehouse:
            for script in ("2_schemas.sql", "3_ops.sql", "4_views.sql"):
                run_script(lakehouse, script)
    except psycopg2.Error as error:
        reason = (error.pgerror or str(error)).strip().splitlines()[0]
        raise ConfigError(
            f"database setup: {reason}; expected a server that lets the administrator create roles and databases. "
            "Use a PostgreSQL 16 to 18 and an administrator with CREATEROLE and CREATEDB."
        ) from None


def start_over(settings: Settings) -> None:
    """Empty the lakehouse: every table of its schemas and the ledger. The raw zone keeps what was received."""
    with administrator(settings) as connection, connection.cursor() as cursor:
        for schema in ("gold", "gold_previous", "gold_next", "silver", "bronze", "ops"):
            cursor.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
    apply(settings)


def check_version(version: int) -> None:
    """Refuse a server older than 16.

    Raises:
        ConfigError: it is older.
    """
    if version < 160000:
        raise ConfigError(
            f"PostgreSQL: found version {version // 10000}, expected 16 to 18. Point LAGOA_DATABASE_URL at a newer one."
        )


@contextlib.contextmanager
def administrator(settings: Settings, database: str | None = None) -> Iterator[Connection]:
    """An autocommitting connection of the administrator; other setups of the same server wait for its end."""
    connection = psycopg2.connect(settings.dsn("lagoa_admin", database), connect_timeout=10)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("set client_min_messages = warning; set lock_timeout = '60s'")
            cursor.execute("select pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        yield connection
    finally:
        connection.close()


def run_script(connection: Connection, name: str) -> None:
    """Run one file of sql/ as one transaction."""
    text = resources.files("lagoa.platform").joinpath("sql", name).read_text(encoding="utf-8")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(cast(LiteralString, f"begin;\n{text}\ncommit;")))


def set_passwords(settings: Settings, connection: Connection) -> None:
    """Give each login role its password, sent as a SCRAM verifier and only where the present one differs."""
    for role in LOGIN_ROLES:
        wanted = parse_dsn(settings.dsn(role))["password"]
        if password_works(settings, role, connection):
            continue
        verifier = encrypt_password(wanted, role, connection, "scram-sha-256")
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(verifier)))
        logger.info("role %s: password set", role)


def password_works(settings: Settings, role: Role, connection: Connection) -> bool:
    """Whether the role's password is the server's already. A missing database or grant means that it was accepted."""
    with connection.cursor() as cursor:
        cursor.execute("select datname from pg_database where datname = any(%s)", (["airflow", "superset"],))
        present = {name for (name,) in cursor.fetchall()}
    target = parse_dsn(settings.dsn(role))
    if role in OWNED_DATABASES.values() and target["dbname"] not in present:
        return False
    try:
        psycopg2.connect(make_dsn(**target), connect_timeout=10).close()
    except psycopg2.OperationalError:
        return False
    return True


def create_databases(settings: Settings, connection: Connection) -> None:
    """Create the three databases where missing; those of Airflow and Superset are entered by their owner only."""
    lakehouse = parse_dsn(settings.dsn("lagoa_admin"))["dbname"]
    with connection.cursor() as cursor:
        cursor.execute("select datname from pg_database")
        present = {name for (name,) in cursor.fetchall()}
        for database, owner in {lakehouse: None, **OWNED_DATABASES}.items():
            if database not in present:
                statement = sql.SQL("create database {}").format(sql.Identifier(database))
                if owner:
                    statement += sql.SQL(" owner {}").format(sql.Identifier(owner))
                cursor.execute(statement)
            if owner:
                cursor.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
        if settings.embedded:
            cursor.execute("revoke all on database postgres, template1 from public")
