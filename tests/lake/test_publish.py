"""Publication and rollback on a real Postgres, with the real roles."""

import threading
import time
from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from lagoa.errors import ContractError, LakehouseUnavailableError
from lagoa.lake import publish as publication
from lagoa.lake.publish import publish, rollback
from lagoa.settings import Settings

DOMAIN = "provas"
TABLES = ("prova_a", "prova_b")
SCHEMAS = ("gold_next", "gold", "gold_previous")


@pytest.fixture
def lake(postgres: Settings, admin: Connection) -> Iterator[Settings]:
    """Settings of a server without tables or records of the domain under test, before and after."""

    def clean() -> None:
        with admin.cursor() as cursor:
            cursor.execute("select schemaname, tablename from pg_tables where tablename like 'prova\\_%'")
            for schema, table in cursor.fetchall():
                cursor.execute(f'drop table "{schema}"."{table}" cascade')
            cursor.execute("delete from ops.publications where domain like 'provas%'")
            cursor.execute("delete from ops.domain_sources where domain like 'provas%'")

    clean()
    yield postgres
    clean()


def build(settings: Settings, version: int, tables: tuple[str, ...] = TABLES) -> None:
    """Build tables in gold_next as dbt does: with the key's index named after the temporary table."""
    with psycopg2.connect(settings.dsn("dbt_user")) as connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"create table gold_next.{table} (id integer, version integer)")
            cursor.execute(f"alter table gold_next.{table} add constraint {table}__dbt_tmp_pkey primary key (id)")
            cursor.execute(f"create index on gold_next.{table} (version)")
            cursor.execute(f"comment on column gold_next.{table}.version is 'Versão {version}'")
            cursor.execute(f"insert into gold_next.{table} select n, {version} from generate_series(1, {version}) as n")
    connection.close()


def publish_version(settings: Settings, version: int, tables: tuple[str, ...] = TABLES) -> None:
    """Build and publish one version."""
    build(settings, version, tables)
    publish(DOMAIN, tables, run_id=f"run-{version}", sources=["ibge", "bcb"], settings=settings)


def read(settings: Settings, query: str) -> list[tuple[object, ...]]:
    """Ask as the dashboards do."""
    connection = psycopg2.connect(settings.dsn("superset_reader"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        connection.close()


def where(admin: Connection, table: str) -> dict[str, int]:
    """Schema -> version of the table there."""
    versions = {}
    with admin.cursor() as cursor:
        for schema in SCHEMAS:
            cursor.execute("select to_regclass(%s)", (f"{schema}.{table}",))
            if (cursor.fetchone() or (None,))[0]:
                cursor.execute(f"select max(version) from {schema}.{table}")
                (versions[schema],) = cursor.fetchone() or (0,)
    return versions


def test_a_publication_moves_the_tables_and_readers_may_read_them(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)

    assert where(admin, "prova_a") == {"gold": 1}
    assert where(admin, "prova_b") == {"gold": 1}
    assert read(lake, "select count(*) from gold.prova_a") == [(1,)]


def test_the_version_before_is_kept_and_the_one_before_that_is_dropped(lake: Settings, admin: Connection) -> None:
    for version in (1, 2, 3):
        publish_version(lake, version)

    assert where(admin, "prova_a") == {"gold": 3, "gold_previous": 2}


def test_a_publication_is_recorded_with_its_rows_and_its_sources(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 2)

    with admin.cursor() as cursor:
        cursor.execute(
            "select action, tables, row_counts, run_id, published_by from ops.publications where domain = %s", (DOMAIN,)
        )
        assert cursor.fetchall() == [
            ("publish", ["prova_a", "prova_b"], {"prova_a": 2, "prova_b": 2}, "run-2", "publisher")
        ]
        cursor.execute("select source from ops.domain_sources where domain = %s order by source", (DOMAIN,))
        assert cursor.fetchall() == [("bcb",), ("ibge",)]


def test_indexes_comments_and_ownership_come_along(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    publish_version(lake, 2)

    with admin.cursor() as cursor:
        cursor.execute("select schemaname, count(*) from pg_indexes where tablename = 'prova_a' group by 1 order by 1")
        assert cursor.fetchall() == [("gold", 2), ("gold_previous", 2)]
        cursor.execute("select col_description('gold.prova_a'::regclass, 2)")
        assert cursor.fetchone() == ("Versão 2",)
        cursor.execute("select distinct tableowner from pg_tables where tablename like 'prova\\_%'")
        assert cursor.fetchall() == [("publisher",)]


def test_dbt_cannot_touch_what_is_published(lake: Settings) -> None:
    publish_version(lake, 1)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        psycopg2.connect(lake.dsn("dbt_user")).cursor().execute("delete from gold.prova_a")


def test_a_missing_table_is_refused_and_nothing_is_half_swapped(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    build(lake, 2, ("prova_a",))

    with pytest.raises(ContractError, match=r"found no gold_next.prova_b, expected every table of the domain"):
        publish(DOMAIN, TABLES, run_id="run-2", sources=["ibge"], settings=lake)

    assert where(admin, "prova_a") == {"gold_next": 2, "gold": 1}
    assert where(admin, "prova_b") == {"gold": 1}


def test_a_table_of_another_domain_is_refused(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    build(lake, 2)

    with pytest.raises(ContractError, match=r"another domain publishes: prova_a \(provas\), prova_b \(provas\)"):
        publish("provas_vizinhas", TABLES, run_id="run-2", sources=["ibge"], settings=lake)

    assert where(admin, "prova_a") == {"gold_next": 2, "gold": 1}


def test_publishing_the_same_run_again_changes_nothing(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)

    publish(DOMAIN, TABLES, run_id="run-1", sources=["ibge", "bcb"], settings=lake)

    assert where(admin, "prova_a") == {"gold": 1}
    with admin.cursor() as cursor:
        cursor.execute("select count(*) from ops.publications where domain = %s", (DOMAIN,))
        assert cursor.fetchone() == (1,)


def test_a_table_no_longer_built_leaves_gold_and_a_rollback_brings_it_back(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    publish_version(lake, 2, ("prova_a",))
    assert where(admin, "prova_b") == {"gold_previous": 1}

    rollback(DOMAIN, settings=lake)
    assert (where(admin, "prova_a"), where(admin, "prova_b")) == ({"gold": 1, "gold_previous": 2}, {"gold": 1})

    publish_version(lake, 3)
    assert where(admin, "prova_b") == {"gold": 3, "gold_previous": 1}


def test_a_retired_table_is_gone_after_the_next_publication(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    publish_version(lake, 2, ("prova_a",))
    publish_version(lake, 3, ("prova_a",))

    assert where(admin, "prova_b") == {}


def test_a_rollback_swaps_the_versions_and_a_second_one_undoes_it(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    publish_version(lake, 2)

    rollback(DOMAIN, settings=lake)
    assert where(admin, "prova_a") == {"gold": 1, "gold_previous": 2}
    assert read(lake, "select max(version) from gold.prova_b") == [(1,)]

    rollback(DOMAIN, settings=lake)
    assert where(admin, "prova_a") == {"gold": 2, "gold_previous": 1}
    with admin.cursor() as cursor:
        cursor.execute(
            "select action, row_counts from ops.publications where domain = %s order by publication_id", (DOMAIN,)
        )
        assert [(action, counts["prova_a"]) for action, counts in cursor.fetchall()] == [
            ("publish", 1),
            ("publish", 2),
            ("rollback", 1),
            ("rollback", 2),
        ]


def test_a_rollback_leaves_what_dbt_is_building_alone(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    publish_version(lake, 2)
    build(lake, 3)

    rollback(DOMAIN, settings=lake)

    assert where(admin, "prova_a") == {"gold_next": 3, "gold": 1, "gold_previous": 2}


@pytest.mark.parametrize("versions", [0, 1])
def test_a_rollback_without_an_earlier_version_is_refused(lake: Settings, admin: Connection, versions: int) -> None:
    for version in range(1, versions + 1):
        publish_version(lake, version)

    with pytest.raises(ContractError, match="found no earlier version in gold_previous"):
        rollback(DOMAIN, settings=lake)

    assert where(admin, "prova_a") == ({"gold": 1} if versions else {})


def test_a_view_on_an_old_version_is_named_and_nothing_changes(lake: Settings, admin: Connection) -> None:
    publish_version(lake, 1)
    with admin.cursor() as cursor:
        cursor.execute("create view gold.prova_view as select * from gold.prova_a")
    publish_version(lake, 2)
    build(lake, 3)

    with pytest.raises(ContractError, match=r"prova_view depends on table gold_previous\.prova_a"):
        publish(DOMAIN, TABLES, run_id="run-3", sources=["ibge"], settings=lake)

    assert where(admin, "prova_a") == {"gold_next": 3, "gold": 2, "gold_previous": 1}


def test_a_reader_sees_one_whole_version_while_a_swap_waits_for_it(
    lake: Settings, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "LOCK_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(publication, "PAUSE_SECONDS", 0.2)
    publish_version(lake, 1)
    build(lake, 2)
    reader = psycopg2.connect(lake.dsn("superset_reader"))
    cursor = reader.cursor()
    cursor.execute("select max(version) from gold.prova_a")
    swap = threading.Thread(
        target=publish, args=(DOMAIN, TABLES), kwargs={"run_id": "run-2", "sources": ["ibge"], "settings": lake}
    )

    swap.start()
    time.sleep(1)
    cursor.execute("select max(version) from gold.prova_b")
    assert cursor.fetchone() == (1,)
    reader.close()
    swap.join(timeout=30)

    assert where(admin, "prova_a") == {"gold": 2, "gold_previous": 1}


def test_a_reader_that_never_ends_makes_the_swap_give_up(
    lake: Settings, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "LOCK_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(publication, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(publication, "ATTEMPTS", 2)
    publish_version(lake, 1)
    build(lake, 2)
    reader = psycopg2.connect(lake.dsn("superset_reader"))
    reader.cursor().execute("select from gold.prova_b")

    with pytest.raises(LakehouseUnavailableError, match="readers holding them in 2 attempts"):
        publish(DOMAIN, TABLES, run_id="run-2", sources=["ibge"], settings=lake)

    reader.close()
    assert where(admin, "prova_a") == {"gold_next": 2, "gold": 1}
