"""SIAPE's public files: four members a month, sentinels, a footnote, names that are public by law."""

import csv
import gzip
import io
from datetime import date
from pathlib import Path

import pytest
from tests.specs.conftest import answer, arm, extracted, loaded, query

from lagoa.errors import ContractError, PermanentSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated.federal_bodies import bodies
from lagoa.simulator.generated.servant_columns import HEADERS
from lagoa.simulator.generated.servants import functions
from lagoa.simulator.generated.servants import rows as generated_rows
from lagoa.sources.spec import load_specs

MEMBERS = {
    "cadastro": "Cadastro",
    "remuneracao": "Remuneracao",
    "afastamentos": "Afastamentos",
    "observacoes": "Observacoes",
}
MONTHS = {"202607": date(2026, 7, 1), "202608": date(2026, 8, 1)}


@pytest.mark.parametrize("resource", MEMBERS)
def test_a_member_comes_whole_for_every_month(generated: Settings, resource: str) -> None:
    manifest, rows = extracted(generated, "siape", resource)
    expected = [
        (*row, month)
        for month, first in MONTHS.items()
        for row in generated_rows(generated.simulator_seed, generated.simulator_scale, MEMBERS[resource], first)
    ]
    assert sorted(tuple(row.values()) for row in rows) == sorted(expected)
    assert [item.asked["competencia"] for item in manifest.slices] == list(MONTHS)


def test_the_footnote_is_no_servant(generated: Settings) -> None:
    _, rows = extracted(generated, "siape", "remuneracao")
    assert all(row["id_servidor_portal"].isdigit() for row in rows)
    assert not any(row["ano"].startswith("(*)") for row in rows)


def test_pay_has_a_column_of_its_own_for_each_published_one(generated: Settings) -> None:
    resource = load_specs(generated.home / "include" / "sources")["siape"].resources["remuneracao"]
    assert len(resource.fields) == len(set(resource.fields)) == len(HEADERS["Remuneracao"])


def test_what_is_not_known_arrives_as_the_source_writes_it(generated: Settings) -> None:
    _, rows = extracted(generated, "siape", "cadastro")
    functions_only = [row for row in rows if row["COD_TIPO_VINCULO"] == "1"]
    assert {(row["DESCRICAO_CARGO"], row["NIVEL_CARGO"]) for row in functions_only} == {("Sem informação", "-1")}
    assert {row["CODIGO_ATIVIDADE"] for row in rows} >= {"-1", "-3"}


def test_servants_work_where_the_other_sources_spend(generated: Settings) -> None:
    _, rows = extracted(generated, "siape", "cadastro")
    uorgs = {f"{ug.orgao.codigo}{int(ug.siorg):09}" for ug in bodies()[1]}
    assert {row["COD_UORG_LOTACAO"] for row in rows} <= uorgs
    assert all(row["CPF"].startswith("***.") and row["CPF"].endswith("-**") for row in rows)


def test_a_month_is_replaced_as_a_whole(generated: Settings) -> None:
    first = loaded(generated, "siape", "afastamentos")["afastamentos"]
    again = loaded(generated, "siape", "afastamentos")["afastamentos"]
    assert (again.inserted, again.deleted, again.rows_after) == (0, 0, first.rows_after)
    assert query(generated, "select distinct competencia from bronze.siape__afastamentos order by 1") == [
        {"competencia": month} for month in MONTHS
    ]


def test_a_month_that_is_not_published_is_a_web_page_with_status_200(generated: Settings) -> None:
    page = answer(generated, "/siape/download-de-dados/servidores/202612_Servidores_SIAPE")
    assert (page.status_code, page.text[:15]) == (200, "<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        ("html_instead_of_zip", PermanentSourceError, "HTML page"),
        ("missing_column", ContractError, "found 'MES' as column 1, expected 'ANO'"),
    ],
)
def test_a_spoiled_file_fails_and_says_why(generated: Settings, fault: str, error: type[Exception], told: str) -> None:
    arm(generated, {"source": "siape", "fault": fault})
    with pytest.raises(error, match=told):
        extracted(generated, "siape", "remuneracao")


def test_the_recorded_register_comes_whole(recorded: Settings, real_data: Path) -> None:
    text = gzip.decompress((real_data / "siape" / "201901_Cadastro_ufob.csv.gz").read_bytes()).decode("utf-8")
    header, *expected = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    _, rows = extracted(recorded, "siape", "cadastro")
    assert [[row[name] for name in header] for row in rows] == expected
    assert {row["competencia"] for row in rows} == {"201901"}


def test_the_recorded_functions_come_whole(recorded: Settings, real_data: Path) -> None:
    text = gzip.decompress((real_data / "siape" / "funcao_historico.csv.gz").read_bytes()).decode("latin-1")
    header, *expected = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    _, rows = extracted(recorded, "siape_ufob", "funcoes")
    assert [[row[name] for name in header] for row in rows] == expected


def test_functions_come_whole(generated: Settings) -> None:
    _, rows = extracted(generated, "siape_ufob", "funcoes")
    expected = list(functions(generated.simulator_seed, generated.simulator_scale))
    assert [tuple(row.values()) for row in rows] == expected
