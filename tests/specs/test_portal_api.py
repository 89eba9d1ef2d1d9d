"""The Portal's API: a key, fifteen records a page, and no word on how many there are."""

from collections import Counter
from typing import Any

import pytest
from tests.specs.conftest import Row, answer, arm, control, extracted

from lagoa.errors import TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated import portal_records
from lagoa.simulator.generated.calendar import closes
from lagoa.simulator.generated.federation import federation
from lagoa.sources.spec import load_agency, load_specs

TODAY = closes("2026-11-01").date()
KEY = {"chave-api-dados": "simulated-chave_portal_transparencia"}
PAGE_SIZE = 15


def agency(settings: Settings) -> Any:
    return load_agency(settings.home / "include" / "agencies", settings.agency)


def amendments(settings: Settings) -> list[Row]:
    seed, scale = settings.simulator_seed, settings.simulator_scale
    return [
        record
        for year in agency(settings)["exercicios"]
        for record in portal_records.amendments(seed, scale, int(year), TODAY)
    ]


def test_amendments_come_whole_over_all_pages(generated: Settings) -> None:
    manifest, rows = extracted(generated, "portal_api", "emendas")
    expected = [{name: str(value) for name, value in record.items()} for record in amendments(generated)]
    assert sorted(rows, key=str) == sorted(expected, key=str)
    assert manifest.announced is None


def test_the_walk_ends_with_the_first_empty_page(generated: Settings) -> None:
    manifest, _ = extracted(generated, "portal_api", "emendas")
    pages = sum(-(-item.received // PAGE_SIZE) + 1 for item in manifest.slices)
    asked = control(generated, "GET", "requests")["portal_api"]["paths"]["/api-de-dados/emendas"]
    assert asked == {"200": pages}


def test_spending_by_body_is_the_federation_s(generated: Settings) -> None:
    _, rows = extracted(generated, "portal_api", "despesas_por_orgao")
    committed = Counter[tuple[str, str]]()
    for made in federation(generated.simulator_seed, generated.simulator_scale).commitments:
        if str(made.ano) in agency(generated)["exercicios"]:
            committed[str(made.ano), made.ug.orgao.codigo] += made.valor_cents
    told = {(row["ano"], row["codigoOrgao"]): int(row["empenhado"].replace(".", "").replace(",", "")) for row in rows}
    assert told == committed


def test_contracts_come_for_each_body_of_the_agency(generated: Settings) -> None:
    _, rows = extracted(generated, "portal_api", "contratos")
    own = agency(generated)["orgaos_siafi"]
    expected = {
        str(contract.id + 700_000_000)
        for contract in federation(generated.simulator_seed, generated.simulator_scale).contracts
        if contract.ug.orgao.codigo in own and contract.data_assinatura.year >= 2022
    }
    assert {row["id"] for row in rows} == expected
    assert expected


def test_a_wrong_key_is_refused(generated: Settings) -> None:
    assert answer(generated, "/portal_api/api-de-dados/emendas", ano=2025).status_code == 401


def test_a_short_page_before_others_is_noticed(generated: Settings) -> None:
    arm(generated, {"source": "portal_api", "fault": "short_page", "times": 1})
    with pytest.raises(TransientSourceError, match=r"page 1 held 12 records and was not the last, expected 15"):
        extracted(generated, "portal_api", "emendas")


@pytest.mark.parametrize(("hour", "limit"), [(0, 700), (5, 700), (6, 400), (23, 400)])
def test_more_is_asked_for_at_night(generated: Settings, hour: int, limit: int) -> None:
    connection = load_specs(generated.home / "include" / "sources")["portal_api"].connection
    assert connection.requests_per_minute_at(hour) == limit
