"""TransfereGov's new API: envelope, 200 a page, 422 above, a moment of refresh."""

import math

import pytest
from tests.specs.conftest import Row, answer, arm, at_edition, control, extracted, loaded, query

from lagoa.errors import ContractError, TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated import special_plans
from lagoa.simulator.generated.calendar import EDITIONS

BASE = "/transferegov_api/especiais"
KEYS = {
    "planos_acao_especiais": "id_plano_acao",
    "beneficiarios_especiais": "id_beneficiario",
    "executores_especiais": "id_executor",
    "empenhos_especiais": "id_empenho",
    "meta_especiais": "id_meta",
    "planos_acao_historico_especiais": "id_historico_plano_acao",
}


def table(settings: Settings, name: str, edition: str = EDITIONS[-1]) -> list[Row]:
    made = special_plans.table(settings.simulator_seed, settings.simulator_scale, name, edition)
    names = [column.name for column in made.columns]
    return [dict(zip(names, row, strict=True)) for row in made.rows]


def as_written(row: Row) -> Row:
    """Text as the raw zone keeps it; amounts as numbers, whose literal may differ."""
    return {
        name: None if cell is None else float(cell) if name.startswith(("vl_", "valor_")) else str(cell)
        for name, cell in row.items()
    }


@pytest.mark.parametrize("name", KEYS)
def test_each_table_comes_as_generated(generated: Settings, name: str) -> None:
    manifest, rows = extracted(generated, "transferegov_api", name)
    wanted = {str(row[KEYS[name]]): as_written(row) for row in table(generated, name)}
    found = {
        row[KEYS[name]]: as_written({**row, "email_camara": None} if "email_camara" in row else row) for row in rows
    }
    assert found == wanted
    assert manifest.announced == len(rows)


def test_pages_of_200_are_asked_for_and_no_more(generated: Settings) -> None:
    _, rows = extracted(generated, "transferegov_api", "planos_acao_historico_especiais")
    paths = control(generated, "GET", "requests")["transferegov_api"]["paths"]
    assert paths == {"/especiais/planos_acao_historico_especiais": {"200": math.ceil(len(rows) / 200)}}


def test_201_a_page_is_a_422_that_says_so(generated: Settings) -> None:
    refused = answer(generated, f"{BASE}/planos_acao_especiais", pagina=1, tamanho_da_pagina=201)
    assert refused.status_code == 422
    (problem,) = refused.json()["detail"]
    assert (problem["loc"], problem["ctx"]) == (["query", "tamanho_da_pagina"], {"le": 200})
    assert answer(generated, f"{BASE}/planos_acao_especiais", pagina=0).status_code == 422


def test_the_envelope_and_the_filters(generated: Settings) -> None:
    body = answer(
        generated, f"{BASE}/planos_acao_especiais", pagina=2, tamanho_da_pagina=30, ano_plano_acao=2024
    ).json()
    rows = [row for row in table(generated, "planos_acao_especiais") if row["ano_plano_acao"] == 2024]
    assert {key: body[key] for key in body if key != "data"} == {
        "total_pages": math.ceil(len(rows) / 30),
        "total_items": len(rows),
        "page_number": 2,
        "page_size": 30,
    }
    assert [row["id_plano_acao"] for row in body["data"]] == [row["id_plano_acao"] for row in rows[30:60]]


def test_the_moment_of_refresh_follows_the_edition(generated: Settings) -> None:
    at_edition(generated, "transferegov_api", 1)
    assert answer(generated, f"{BASE}/data-atualizacao").json() == {"data_atualizacao": f"{EDITIONS[0]}T06:00:00"}


def test_bronze_follows_the_editions(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, "transferegov_api", edition)
        loaded(generated, "transferegov_api", "planos_acao_especiais")
    columns = "id_plano_acao, situacao_plano_acao"
    rows = query(
        generated, f"select {columns} from bronze.transferegov_api__planos_acao_especiais where _deleted_at is null"
    )
    wanted = table(generated, "planos_acao_especiais")
    assert {tuple(row.values()) for row in rows} == {
        (str(row["id_plano_acao"]), row["situacao_plano_acao"]) for row in wanted
    }


def test_executors_targets_and_commitments_belong_to_plans(generated: Settings) -> None:
    plans = {row["id_plano_acao"] for row in table(generated, "planos_acao_especiais")}
    executors = {row["id_executor"] for row in table(generated, "executores_especiais")}
    assert {row["id_plano_acao"] for row in table(generated, "empenhos_especiais")} <= plans
    assert {row["id_executor"] for row in table(generated, "meta_especiais")} == executors


def test_every_plan_has_one_beneficiary_whose_cnpj_is_its_executors(generated: Settings) -> None:
    beneficiaries = {row["id_beneficiario"]: row for row in table(generated, "beneficiarios_especiais")}
    assert len(beneficiaries) == len(table(generated, "beneficiarios_especiais"))
    plans = {row["id_plano_acao"]: row["id_beneficiario"] for row in table(generated, "planos_acao_especiais")}
    assert set(plans.values()) == set(beneficiaries)
    for executor in table(generated, "executores_especiais"):
        beneficiary = beneficiaries[plans[executor["id_plano_acao"]]]
        assert beneficiary["cnpj_beneficiario"] == executor["cnpj_executor"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("missing_field", ContractError),
        ("short_page", TransientSourceError),
        ("overlapping_pages", TransientSourceError),
    ],
    ids=str,
)
def test_damaged_pages_fail(generated: Settings, fault: str, error: type[Exception]) -> None:
    arm(generated, {"source": "transferegov_api", "fault": fault})
    with pytest.raises(error):
        extracted(generated, "transferegov_api", "planos_acao_historico_especiais")
