"""The SQL connector against running databases, Postgres and MariaDB: chunks, every type, increments, resuming."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from tests.sources import mariadb

from lagoa.errors import ConfigError, ContractError, LagoaError, PermanentSourceError, TransientSourceError
from lagoa.lake.ledger import reached
from lagoa.lake.manifest import Manifest, Slice
from lagoa.lake.state import ResourceState
from lagoa.platform.ports import free_port
from lagoa.settings import Settings
from lagoa.sources.connector import Batch, Context, Interrupted, Resume
from lagoa.sources.connectors.sql import SqlConnector
from lagoa.sources.connectors.sql.database import begin, engine_of
from lagoa.sources.connectors.sql.refusal import told
from lagoa.sources.extract import extract
from lagoa.sources.spec import SourceSpec


@dataclass(frozen=True)
class Database:
    """A running database: its address, and what runs statements there."""

    url: URL
    run: Callable[..., None]
    tables: list[str]

    def create(self, name: str, columns: str, *rows: str) -> None:
        """A table with rows, dropped when the test ends."""
        self.tables.append(name)
        self.run(f"create table {name} ({columns})")
        for row in rows:
            self.run(f"insert into {name} values ({row})")


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[URL]:
    """A running MariaDB."""
    if not mariadb.is_installed():
        pytest.skip("mariadb-server: not installed; scripts/test-packages installs it")
    with mariadb.running() as url:
        yield url


@pytest.fixture(params=["postgresql", "mysql", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Each of the databases in turn."""
    yield from _database(request, tmp_path, request.param)


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Each of those that are servers."""
    yield from _database(request, tmp_path, request.param)


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Postgres alone."""
    yield from _database(request, tmp_path, "postgresql")


@pytest.fixture
def mysql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """MariaDB alone."""
    yield from _database(request, tmp_path, "mysql")


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """SQLite alone."""
    yield from _database(request, tmp_path, "sqlite")


def _database(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Database]:
    if kind == "postgresql":
        url = make_url(request.getfixturevalue("postgres").dsn("lagoa_admin"))
        driver = "postgresql+psycopg2"
    elif kind == "mysql":
        url, driver = request.getfixturevalue("mariadb_url"), "mysql+pymysql"
    else:
        url, driver = URL.create("sqlite", database=str(tmp_path / "fonte.db")), "sqlite"
    engine = create_engine(url.set(drivername=driver), isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(statement.replace(":", "\\:")))

    found = Database(url, run, [])
    yield found
    for table in reversed(found.tables):
        run(f"drop table {table}")
    engine.dispose()


def context_of(
    url: URL, resource: dict[str, Any], state: ResourceState | None = None, full: bool = False, **connection: Any
) -> Context:
    """A context of the source `fonte` with the one resource `linhas`, whose secrets are those of an address."""
    secrets = {"usuario": url.username or "", "senha": url.password or ""}
    place = f"{url.host}:{url.port}/{url.database}" if url.host else f"/{url.database}"
    login = "{secret:usuario}:{secret:senha}@" if url.username else ""
    spec = SourceSpec.model_validate(
        {
            "source": "fonte",
            "title": "Fonte",
            "url": "https://example.org",
            "domain": "teste",
            "owner": "Alguém",
            "licence": "Nenhuma",
            "schedule": "0 5 * * *",
            "connection": {
                "base_url": f"{url.get_backend_name()}://{login}{place}",
                "timeout_seconds": 5,
                "attempts": 2,
                "backoff_seconds": 0.01,
                **connection,
            },
            "resources": {
                "linhas": {
                    "title": "Linhas",
                    "kind": "sql",
                    "table": "linhas",
                    "fields": ["id", "nome"],
                    "chunk_rows": 2,
                    "write": {"mode": "merge", "key": ["id"]},
                    **resource,
                }
            },
        }
    )
    settings = Settings(sources="live", secrets={name: SecretStr(value) for name, value in secrets.items()})
    return Context(spec, "linhas", settings, {"regioes": ["norte", "sul"]}, state or ResourceState(), full)


def read(
    context: Context, asked: dict[str, str] | None = None, resume: Resume | None = None
) -> tuple[list[dict[str, Any]], list[Batch], Slice]:
    """All rows of a slice, its batches, and what it tells."""
    with SqlConnector(context) as connector:
        reading = connector.read(asked or {}, resume)
        batches = list(reading.batches())
        rows = pa.concat_tables([batch.table for batch in batches]).to_pylist() if batches else []
        return rows, batches, reading.slice


def five(database: Database) -> None:
    """A table of five rows, inserted in no order."""
    database.create(
        "linhas", "id integer primary key, nome varchar(20)", *(f"{number}, 'n{number}'" for number in (3, 10, 1, 2, 9))
    )


def test_rows_come_in_chunks_in_the_order_of_the_key(database: Database) -> None:
    five(database)

    rows, batches, told = read(context_of(database.url, {}))

    assert rows == [{"id": str(number), "nome": f"n{number}"} for number in (1, 2, 3, 9, 10)]
    assert [batch.table.num_rows for batch in batches] == [2, 2, 1]
    assert [[int(key) for key in (batch.position or {})["after"]] for batch in batches] == [[2], [9], [10]]
    assert told == Slice(asked={}, announced=5, received=5)


def test_an_empty_table_is_no_rows(database: Database) -> None:
    database.create("linhas", "id integer primary key, nome varchar(20)")

    assert read(context_of(database.url, {})) == ([], [], Slice(asked={}, announced=0, received=0))


def test_a_slice_goes_on_behind_the_row_that_it_was_broken_off_at(database: Database) -> None:
    five(database)
    context = context_of(database.url, {})
    rows, batches, whole = read(context)

    for number, batch in enumerate(batches, 1):
        assert batch.position is not None
        received = min(2 * number, 5)
        rest, _, told = read(context, resume=Resume(batch.position, received, None))
        assert rest == rows[received:]
        assert told == whole


def test_a_key_of_several_columns_orders_and_resumes(database: Database) -> None:
    database.create(
        "linhas",
        "ano integer, id varchar(5), nome varchar(20), primary key (ano, id)",
        *("2024, 'b', 'x'", "2025, 'a', 'x'", "2024, 'a', 'x'", "2025, 'b', 'x'", "2024, 'c', 'x'"),
    )
    context = context_of(
        database.url, {"fields": ["ano", "id", "nome"], "write": {"mode": "snapshot", "key": ["ano", "id"]}}
    )

    rows, batches, _ = read(context)
    rest, _, _ = read(context, resume=Resume(batches[1].position or {}, 4, None))

    assert [(row["ano"], row["id"]) for row in rows] == [
        ("2024", "a"), ("2024", "b"), ("2024", "c"), ("2025", "a"), ("2025", "b"),
    ]  # fmt: skip
    assert rest == rows[4:]


def test_names_that_need_quotes_get_them(database: Database) -> None:
    quote = "`" if database.url.get_backend_name() == "mysql" else '"'
    database.create(
        f"{quote}Ordem{quote}", f"{quote}Número{quote} integer primary key, {quote}select{quote} varchar(9)", "1, 'a'"
    )

    rows, _, _ = read(
        context_of(
            database.url,
            {"table": "Ordem", "fields": ["Número", "select"], "write": {"mode": "snapshot", "key": ["Número"]}},
        )
    )

    assert rows == [{"Número": "1", "select": "a"}]


def test_a_query_stands_in_for_a_table_and_takes_what_is_asked_for(database: Database) -> None:
    database.create(
        "linhas",
        "id integer, nome varchar(20), regiao varchar(9)",
        "1, 'a', 'norte'",
        "2, 'b', 'sul'",
        "3, 'c:x', 'sul'",
    )
    context = context_of(
        database.url,
        {
            "table": None,
            "query": "select id, nome from linhas where regiao = :regiao and nome <> 'a:x';",
            "for_each": {"regiao": "regioes"},
            "write": {"mode": "replace_partition", "partition": "regiao"},
            "keep": ["regiao"],
        },
    )

    rows, _, told = read(context, {"regiao": "sul"})

    assert sorted(rows, key=lambda row: row["id"]) == [{"id": "2", "nome": "b"}, {"id": "3", "nome": "c:x"}]
    assert told == Slice(asked={"regiao": "sul"}, announced=2, received=2)


def test_what_is_asked_for_is_never_written_into_a_query(tmp_path: Path) -> None:
    query = "select id, nome from linhas where regiao = '{regiao}'"
    context = context_of(make_url(f"sqlite:///{tmp_path}/db"), {"table": None, "query": query})

    with pytest.raises(ConfigError) as refused:
        read(context, {"regiao": "x' or 'a' = 'a"})

    assert str(refused.value) == (
        "fonte.linhas: found {regiao} in `query`, expected :regiao, which the database keeps apart from the statement. "
        "Correct the spec."
    )


def test_rows_without_a_key_come_whole_and_cannot_be_resumed(database: Database) -> None:
    database.create("linhas", "id integer, nome varchar(20)", "1, 'a'", "1, 'a'", "2, 'b'")

    rows, batches, told = read(context_of(database.url, {"write": {"mode": "append"}}))

    assert sorted(row["id"] for row in rows) == ["1", "1", "2"]
    assert {batch.position for batch in batches} == {None}
    assert told.announced == 3


def test_a_column_that_is_not_declared_comes_too(database: Database) -> None:
    database.create("linhas", "novo integer, nome varchar(20), id integer primary key", "7, 'a', 1")

    rows, _, _ = read(context_of(database.url, {}))

    assert [list(row.items()) for row in rows] == [[("id", "1"), ("nome", "a"), ("novo", "7")]]


def test_a_missing_column_is_told_by_name(database: Database) -> None:
    database.create("linhas", "id integer primary key", "1")

    with pytest.raises(ContractError, match=r"fonte\.linhas: missing column nome, expected beside id"):
        read(context_of(database.url, {}))
    rows, _, _ = read(context_of(database.url, {"optional": ["nome"]}))
    assert rows == [{"id": "1"}]


def test_two_columns_of_one_name_are_refused(postgresql: Database) -> None:
    query = "select 1 as id, 'a' as nome, 2 as id"

    with pytest.raises(ContractError) as refused:
        read(context_of(postgresql.url, {"table": None, "query": query, "write": {"mode": "append"}}))

    assert str(refused.value) == (
        "fonte.linhas: found column id more than once, expected a name of its own for each. "
        "Name the columns in `query`: select a.id, b.id as outro_id."
    )


WATERMARK: dict[str, Any] = {
    "fields": ["id", "mudou"],
    "write": {"mode": "merge", "key": ["id"], "watermark": "mudou", "look_back_days": 1},
}


@pytest.mark.parametrize(
    ("reached", "full", "expected"),
    [
        (None, False, ["1", "2", "3", "4"]),
        ("2025-03-03T00:00:00", False, ["2", "3", "4"]),
        ("2025-03-03T00:00:00", True, ["1", "2", "3", "4"]),
        ("2026-01-01T00:00:00", False, ["4"]),
    ],
    ids=["first", "next", "full", "nothing new"],
)
def test_a_run_begins_at_the_watermark_less_the_look_back(
    server: Database, reached: str | None, full: bool, expected: list[str]
) -> None:
    server.create(
        "linhas",
        "id integer primary key, mudou timestamp null",
        *("1, '2025-03-01 23:59:59'", "2, '2025-03-02 00:00:00'", "3, '2025-03-03 00:00:00'", "4, null"),
    )

    rows, _, told = read(context_of(server.url, WATERMARK, ResourceState(watermark=reached), full))

    assert [row["id"] for row in rows] == expected
    assert told == Slice(asked={}, announced=len(expected), received=len(expected))


def test_a_watermark_that_is_a_number_has_no_days(database: Database) -> None:
    database.create("linhas", "id integer primary key, mudou integer", "1, 8", "2, 9", "3, 10", "4, 11")

    rows, _, _ = read(context_of(database.url, WATERMARK, ResourceState(watermark="10")))

    assert [row["id"] for row in rows] == ["3", "4"]


def test_a_watermark_that_is_a_date_stays_one(server: Database) -> None:
    server.create(
        "linhas", "id integer primary key, mudou date", "1, '2025-03-01'", "2, '2025-03-02'", "3, '2025-03-03'"
    )

    rows, _, _ = read(context_of(server.url, WATERMARK, ResourceState(watermark="2025-03-03")))

    assert rows == [{"id": "2", "mudou": "2025-03-02"}, {"id": "3", "mudou": "2025-03-03"}]


@pytest.mark.parametrize("written", ["2025-03-02 09:00:00", "2025-03-02T09:00:00"], ids=["a blank", "a T"])
def test_where_timestamps_are_texts_the_rest_of_the_watermarks_day_is_asked_for(sqlite: Database, written: str) -> None:
    at = written[10]
    stamps = [f"2025-03-02{at}08:59:59", written, f"2025-03-02{at}23:00:00", f"2025-03-03{at}05:00:00"]
    rows = [f"{number}, '{stamp}'" for number, stamp in enumerate(stamps, 1)]
    sqlite.create("linhas", "id integer primary key, mudou timestamp", *rows)
    resource = WATERMARK | {"write": {**WATERMARK["write"], "look_back_days": 0}}

    found, _, _ = read(context_of(sqlite.url, resource, ResourceState(watermark=written)))

    assert [row["id"] for row in found] == ["2", "3", "4"]


def test_a_watermark_that_is_neither_is_refused(postgresql: Database) -> None:
    with pytest.raises(ContractError, match="found 'ontem', expected a whole number, an ISO date or timestamp"):
        read(context_of(postgresql.url, WATERMARK, ResourceState(watermark="ontem")))


def test_a_run_after_another_asks_for_what_may_have_changed(server: Database, tmp_path: Path) -> None:
    server.create("linhas", "id integer primary key, mudou integer", "1, 8", "2, 9", "3, 10")
    context = context_of(server.url, WATERMARK)
    settings = context.settings.model_copy(update={"state_dir": tmp_path})

    def run(run_id: str, state: ResourceState) -> Manifest:
        return extract(context.spec, "linhas", run_id, settings=settings, agency={}, state=state)

    first = run("first", ResourceState())
    server.run("insert into linhas values (4, 11)")
    reached = ResourceState(watermark=first.watermark, full_at=dt.datetime.now(dt.UTC))
    second = run("second", reached)

    assert (first.full, first.received, first.announced, first.watermark) == (True, 3, 3, "10")
    assert (second.full, second.received, second.announced, second.watermark) == (False, 2, 2, "11")


@pytest.mark.parametrize(("kind", "farthest"), [("date", "9999-12-31"), ("timestamp", "2037-01-01 00:00:00")])
def test_a_row_of_the_future_hides_no_later_ones(server: Database, tmp_path: Path, kind: str, farthest: str) -> None:
    server.create("linhas", f"id integer primary key, mudou {kind}", "1, '2025-03-01'", f"2, '{farthest}'")
    context = context_of(server.url, WATERMARK)
    settings = context.settings.model_copy(update={"state_dir": tmp_path})
    state = ResourceState()

    def run(run_id: str) -> tuple[bool, int]:
        nonlocal state
        manifest = extract(context.spec, "linhas", run_id, settings=settings, agency={}, state=state)
        state = reached(state, manifest)
        return manifest.full, manifest.received

    assert run("first") == (True, 2)
    server.run("insert into linhas values (3, current_date)")
    assert run("second") == (False, 2), "the new row, and again the one of the future"
    state = state.model_copy(update={"watermark": farthest.replace(" ", "T")})  # as an earlier version left it
    assert run("third") == (True, 3)
    assert run("fourth") == (False, 2)


POSTGRES_TYPES = {
    "smallint": ("-1", "-1"),
    "bigint": ("9223372036854775807", "9223372036854775807"),
    "numeric": ("'0.10'", "0.10"),
    "numeric(30,10)": ("'0'", "0.0000000000"),
    "numeric(4)": ("'NaN'", "NaN"),
    "real": ("'0.1'", "0.1"),
    "double precision": ("'1e300'", "1e+300"),
    "money": ("'1234.5'", "$1,234.50"),
    "boolean": ("true", "true"),
    "text": ("E'a\\nb ã'", "a\nb ã"),
    "char(3)": ("'a'", "a  "),
    "varchar(9)": ("''", ""),
    "bytea": ("'\\x00ff'", "00ff"),
    "date": ("'0044-03-15 BC'", "0044-03-15 BC"),
    "date null": ("'infinity'", "infinity"),
    "time": ("'24:00:00'", "24:00:00"),
    "timetz": ("'01:02:03-03'", "01:02:03-03"),
    "timestamp": ("'2025-01-02 03:04:05.6'", "2025-01-02T03:04:05.6"),
    "timestamptz": ("'2025-01-02 03:04:05-03'", "2025-01-02T06:04:05+00"),
    "interval": ("'1 year 2 months 3 days 04:05:06'", "1 year 2 mons 3 days 04:05:06"),
    "uuid": ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "json": ("'{\"b\": 1.50, \"a\": [null, true]}'", '{"a":[null,true],"b":1.50}'),
    "jsonb": ("'{\"b\": 1.50, \"a\": \"ã\"}'", '{"a":"ã","b":1.50}'),
    "integer[]": ("'{1,null,3}'", "[1,null,3]"),
    "text[]": ("'{a,\"b,c\"}'", '["a","b,c"]'),
    "numeric[]": ("'{0.10,2}'", "[0.10,2]"),
    "boolean[]": ("'{t,f}'", "[true,false]"),
    "inet": ("'10.0.0.1'", "10.0.0.1"),
    "int4range": ("'[1,5)'", "[1,5)"),
    "bit(4)": ("B'0101'", "0101"),
    "point": ("'(1,2)'", "(1,2)"),
}  # fmt: skip
MARIADB_TYPES = {
    "tinyint": ("-1", "-1"),
    "bigint unsigned": ("18446744073709551615", "18446744073709551615"),
    "decimal(30,10)": ("0", "0.0000000000"),
    "float": ("0.5", "0.5"),
    "double": ("1e300", "1e300"),
    "boolean": ("true", "1"),
    "text": ("'a\\nb ã 🙂'", "a\nb ã 🙂"),
    "char(3)": ("'a'", "a"),
    "varbinary(9)": ("x'00ff'", "00ff"),
    "blob": ("x'00ff'", "00ff"),
    "bit(4)": ("b'0101'", "05"),
    "date": ("'2025-01-02'", "2025-01-02"),
    "date null": ("'0000-00-00'", "0000-00-00"),
    "time": ("'-838:59:59'", "-838:59:59"),
    "datetime(1)": ("'2025-01-02 03:04:05.6'", "2025-01-02T03:04:05.6"),
    "timestamp": ("'2025-01-02 03:04:05'", "2025-01-02T03:04:05"),
    "year": ("2025", "2025"),
    "enum('a','b')": ("'b'", "b"),
    "set('a','b')": ("'a,b'", "a,b"),
    "json": ("'{\"b\": 1.50}'", '{"b": 1.50}'),
    "uuid": ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
}


def _of_every_type(database: Database, types: dict[str, tuple[str, str]], setting: str) -> None:
    names = [f"c{number}" for number in range(len(types))]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, types, strict=True))
    written = ", ".join(value for value, _ in types.values())
    database.create("linhas", f"id integer primary key, {columns}")
    database.run(f"{setting} insert into linhas values (1, {written})")
    nullable = [name for name, kind in zip(names, types, strict=True) if kind != "timestamp" or setting == ""]
    database.run(f"insert into linhas (id, {', '.join(nullable)}) values (2, {', '.join(['null'] * len(nullable))})")

    rows, _, _ = read(context_of(database.url, {"fields": ["id", *names]}))

    told = dict(zip(types, [rows[0][name] for name in names], strict=True))
    assert told == {kind: text for kind, (_, text) in types.items()}
    assert {rows[1][name] for name in nullable} == {None}


def test_every_type_of_postgres_keeps_its_text(postgresql: Database) -> None:
    _of_every_type(postgresql, POSTGRES_TYPES, "")


def test_every_type_of_mariadb_keeps_its_text(mysql: Database) -> None:
    _of_every_type(mysql, MARIADB_TYPES, "set statement sql_mode='' for")


def test_a_nested_field_is_json(server: Database) -> None:
    server.create(
        "linhas", "id integer primary key, nome json", """1, '{"b": 1.50, "a": [1]}'""", "2, '\"x\"'", "3, null"
    )

    rows, _, _ = read(context_of(server.url, {"fields": ["id"], "nested": ["nome"]}))

    assert [row["nome"] for row in rows] == ['{"a":[1],"b":1.50}', '"x"', None]


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"table": "nenhuma"}, PermanentSourceError, "fonte.linhas: the database refuses ("),
        (
            {"table": None, "query": "select 1 as id from"},
            PermanentSourceError,
            "the database refuses (ProgrammingError",
        ),
        (
            {"write": {"mode": "merge", "key": ["nome"]}, "fields": ["nome"]},
            PermanentSourceError,
            "the database refuses (",
        ),
    ],
    ids=["no table", "bad query", "no key column"],
)
def test_a_statement_that_cannot_be_run_fails_for_good(
    server: Database, change: dict[str, Any], kind: type[LagoaError], message: str
) -> None:
    server.create("linhas", "id integer primary key")

    with pytest.raises(LagoaError) as caught:
        read(context_of(server.url, change))

    assert type(caught.value) is kind
    assert message in str(caught.value)


def test_a_wrong_password_fails_for_good_and_is_not_shown(server: Database) -> None:
    with pytest.raises(PermanentSourceError) as caught:
        read(context_of(server.url.set(password="segredo-errado"), {}))  # pragma: allowlist secret

    assert "segredo" not in str(caught.value)


def test_a_host_that_does_not_answer_may_later(server: Database) -> None:
    with pytest.raises(TransientSourceError, match="the database could not be read") as caught:
        read(context_of(server.url.set(port=free_port()), {}))

    assert str(server.url.password) not in str(caught.value)


def at_address(written: str) -> None:
    """Try to use an address as a spec has it."""
    known = context_of(URL.create("sqlite", database="x"), {})
    connection = known.spec.connection.model_copy(update={"base_url": written})
    engine_of(replace(known, spec=known.spec.model_copy(update={"connection": connection})))


@pytest.mark.parametrize(
    ("written", "driver", "package"),
    [
        ("mssql", "mssql+pymssql", "pymssql"),
        ("mssql+pyodbc", "mssql+pyodbc", "pyodbc"),
        ("oracle", "oracle+oracledb", "oracledb"),
        ("duckdb", "duckdb", "duckdb-engine"),
        ("mysql+mysqldb", "mysql+mysqldb", "mysqlclient"),
    ],
)
def test_a_driver_that_is_not_installed_is_told_with_its_package(written: str, driver: str, package: str) -> None:
    with pytest.raises(ConfigError) as failed:
        at_address(f"{written}://u:segredo@127.0.0.1:1521/x")  # pragma: allowlist secret
    assert str(failed.value) == (
        f"fonte: connection.base_url: found {driver}://, whose driver is not installed, expected the package "
        f"{package}. Add it to requirements.in, then `make lock` and `make setup`."
    )


@pytest.mark.parametrize("driver", ["psycopg", "pg8000", "asyncpg"])
def test_of_postgres_one_driver_alone_is_used(driver: str) -> None:
    with pytest.raises(ConfigError) as refused:
        at_address(f"postgresql+{driver}://h/x")
    assert str(refused.value) == (
        f"fonte: connection.base_url: found postgresql+{driver}://, expected postgresql://: of Postgres only psycopg2 "
        "gives every value as it is written. Correct it."
    )


def test_a_driver_that_does_not_exist_is_told() -> None:
    with pytest.raises(
        ConfigError, match=r"found sqlite\+nada://, a driver that SQLAlchemy does not know, expected one"
    ):
        at_address("sqlite+nada:///x")


def test_an_address_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ConfigError, match=r"the address cannot be used \(\w+\), expected one such as"):
        at_address("postgresql://h:porta/x")


def test_nothing_can_be_written(database: Database) -> None:
    five(database)
    connector = SqlConnector(context_of(database.url, {}))

    with begin(connector.engine) as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("delete from linhas"))

    rows, _, _ = read(context_of(database.url, {}))
    assert len(rows) == 5
    assert type(told(caught.value, "fonte.linhas")) is PermanentSourceError


def test_rows_that_come_while_they_are_read_wait_for_the_next_run(server: Database) -> None:
    five(server)

    with SqlConnector(context_of(server.url, {})) as connector:
        reading = connector.read({})
        batches = reading.batches()
        first = next(batches)
        server.run("insert into linhas values (4, 'novo'), (99, 'novo')")
        rest = list(batches)

    assert [row["id"] for batch in [first, *rest] for row in batch.table.to_pylist()] == ["1", "2", "3", "9", "10"]
    assert reading.slice == Slice(asked={}, announced=5, received=5)


def test_a_connection_that_breaks_goes_on_behind_the_last_row(server: Database) -> None:
    is_mysql = server.url.get_backend_name() == "mysql"
    letter = "char" if is_mysql else "chr"
    values = ", ".join(f"({number}, repeat({letter}({97 + number % 26}), 2000))" for number in range(6000))
    server.create("linhas", "id integer primary key, nome varchar(2000)")
    server.run(f"insert into linhas values {values}")

    with SqlConnector(context_of(server.url, {"chunk_rows": 100})) as connector:
        rows: list[str] = []
        reading = connector.read({})
        for batch in reading.batches():
            rows += batch.table.column("id").to_pylist()
            if len(rows) == 300:
                _end_the_others(server, is_mysql)

    assert rows == [str(number) for number in range(6000)]
    assert reading.slice == Slice(asked={}, announced=6000, received=6000)


def test_rows_that_came_stand_when_the_database_stays_away(server: Database) -> None:
    is_mysql = server.url.get_backend_name() == "mysql"
    letter = "char" if is_mysql else "chr"
    server.create("linhas", "id integer primary key, nome varchar(2000)")
    server.run(f"insert into linhas values {', '.join(f'({n}, repeat({letter}(97), 2000))' for n in range(6000))}")

    with SqlConnector(context_of(server.url, {"chunk_rows": 100}, attempts=1)) as connector:
        reading = connector.read({})
        batches = reading.batches()
        first = next(batches)
        _end_the_others(server, is_mysql)
        with pytest.raises(Interrupted):
            list(batches)

    assert first.position is not None
    rest, _, _ = read(context_of(server.url, {}), resume=Resume(first.position, 100, None))
    assert [row["id"] for row in rest] == [str(number) for number in range(100, 6000)]


def _end_the_others(server: Database, is_mysql: bool) -> None:
    """End every other connection to the database."""
    url = server.url.set(drivername="mysql+pymysql" if is_mysql else "postgresql+psycopg2")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    listed = "select id from information_schema.processlist where id <> connection_id()"
    if not is_mysql:
        listed = "select pid from pg_stat_activity where state like 'idle in %' and pid <> pg_backend_pid()"
    with engine.connect() as connection:
        others = connection.execute(text(listed)).scalars().all()
        assert others
        for number in others:
            connection.execute(text(f"kill {number}" if is_mysql else f"select pg_terminate_backend({number})"))
    engine.dispose()


def test_a_secret_that_is_not_set_is_named(postgresql: Database) -> None:
    context = context_of(postgresql.url, {})
    bare = Context(context.spec, context.name, Settings(sources="live"), {})

    with pytest.raises(ConfigError, match="LAGOA_SECRET_"):
        read(bare)
    assert os.environ.get("LAGOA_SECRET_SENHA") is None
