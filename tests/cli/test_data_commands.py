"""The commands on data, run as a person would run them."""

import csv
import io
import json
from collections.abc import Callable, Iterator

import httpx
import pytest
import typer
from tests.lake.conftest import own_database
from tests.serving import simulating
from typer.testing import CliRunner

from lagoa.cli import data
from lagoa.errors import ConfigError, LagoaError
from lagoa.lake.run import spec_of
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec


@pytest.fixture(scope="module")
def installation(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An empty lakehouse and a simulator of generated data."""
    raw = tmp_path_factory.mktemp("raw")
    with (
        own_database(postgres, "lagoa_commands", raw, simulator_scale=0.05) as lakehouse,
        simulating(lakehouse) as settings,
    ):
        yield settings


Invoke = Callable[..., str]


@pytest.fixture
def lagoa(installation: Settings, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Runs `lagoa <arguments>` and gives what it wrote; a failure is raised."""
    app = typer.Typer()
    data.register(app)
    monkeypatch.setattr(Settings, "load", classmethod(lambda _: installation))
    monkeypatch.setattr(data.console, "width", 200)

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=True)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return invoke


# --- ingest and replay


def test_ingest_brings_every_resource_of_a_source_and_the_second_time_changes_nothing(lagoa: Invoke) -> None:
    first = lagoa("ingest", "ibge")
    assert cells(first, "ibge__estados") == ["ibge__estados", "27", "27", "0", "0", "0", "27"]
    places = cells(first, "ibge__municipios")[1]
    assert cells(first, "ibge__municipios") == ["ibge__municipios", places, places, "0", "0", "0", places]
    again = lagoa("ingest", "ibge")
    assert [cells(again, "ibge__estados")[2:5], cells(again, "ibge__municipios")[2:5]] == [["0", "0", "0"]] * 2
    rebuilt = lagoa("replay", "ibge")
    assert cells(rebuilt, "ibge__estados") == ["ibge__estados", "54", "27", "0", "0", "27", "27"]


def cells(output: str, table: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if f"│ {table} " in line]
    return [cell.strip() for cell in line.strip("│ \n").split("│")]


def test_ingest_takes_one_resource_only(lagoa: Invoke) -> None:
    output = lagoa("ingest", "transferegov", "--resource", "programa_especial")
    assert "transferegov__programa_especial" in output
    assert "finalidade" not in output


def test_ingest_brings_parents_before_their_children_in_whatever_order_the_spec_has_them(
    lagoa: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turned_round(settings: Settings, source: str) -> SourceSpec:
        spec = spec_of(settings, source)
        names = ("fornecedor", "contratos")
        return spec.model_copy(update={"resources": {name: spec.resources[name] for name in names}})

    monkeypatch.setattr("lagoa.lake.run.spec_of", turned_round)
    output = lagoa("ingest", "compras")
    assert cells(output, "compras__fornecedor")[1] != "0"


def test_an_ingestion_that_was_broken_off_goes_on(lagoa: Invoke, installation: Settings) -> None:
    resource = ("ingest", "pncp", "--resource", "contratacoes", "--full")
    control = f"{installation.simulator_base}/_simulator"

    def requests() -> int:
        counted = httpx.get(f"{control}/requests", timeout=10).json()
        httpx.delete(f"{control}/requests", timeout=10)
        return int(counted["pncp"]["total"])

    requests()
    whole = cells(lagoa(*resource), "pncp__contratacoes")
    asked_in_all = requests()
    fault = {"source": "pncp", "fault": "http_500_text", "path_contains": "contratacoes", "after": asked_in_all // 2}
    httpx.put(f"{control}/faults", json=[fault], timeout=10).raise_for_status()
    try:
        with pytest.raises(LagoaError, match="answered 500"):
            lagoa(*resource)
    finally:
        httpx.delete(f"{control}/faults", timeout=10)
    requests()
    assert cells(lagoa(*resource), "pncp__contratacoes")[-1] == whole[-1]
    assert 0 < requests() < asked_in_all
    lagoa(*resource)
    assert requests() == asked_in_all


def test_ingest_refuses_a_shrink_until_it_is_accepted(lagoa: Invoke, installation: Settings) -> None:
    resource = ("ingest", "transferegov", "--resource", "finalidade_especial")
    lagoa(*resource)
    fault = {"source": "transferegov", "fault": "half_rows", "path_contains": "finalidade"}
    url = f"{installation.simulator_base}/_simulator/faults"
    httpx.put(url, json=[fault], timeout=10).raise_for_status()
    try:
        with pytest.raises(Exception, match=r"rows are gone \(50%\), expected at most 10%") as refused:
            lagoa(*resource)
        assert "--accept-shrink" in str(refused.value)
        accepted = cells(lagoa(*resource, "--accept-shrink"), "transferegov__finalidade_especial")
        assert int(accepted[4].replace(",", "")) > 0
    finally:
        httpx.delete(url, timeout=10)


def test_an_unknown_source_is_told_with_those_there_are(lagoa: Invoke) -> None:
    for command in ("ingest", "replay"):
        with pytest.raises(ConfigError) as wrong:
            lagoa(command, "nada")
        assert str(wrong.value).startswith("source: found 'nada', expected one of: bcb, ")


def test_an_unknown_resource_is_told_with_those_there_are(lagoa: Invoke) -> None:
    with pytest.raises(ConfigError) as wrong:
        lagoa("ingest", "ibge", "--resource", "paises")
    assert str(wrong.value) == "ibge: found resource 'paises', expected one of: estados, municipios. Choose one."


def test_an_unknown_run_is_told(lagoa: Invoke) -> None:
    with pytest.raises(ConfigError, match="replay: found no run 'x' of bcb, expected one such as none at all"):
        lagoa("replay", "bcb", "--run", "x")


# --- sql

QUERY = "select 1 as um, 'São [red]João[/]; \"x\"' as texto, null as nada, 0.10::numeric as valor"


def test_sql_shows_a_table(lagoa: Invoke) -> None:
    output = lagoa("sql", QUERY)
    (line,) = [line for line in output.splitlines() if "João" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == ["1", 'São [red]João[/]; "x"', "", "0.10"]


def test_sql_writes_csv(lagoa: Invoke) -> None:
    assert list(csv.reader(io.StringIO(lagoa("sql", QUERY, "--format", "csv")))) == [
        ["um", "texto", "nada", "valor"],
        ["1", 'São [red]João[/]; "x"', "", "0.10"],
    ]


def test_sql_writes_json(lagoa: Invoke) -> None:
    assert json.loads(lagoa("sql", QUERY, "--format", "json")) == [
        {"um": 1, "texto": 'São [red]João[/]; "x"', "nada": None, "valor": "0.10"}
    ]


@pytest.mark.parametrize("role", ["lagoa_admin", "etl_user", "dbt_user", "publisher", "superset_reader"])
def test_sql_asks_as_the_role_that_is_named_and_as_the_reader_by_default(lagoa: Invoke, role: str) -> None:
    asked = ("sql", "select current_user::text as quem", "--format", "json")
    assert json.loads(lagoa(*asked, "--role", role)) == [{"quem": role}]
    assert json.loads(lagoa(*asked)) == [{"quem": "superset_reader"}]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("create table gold.x (a int)", "cannot execute CREATE TABLE in a read-only transaction"),
        ("delete from ops.loads", "permission denied for"),
        ("set transaction read write; create table gold.x (a int)", "permission denied for schema gold"),
        ("create temp table x (a int)", "cannot execute CREATE TABLE in a read-only transaction"),
        ("select * from bronze.ibge__estados", "permission denied for schema bronze"),
        ("selec 1", "syntax error at or near"),
    ],
)
def test_sql_as_the_reader_refuses_what_it_may_not_do(lagoa: Invoke, query: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=f"^sql as superset_reader: .*{reason}"):
        lagoa("sql", query)


def test_sql_as_another_role_writes_what_it_may(lagoa: Invoke) -> None:
    lagoa("sql", "create table bronze.by_hand (a int); insert into bronze.by_hand values (7)", "--role", "etl_user")
    assert json.loads(lagoa("sql", "table bronze.by_hand", "--role", "dbt_user", "--format", "json")) == [{"a": 7}]
    assert lagoa("sql", "drop table bronze.by_hand", "--role", "etl_user").strip("\n┏┓└┘") == ""


def test_a_database_that_is_not_there_is_told(
    lagoa: Invoke, installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = installation.model_copy(update={"postgres_port": 1})
    monkeypatch.setattr(Settings, "load", classmethod(lambda _: nowhere))
    with pytest.raises(ConfigError) as wrong:
        lagoa("sql", "select 1")
    assert str(wrong.value) == (
        "sql as superset_reader: no database at 127.0.0.1:1, or it does not let the role in. See `lagoa status`."
    )
