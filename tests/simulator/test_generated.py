"""Generated data repeats itself, holds together across sources and looks like the real thing."""

import re
from collections import Counter
from decimal import Decimal

import pytest

from lagoa.simulator.catalog import TRANSFER_TABLES
from lagoa.simulator.facts import UFS
from lagoa.simulator.generated import budget
from lagoa.simulator.generated.agencies import cnpj
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.catalog import GeneratedCatalog
from lagoa.simulator.generated.draw import share_out
from lagoa.simulator.generated.places import check_digit
from lagoa.simulator.generated.transfers import literal

SEED = 20261120
FIRST, SECOND, LAST = EDITIONS


@pytest.fixture(scope="module")
def catalog() -> GeneratedCatalog:
    return GeneratedCatalog(SEED, 1)


def everything(catalog: GeneratedCatalog, edition: str) -> list[object]:
    return [
        [catalog.budget_zip(year, edition) for year in catalog.budget_years()],
        list(catalog.purchases(edition)),
        [list(catalog.transfers(table, edition).rows) for table in TRANSFER_TABLES],
        catalog.states(edition),
        catalog.municipalities(edition),
        catalog.ipca(edition),
    ]


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_the_same_seed_gives_the_same_data_byte_for_byte(catalog: GeneratedCatalog) -> None:
    assert everything(catalog, SECOND) == everything(GeneratedCatalog(SEED, 1), SECOND)


def test_another_seed_gives_other_data(catalog: GeneratedCatalog) -> None:
    mine, other = everything(catalog, LAST), everything(GeneratedCatalog(1, 1), LAST)

    assert [a == b for a, b in zip(mine, other, strict=True)] == [False, False, False, True, False, True]


def test_the_scale_is_the_number_of_rows() -> None:
    small, large = GeneratedCatalog(SEED, 0.5), GeneratedCatalog(SEED, 2)
    order = "ordem_pagamento_ordem_bancaria_especial"

    assert len(list(small.transfers(order, LAST).rows)) == 1500
    assert len(list(large.transfers(order, LAST).rows)) == 6000
    assert len(list(small.purchases(LAST))) == pytest.approx(750, rel=0.02)
    assert len(list(large.purchases(LAST))) == pytest.approx(3000, rel=0.02)


def test_the_budget_has_the_quirks_of_the_portal(catalog: GeneratedCatalog) -> None:
    rows = list(budget.rows(SEED, 1, 2025, LAST))

    assert len(rows) == pytest.approx(6000, rel=0.05)
    assert {len(row) for row in rows} == {26}
    assert any(count > 1 for count in Counter(rows).values())
    assert any(row[21].startswith("-") for row in rows)
    assert all(re.fullmatch(r"-?\d+,\d\d", cell) for row in rows for cell in row[21:25])
    assert all(re.fullmatch(r"\d+,\d\d%", row[25]) for row in rows)
    assert {"01", "00"} <= {row[19] for row in rows}
    assert all(re.fullmatch(r"\d{5}", row[1]) for row in rows)
    assert "".join(sorted({letter for row in rows for letter in row[2]})).encode("latin-1")


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_a_closed_year_is_executed_to_85_to_97_percent(year: int) -> None:
    rows = [[money(cell) for cell in row[21:25]] for row in budget.rows(SEED, 1, year, LAST)]
    initial, updated, committed, paid = (sum(column) for column in zip(*rows, strict=True))

    assert Decimal("4.5e12") < initial < Decimal("5.5e12")
    assert Decimal("0.85") < committed / updated < Decimal("0.97")
    assert Decimal("0.85") < paid / committed < Decimal("0.97")
    assert all(paid <= committed for _, _, committed, paid in rows)


def test_the_sources_speak_of_the_same_places(catalog: GeneratedCatalog) -> None:
    places = {place["id"]: place for place in catalog.municipalities(LAST)}
    purchases = list(catalog.purchases(LAST))
    bought = {(int(p["unidadeOrgao"]["codigoIbge"]), p["unidadeOrgao"]["municipioNome"]) for p in purchases}

    assert all(places[code]["nome"] == name for code, name in bought)
    assert len(bought) == 40
    assert {p["unidadeOrgao"]["ufSigla"] for p in purchases} == {uf.sigla for uf in UFS}
    assert {p["modalidadeId"] for p in purchases} == {4, 6, 8, 9}
    assert 0.1 < sum(p["valorTotalEstimado"] == 0 for p in purchases) / len(purchases) < 0.2
    assert all(
        p["valorTotalHomologado"] <= p["valorTotalEstimado"]
        for p in purchases
        if p["valorTotalHomologado"] and p["valorTotalEstimado"]
    )
    assert len({p["numeroControlePNCP"] for p in purchases}) == len(purchases)


def test_every_municipality_code_has_its_check_digit(catalog: GeneratedCatalog) -> None:
    places = catalog.municipalities(LAST)
    codes = [place["id"] for place in places]

    assert [code for code in codes if check_digit(code // 10) != code % 10] == []
    assert len(set(codes)) == len(codes) == 598
    assert {uf.capital_id for uf in UFS} < set(codes)
    assert [place["nome"] for place in places if place["microrregiao"] is None] == ["Boa Esperança do Norte"]


def test_cnpj_check_digits_are_those_of_receita_federal() -> None:
    assert cnpj(42498733) == "42498733000148"  # Município do Rio de Janeiro
    assert cnpj(46395000) == "46395000000139"  # Município de São Paulo


def test_orders_and_their_history_agree(catalog: GeneratedCatalog) -> None:
    orders = {row[0]: row for row in catalog.transfers("ordem_pagamento_ordem_bancaria_especial", LAST).rows}
    history = list(catalog.transfers("historico_pagamento_especial", LAST).rows)
    latest = {row[4]: row[2] for row in history}

    assert latest == {key: row[4] for key, row in orders.items()}
    assert len({row[0] for row in history}) == len(history)
    assert {row[4] for row in orders.values()} > {4, 5}


def test_later_editions_tell_a_story(catalog: GeneratedCatalog) -> None:
    old, new = (
        {purchase["numeroControlePNCP"]: purchase for purchase in catalog.purchases(edition)}
        for edition in (SECOND, LAST)
    )
    changed = [key for key in old.keys() & new.keys() if old[key] != new[key]]

    assert len(new.keys() - old.keys()) > 20
    assert len(old.keys() - new.keys()) == 5
    assert len(changed) > 20
    assert all(old[key]["dataAtualizacaoGlobal"] < new[key]["dataAtualizacaoGlobal"] for key in changed)

    old_areas, new_areas = (
        {(row[0], row[3]) for row in catalog.transfers("finalidade_especial", edition).rows}
        for edition in (SECOND, LAST)
    )
    assert 0 < len(old_areas - new_areas) < 100 < len(new_areas - old_areas)

    old_rows, new_rows = (Counter(budget.rows(SEED, 1, 2025, edition)) for edition in (SECOND, LAST))
    assert 0 < (old_rows - new_rows).total() < (new_rows - old_rows).total() < 400
    assert list(budget.rows(SEED, 1, 2023, SECOND)) != list(budget.rows(SEED, 1, 2023, LAST))
    assert sorted(budget.rows(SEED, 1, 2023, SECOND)) == sorted(budget.rows(SEED, 1, 2023, LAST))

    assert [catalog.ipca(edition)[-1] for edition in EDITIONS] == [
        {"data": "01/08/2026", "valor": "0.10"},
        {"data": "01/09/2026", "valor": "0.35"},
        {"data": "01/09/2026", "valor": "0.36"},
    ]


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (30_000_000, "3e+05"),
        (10_000_000, "1e+05"),
        (15_000_000, "150000"),
        (26_000_000, "260000"),
        (29_268_745, "292687.45"),
        (150_000_000, "1500000"),
        (1_050, "10.5"),
        (0, "0"),
    ],
)
def test_amounts_are_written_as_r_writes_them(cents: int, text: str) -> None:
    assert literal(cents) == text


def test_shares_add_up_to_the_total() -> None:
    assert share_out(100, [1, 1, 1]) == [33, 33, 34]
