"""Least privilege, answered by the server: every role × schema × action is tried, and every answer is expected."""

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2 import errors, sql

from lagoa.settings import Role, Settings

SCHEMAS = ("bronze", "silver", "gold_next", "gold", "gold_previous", "ops", "public")
ROLES: tuple[Role, ...] = ("etl_user", "dbt_user", "publisher", "superset_reader")
TABLES = {schema: "probe" for schema in SCHEMAS} | {"ops": "loads"}

ACTIONS = {
    "select": "select count(*) from {table}",
    "insert": "insert into {table} (run_id, source, resource, status) values ('probe', 'probe', 'insert', 'success')",
    "update": "update {table} set mode = 'probe' where false",
    "delete": "delete from {table} where false",
    "truncate": "truncate {table}",
    "alter": "alter table {table} add column another text",
    "drop": "drop table {table}",
    "create": "create table {schema}.made ()",
}
OWNER = frozenset(ACTIONS)
READ = frozenset({"select"})
NOTHING: frozenset[str] = frozenset()
DBT = {"bronze": READ, "silver": OWNER, "gold_next": OWNER, "ops": READ}
ALLOWED: dict[Role, dict[str, frozenset[str]]] = {
    "etl_user": {"bronze": OWNER, "ops": frozenset({"select", "insert", "update", "delete"})},
    "dbt_user": DBT,
    # Publishing needs the rights of the tables' owner, hence dbt_user's; see sql/1_roles.sql.
    "publisher": DBT | {"gold": OWNER, "gold_previous": OWNER},
    "superset_reader": {"gold": READ},
}

OPS_WRITTEN_ONLY = (
    "builds",
    "schema_changes",
    "origin",
    "announcements",
    "failures",
    "quality_results",
    "quality_passes",
    "publications",
)
OPS_EMPTIED = ("sources", "resources", "columns", "domain_sources", "loads", "load_windows", "resource_state")
"""The ETL deletes from these what is no longer so, or when it starts over on data of another origin."""
OPS_ALLOWED: dict[Role, dict[str, str]] = {
    "etl_user": dict.fromkeys(OPS_WRITTEN_ONLY, "select insert update")
    | dict.fromkeys(OPS_EMPTIED, "select insert update delete"),
    "dbt_user": {"loads": "select", "sources": "select"},
    "publisher": {
        "loads": "select",
        "sources": "select",
        "publications": "select insert",
        "domain_sources": "select insert update delete",
    },
    "superset_reader": {},
}

DATABASE_ACTIONS = {
    "temporary table": "create temporary table made ()",
    "create schema": "create schema made",
    "create role": "create role made",
    "become another role": "set role lagoa_owner",
    "read a server file": "select pg_read_file('/etc/hostname')",
    "run a program": "copy (select 1) to program 'true'",
    "read password hashes": "select rolpassword from pg_authid",
}
DATABASE_ALLOWED: dict[Role, set[str]] = {
    "etl_user": {"temporary table"},
    "dbt_user": {"temporary table"},
    "publisher": {"temporary table"},
    "superset_reader": set(),
}


@pytest.fixture(scope="module")
def probes(postgres: Settings) -> Iterator[Settings]:
    """A table in each schema, made by the role that makes tables there, moved by the one that publishes."""
    columns = "(run_id text, source text, resource text, status text, mode text)"
    for role, statements in {
        "lagoa_admin": f"create table public.probe {columns}",
        "etl_user": f"create table bronze.probe {columns}",
        "dbt_user": "; ".join(
            f"create table {table} {columns}"
            for table in ("silver.probe", "gold_next.moved", "gold_next.older", "gold_next.probe")
        ),
        "publisher": "alter table gold_next.moved set schema gold; alter table gold.moved rename to probe;"
        "alter table gold_next.older set schema gold; alter table gold.older set schema gold_previous;"
        "alter table gold_previous.older rename to probe",
    }.items():
        run(postgres, role, statements, commit=True)
    yield postgres
    tables = ", ".join(f"{schema}.probe" for schema in SCHEMAS if schema != "ops")
    run(postgres, "lagoa_admin", f"drop table {tables}", commit=True)


def run(settings: Settings, role: Role, statement: str, *, commit: bool = False, writable: bool = False) -> None:
    """Run a statement as a role; undone unless `commit`."""
    connection = psycopg2.connect(settings.dsn(role))
    try:
        with connection.cursor() as cursor:
            if writable:
                cursor.execute("set transaction read write")
            cursor.execute(sql.SQL(statement))
        if commit:
            connection.commit()
    finally:
        connection.close()


def is_allowed(settings: Settings, role: Role, statement: str) -> bool:
    """Whether the server lets a role do it, its read-only default lifted as an attacker would lift it."""
    try:
        run(settings, role, statement, writable=True)
    except errors.InsufficientPrivilege:
        return False
    return True


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_in_a_schema_what_the_design_says_and_nothing_else(
    probes: Settings, role: Role, schema: str
) -> None:
    found = {
        action
        for action, template in ACTIONS.items()
        if is_allowed(probes, role, template.format(table=f"{schema}.{TABLES[schema]}", schema=schema))
    }
    assert found == ALLOWED[role].get(schema, NOTHING)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_touch_the_ops_tables_it_needs(admin: psycopg2.extensions.connection, role: Role) -> None:
    with admin.cursor() as cursor:
        cursor.execute(
            "select relname, string_agg(action, ' ' order by position) from pg_class,"
            " unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])"
            " with ordinality as actions(action, position)"
            " where relnamespace = 'ops'::regnamespace and relkind = 'r' and has_table_privilege(%s, oid, action)"
            " group by relname",
            (role,),
        )
        assert dict(cursor.fetchall()) == OPS_ALLOWED[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_in_the_database_what_the_design_says_and_nothing_else(postgres: Settings, role: Role) -> None:
    found = {action for action, statement in DATABASE_ACTIONS.items() if is_allowed(postgres, role, statement)}
    assert found == DATABASE_ALLOWED[role]


@pytest.mark.parametrize("database", ["airflow", "superset", "postgres", "template1"])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_of_the_lakehouse_enters_no_other_database(postgres: Settings, role: Role, database: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(postgres.dsn(role, database))


@pytest.mark.parametrize(("role", "own"), [("airflow_db", "airflow"), ("superset_db", "superset")])
def test_a_metadata_role_owns_its_database_and_enters_no_other(postgres: Settings, role: Role, own: str) -> None:
    run(postgres, role, "create schema made; create table public.made ()")
    for other in {"lagoa", "airflow", "superset", "postgres"} - {own}:
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            psycopg2.connect(postgres.dsn(role, other))


def test_the_owner_role_cannot_log_in(admin: psycopg2.extensions.connection) -> None:
    with admin.cursor() as cursor:
        cursor.execute("select rolname from pg_roles where not rolcanlogin and rolname !~ '^pg_'")
        assert cursor.fetchall() == [("lagoa_owner",)]


def test_no_role_has_an_attribute_of_power(admin: psycopg2.extensions.connection) -> None:
    with admin.cursor() as cursor:
        cursor.execute(
            "select rolname from pg_roles where (rolsuper or rolcreaterole or rolcreatedb or rolreplication or"
            " rolbypassrls) and rolname !~ '^pg_'"
        )
        assert cursor.fetchall() == [("lagoa_admin",)]


def test_what_a_role_was_told_is_stored_survives_a_crash(admin: psycopg2.extensions.connection) -> None:
    """Airflow lost the result of a task, but not its success, when its commits did not wait for the disk."""
    with admin.cursor() as cursor:
        cursor.execute(
            "select rolname from pg_db_role_setting join pg_roles on pg_roles.oid = setrole"
            " where array_to_string(setconfig, ' ') ~ 'synchronous_commit'"
        )
        assert cursor.fetchall() == []


def test_a_published_table_is_readable_by_analysts_at_once(probes: Settings) -> None:
    run(probes, "dbt_user", "create table gold_next.fresh as select 1 as one", commit=True)
    assert not is_allowed(probes, "superset_reader", "select from gold_next.fresh")
    run(probes, "publisher", "alter table gold_next.fresh set schema gold", commit=True)
    assert is_allowed(probes, "superset_reader", "select from gold.fresh")
    run(probes, "publisher", "alter table gold.fresh set schema gold_previous", commit=True)
    assert not is_allowed(probes, "superset_reader", "select from gold_previous.fresh")
    run(probes, "publisher", "drop table gold_previous.fresh", commit=True)


def test_dbt_cannot_touch_a_table_of_its_own_once_it_is_published(probes: Settings) -> None:
    assert not is_allowed(probes, "dbt_user", "drop table gold.probe")
    assert not is_allowed(probes, "dbt_user", "alter table gold.probe set schema gold_next")


def test_the_reader_is_read_only_and_limited_in_time(postgres: Settings) -> None:
    connection = psycopg2.connect(postgres.dsn("superset_reader"))
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('default_transaction_read_only'), current_setting('statement_timeout'),"
            " current_setting('search_path')"
        )
        assert cursor.fetchone() == ("on", "1min", "gold")
    connection.close()
