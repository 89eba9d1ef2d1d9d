"""The recorded story, edition by edition through the engine, against what the recorded files say by themselves.

What is expected is computed here from the files with the standard library alone.
"""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from lagoa.lake.bronze import load
from lagoa.lake.load_result import LoadResult
from lagoa.lake.naming import bronze_name
from lagoa.lake.replay import replay_source
from lagoa.lake.run import extract_resource, spec_of
from lagoa.settings import Settings

SOURCES = {"pncp": 4, "transferegov": 2, "portal_transparencia": 2, "ibge": 1, "bcb": 1}
"""Editions of each source, told in their order and then the last one once more."""
MUNICIPALITIES = {"3106200", "3205309", "3304557", "3550308"}
Content = dict[str, Any]
Edition = dict[tuple[str | None, ...], Content]
Counts = tuple[int, int, int, int]
"""New, changed, gone, unchanged."""


@dataclass
class Story:
    """What the loads did, by source and resource and then by edition, and the lakehouse that they filled."""

    settings: Settings
    told: dict[str, list[LoadResult]]

    def counts(self, table: str) -> list[Counts]:
        """What each run did to a table."""
        return [(load.inserted, load.updated, load.deleted, load.unchanged) for load in self.told[table]]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """What the administrator's query returns."""
        connection = psycopg2.connect(self.settings.dsn("lagoa_admin"))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()
        finally:
            connection.close()

    def rows(self, table: str) -> list[Content]:
        """All rows of a table as objects."""
        listed = self.query(f"select to_jsonb(t) from bronze.{table} as t")
        return [row for (row,) in listed]


@pytest.fixture(scope="module")
def story(recorded_lakehouse: Settings) -> Story:
    told: dict[str, list[LoadResult]] = {}
    for source, editions in SOURCES.items():
        spec = spec_of(recorded_lakehouse, source)
        for run, edition in enumerate([*range(1, editions + 1), editions], 1):
            url = f"{recorded_lakehouse.simulator_base}/_simulator/editions"
            httpx.put(url, json={source: edition}, timeout=30).raise_for_status()
            for name in spec.resources:
                manifest = extract_resource(recorded_lakehouse, source, name, f"run-{run}", full=True)
                told.setdefault(spec.table(name), []).append(load(spec, manifest, settings=recorded_lakehouse))
    return Story(recorded_lakehouse, told)


# --- what the files say


def purchases(folder: Path) -> list[Edition]:
    """PNCP: of each recorded scope the newest file up to the edition's date, for the agency's scope, as texts."""
    files = sorted(folder.glob("pncp/contratacoes_*.json.gz"), key=dated)
    dates = sorted({dated(path) for path in files})
    editions = []
    for date in dates:
        newest = {path.name.rsplit("_", 1)[0]: path for path in files if dated(path) <= date}
        edition: Edition = {}
        for path in newest.values():
            for record in json.loads(gzip.decompress(path.read_bytes()), parse_float=str, parse_int=str):
                if record["modalidadeId"] == "6" and record["unidadeOrgao"]["codigoIbge"] in MUNICIPALITIES:
                    edition[(record["numeroControlePNCP"],)] = record
        editions.append(edition)
    return editions


def transfers(folder: Path, name: str, key: list[str]) -> list[Edition]:
    """TransfereGov: the two dated files, or the only one for both editions; an empty cell is a null."""
    paths = sorted(folder.glob(f"transferegov/especiais_{name}_????-??-??.csv.gz"), key=dated)
    editions: list[Edition] = []
    for path in paths:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
        rows = [
            {name: cell or None for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))
        ]
        editions.append({tuple(row[name] for name in key): row for row in rows})
    return editions if len(editions) == 2 else editions * 2


def budget(folder: Path, year: int, date: str) -> Counter[tuple[str, ...]]:
    """The rows of a yearly file, in no order."""
    path = folder / f"portal_transparencia/orcamento_despesa/{year}_OrcamentoDespesa_{date}.zip"
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode("latin-1")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    next(rows)
    return Counter(tuple(row) for row in rows)


def dated(path: Path) -> str:
    return path.name.split(".")[0].rsplit("_", 1)[1]


def expected(editions: list[Edition]) -> tuple[list[Counts], dict[tuple[str | None, ...], tuple[int, bool, str]]]:
    """What each edition did (the last one comes twice); and of each key its version, whether it is gone, its run."""
    counts: list[Counts] = []
    rows: dict[tuple[str | None, ...], tuple[int, bool, str]] = {}
    contents: Edition = {}
    before: Edition = {}
    for run, edition in enumerate([*editions, editions[-1]], 1):
        new = changed = 0
        for key, content in edition.items():
            version, gone, _ = rows.get(key, (0, False, ""))
            differs = contents.get(key) != content
            if version == 0:
                new += 1
            elif differs or gone:
                changed += 1
            if differs or gone:
                rows[key] = (version + differs, False, f"run-{run}")
        vanished = before.keys() - edition.keys()
        rows |= {key: (rows[key][0], True, f"run-{run}") for key in vanished}
        counts.append((new, changed, len(vanished), len(edition) - new - changed))
        contents |= edition
        before = edition
    return counts, rows


def as_listed(rows: Iterable[Content], key: list[str]) -> dict[tuple[str | None, ...], tuple[int, bool, str]]:
    return {
        tuple(row[name] for name in key): (row["_row_version"], row["_deleted_at"] is not None, row["_run_id"])
        for row in rows
    }


# --- PNCP


def test_pncp_tells_every_change_and_the_one_deletion_row_by_row(story: Story, real_data: Path) -> None:
    editions = purchases(real_data)
    counts, versions = expected(editions)
    assert story.counts("pncp__contratacoes") == counts
    rows = story.rows("pncp__contratacoes")
    assert as_listed(rows, ["numero_controle_pncp"]) == versions


def test_pncp_changed_as_the_recorded_facts_say(story: Story, real_data: Path) -> None:
    first, second, third, fourth = purchases(real_data)
    rio = {key for key in first if key[0].startswith("42498733000148-") or is_of(first[key], "3304557")}
    assert sum(first[key] != second[key] for key in rio) == 34
    assert first.keys() - second.keys() == {("27142058000126-1-000255/2026",)}
    assert len(third.keys() - second.keys()) == 549
    assert sum(third[key] != fourth.get(key) for key in third if is_of(third[key], "3304557")) == 10
    gone = [row["numero_controle_pncp"] for row in story.rows("pncp__contratacoes") if row["_deleted_at"]]
    assert gone == ["27142058000126-1-000255/2026"]


def is_of(record: Content, municipality: str) -> bool:
    return bool(record["unidadeOrgao"]["codigoIbge"] == municipality)


def test_pncp_rows_hold_what_the_last_edition_says_value_by_value(story: Story, real_data: Path) -> None:
    last = purchases(real_data)[-1]
    found = {(row["numero_controle_pncp"],): row for row in story.rows("pncp__contratacoes") if not row["_deleted_at"]}
    assert found.keys() == last.keys()
    for key, record in last.items():
        for name, value in record.items():
            stored = found[key][bronze_name(name)]
            if isinstance(value, dict | list):
                assert texts(stored) == value, (key, name)
            else:
                assert stored == ({True: "true", False: "false"}[value] if isinstance(value, bool) else value)


def texts(value: Any) -> Any:
    """Nested JSON with its numbers as texts."""
    return json.loads(json.dumps(value), parse_int=str, parse_float=str)


# --- TransfereGov

TRANSFERS = {
    "programa_especial": ("programa", ["id_programa"]),
    "ordem_pagamento_ordem_bancaria_especial": ("ordem_pagamento", ["id_op_ob"]),
    "historico_pagamento_especial": ("historico_pagamento", ["id_historico_op_ob"]),
    "finalidade_especial": (
        "finalidade",
        ["id_executor", "cd_area_politica_publica_tipo_pt", "cd_area_politica_publica_pt"],
    ),
    "relatorio_gestao_novo_especial": ("relatorio_gestao_novo", ["id_relatorio_gestao_novo"]),
}


@pytest.mark.parametrize("resource", TRANSFERS)
def test_transferegov_tells_every_change_row_by_row(story: Story, real_data: Path, resource: str) -> None:
    file, key = TRANSFERS[resource]
    editions = transfers(real_data, file, key)
    counts, versions = expected(editions)
    table = f"transferegov__{resource}"
    assert story.counts(table) == counts
    rows = story.rows(table)
    assert as_listed(rows, key) == versions
    shown = {tuple(row[name] for name in key): row for row in rows if not row["_deleted_at"]}
    names = list(next(iter(editions[-1].values())))
    assert {at: {name: row[name] or None for name in names} for at, row in shown.items()} == editions[-1]


@pytest.mark.parametrize(
    ("resource", "second"),
    [
        ("programa_especial", (0, 1, 0, 12)),
        ("finalidade_especial", (6155, 0, 1631, 61803)),
        ("relatorio_gestao_novo_especial", (36, 39, 0, 5047)),
        ("historico_pagamento_especial", (0, 0, 0, 30596)),
    ],
)
def test_transferegov_changed_as_the_recorded_facts_say(story: Story, resource: str, second: Counts) -> None:
    assert story.counts(f"transferegov__{resource}")[1] == second


def test_three_hundred_thousand_stays_as_it_was_written(story: Story) -> None:
    listed = story.query(
        "select count(*) from bronze.transferegov__relatorio_gestao_novo_especial"
        " where valor_executado_relatorio_gestao_novo = '3e+05'"
    )
    assert listed[0][0] > 0


# --- Portal da Transparência


def test_the_budget_of_2025_is_replaced_line_by_line_and_that_of_2024_stays(story: Story, real_data: Path) -> None:
    old, new = budget(real_data, 2025, "2025-10-31"), budget(real_data, 2025, "2025-11-13")
    assert budget(real_data, 2024, "2025-10-31") == budget(real_data, 2024, "2025-11-13")
    kept = (old & new).total()
    first, second, third = story.told["portal_transparencia__orcamento_despesa"]
    others = first.rows_after - old.total()
    assert (second.inserted, second.updated, second.deleted) == (new.total() - kept, 0, old.total() - kept)
    assert second.unchanged == others + kept
    assert (third.changed, third.rows_after) == (0, others + new.total())
    by_run = dict(
        story.query(
            "select _run_id, count(*) from bronze.portal_transparencia__orcamento_despesa"
            " where exercicio = '2025' group by 1"
        )
    )
    assert by_run == {"run-1": kept, "run-2": new.total() - kept}
    assert story.query(
        "select distinct _run_id, _row_version, _deleted_at from bronze.portal_transparencia__orcamento_despesa"
        " where exercicio = '2024'"
    ) == [("run-1", 1, None)]


@pytest.mark.parametrize("year", [2014, 2018, 2024, 2025])
def test_the_budget_holds_every_line_as_often_as_the_file(story: Story, real_data: Path, year: int) -> None:
    spec = spec_of(story.settings, "portal_transparencia").resources["orcamento_despesa"]
    columns = ", ".join(bronze_name(field) for field in spec.fields)
    stored = story.query(
        f"select {columns} from bronze.portal_transparencia__orcamento_despesa where exercicio = '{year}'"
    )
    assert Counter(stored) == budget(real_data, year, "2025-11-13")


# --- places and prices


@pytest.mark.parametrize(("table", "rows"), [("ibge__estados", 27), ("ibge__municipios", 5570), ("bcb__ipca", 60)])
def test_what_has_one_edition_is_loaded_once(story: Story, table: str, rows: int) -> None:
    assert story.counts(table) == [(rows, 0, 0, 0), (0, 0, 0, rows)]


def test_prices_are_as_written(story: Story, real_data: Path) -> None:
    months = json.loads((real_data / "bcb/sgs_433_ipca_2020_2024.json").read_bytes())
    assert sorted(story.query("select data, valor from bronze.bcb__ipca")) == sorted(
        (month["data"], month["valor"]) for month in months
    )


# --- once more


def whole(story: Story, source: str) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Every table of a source with every column of every row, the metadata too."""
    for table in (each for each in story.told if each.startswith(f"{source}__")):
        yield table, story.query(f"select md5(t::text), _row_hash from bronze.{table} as t order by 1, 2")


@pytest.mark.parametrize("source", SOURCES)
def test_replaying_a_source_rebuilds_the_same_rows_ids_and_times(story: Story, source: str) -> None:
    """Rows come back whole: `_load_id`, `_loaded_at` and `_deleted_at` as well, and so does what the ledger says."""
    before = dict(whole(story, source))
    ledger = f"select to_jsonb(l) from ops.loads as l where source = '{source}' order by load_id"
    state = f"select resource, state from ops.resource_state where source = '{source}' order by 1"
    changes = "select * from ops.schema_changes order by id"
    told = [story.query(each) for each in (ledger, state, changes)]
    results = replay_source(story.settings, spec_of(story.settings, source))
    assert dict(whole(story, source)) == before
    assert [story.query(each) for each in (ledger, state, changes)] == told
    assert {result.table: result.inserted for result in results} == {
        table: sum(load.inserted for load in loads)
        for table, loads in story.told.items()
        if table.startswith(f"{source}__")
    }
