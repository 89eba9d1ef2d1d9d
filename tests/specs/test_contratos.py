"""Contratos.gov.br: contracts of the agency's UGs, and what lies below each."""

import re

import pytest
from tests.specs.conftest import (
    Row,
    answer,
    arm,
    at_edition,
    control,
    extracted,
    loaded,
    query,
    simulated_lakehouse,
)

from lagoa.errors import ContractError
from lagoa.settings import Settings
from lagoa.simulator.contratos import Ledger, ledger
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federation import Federation, federation
from lagoa.sources.spec import load_agency

CHILDREN = ("empenhos", "faturas", "cronograma", "historico", "itens", "terceirizados")
MOST_REQUESTS = 400


def truth(settings: Settings, edition: str = EDITIONS[-1]) -> Ledger:
    return ledger(settings.simulator_seed, settings.simulator_scale, edition)


def core(settings: Settings) -> Federation:
    return federation(settings.simulator_seed, settings.simulator_scale)


def own_ugs(settings: Settings) -> list[str]:
    return load_agency(settings.home / "include" / "agencies", settings.agency)["ugs"]


def of_the_agency(settings: Settings, *, active: bool) -> list[Row]:
    return [each for ug in own_ugs(settings) for each in truth(settings).contracts(ug, active=active)]


@pytest.mark.parametrize(("resource", "active"), [("contratos", True), ("contratos_inativos", False)])
def test_the_contracts_of_each_ug_come_whole(generated: Settings, resource: str, active: bool) -> None:
    manifest, rows = extracted(generated, "contratos", resource)
    expected = {(str(each["id"]), each["valor_global"]) for each in of_the_agency(generated, active=active)}
    assert {(row["id"], row["valor_global"]) for row in rows} == expected
    assert [item.asked["ug"] for item in manifest.slices] == own_ugs(generated)
    assert manifest.announced is None


@pytest.mark.parametrize("kind", CHILDREN)
def test_what_lies_below_a_contract_comes_with_its_number(generated: Settings, kind: str) -> None:
    loaded(generated, "contratos", "contratos", "contratos_inativos")
    _, rows = extracted(generated, "contratos", kind)
    expected = {
        (str(each["id"]), str(child["id"]))
        for active in (True, False)
        for each in of_the_agency(generated, active=active)
        for child in truth(generated).children(each["id"], kind) or []
    }
    assert {(row["contrato_id"], row["id"]) for row in rows} == expected
    assert expected


def test_contracts_that_all_have_nothing_fail_the_run(generated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(generated, "contratos", "contratos", "contratos_inativos")
    monkeypatch.setattr(Ledger, "children", lambda *_: [])
    for kind in CHILDREN:
        if kind == "terceirizados":
            assert extracted(generated, "contratos", kind)[1] == []  # few contracts have any
            continue
        with pytest.raises(ContractError, match=rf"contratos\.{kind}: \d+ of \d+ parents have no record"):
            extracted(generated, "contratos", kind)


def test_a_commitment_does_not_tell_its_contract(generated: Settings) -> None:
    contract = next(contract_id for contract_id in truth(generated).commitments)
    (first, *_) = answer(generated, f"/contratos/api/contrato/{contract}/empenhos").json()
    assert "contrato_id" not in first
    assert re.fullmatch(r"20\d\dNE\d{6}", first["numero"])


def test_money_is_brazilian_text_and_bodies_are_nested(generated: Settings) -> None:
    ug = core(generated).contracts[0].ug
    shown = answer(generated, f"/contratos/api/contrato/ug/{ug.codigo}").json()
    shown += answer(generated, f"/contratos/api/contrato/inativo/ug/{ug.codigo}").json()
    assert all(re.fullmatch(r"\d{1,3}(\.\d{3})*,\d\d", each["valor_global"]) for each in shown)
    assert {each["contratante"]["orgao"]["unidade_gestora"]["codigo"] for each in shown} == {ug.codigo}
    assert {each["contratante"]["orgao"]["codigo"] for each in shown} == {ug.orgao.codigo}


def test_dates_may_be_empty_or_invalid(generated: Settings) -> None:
    states = truth(generated).states
    shown = [row for ug in core(generated).ugs for row in truth(generated).contracts(ug.codigo, active=True)]
    assert any(row["data_publicacao"] in (None, "0000-00-00") for row in shown)
    assert {row["vigencia_fim"] for row in shown if states[row["id"]].contract.vigencia_fim is None} <= {None}


def test_a_unit_without_contracts_and_an_unknown_contract_answer_as_they_do(generated: Settings) -> None:
    assert answer(generated, "/contratos/api/contrato/ug/999999").json() == []
    assert answer(generated, "/contratos/api/contrato/1/empenhos").status_code == 404


def test_cpf_name_and_salary_of_workers_do_not_reach_the_raw_zone(generated: Settings) -> None:
    shown = [
        worker
        for contract_id in truth(generated).states
        for worker in answer(generated, f"/contratos/api/contrato/{contract_id}/terceirizados").json()
    ]
    assert all(re.match(r"\d{3}\.\d{3}\.\d{3}-\d\d - [A-Z ]+$", worker["usuario"]) for worker in shown)
    loaded(generated, "contratos", "contratos", "contratos_inativos")
    _, rows = extracted(generated, "contratos", "terceirizados")
    assert rows
    assert {row.get("salario") for row in rows} == {None}
    assert not any(re.search(r"\d{3}\.\d{3}\.\d{3}-\d\d", str(value)) for row in rows for value in row.values())
    people = {worker["usuario"] for worker in shown}
    assert not any(value in people for row in rows for value in row.values())


def test_later_editions_bring_restate_and_delete(generated: Settings) -> None:
    first, last = truth(generated, EDITIONS[0]), truth(generated)
    amended = [
        key
        for key, state in first.states.items()
        if key in last.states and last.states[key].valor_global_cents != state.valor_global_cents
    ]
    assert set(last.states) - set(first.states)
    assert amended
    invoices = {
        key: {row["id"]: row for row in first.children(key, "faturas") or []}
        for key in first.states.keys() & last.states.keys()
    }
    later = {key: {row["id"]: row for row in last.children(key, "faturas") or []} for key in invoices}
    assert any(found.keys() - later[key].keys() for key, found in invoices.items())
    assert any(
        row["situacao"] != later[key][number]["situacao"]
        for key, found in invoices.items()
        for number, row in found.items()
        if number in later[key]
    )


def test_bronze_follows_the_editions(generated: Settings) -> None:
    at_edition(generated, "contratos", 1)
    loaded(generated, "contratos", "contratos", "contratos_inativos")
    at_edition(generated, "contratos", "last")
    loaded(generated, "contratos", "contratos", "contratos_inativos")
    rows = query(generated, "select id, valor_global from bronze.contratos__contratos where _deleted_at is null")
    expected = {(str(each["id"]), each["valor_global"]) for each in of_the_agency(generated, active=True)}
    assert {(row["id"], row["valor_global"]) for row in rows} == expected


def test_what_was_paid_for_a_contract_stands_after_its_end(
    postgres: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A contract leaves the list of the active ones; its invoices do not vanish, and the last ones come, too."""
    update = {"agency": "demo", "simulator_scale": 0.5}  # smaller, none ends from one edition to the next
    with simulated_lakehouse(postgres, "lagoa_contracts_end", tmp_path_factory, **update) as settings:
        first, last = (ledger(settings.simulator_seed, 0.5, edition) for edition in (EDITIONS[0], EDITIONS[-1]))
        ugs = {str(state.contract.ug.codigo) for state in first.states.values()}
        active = {row["id"] for ug in ugs for row in first.contracts(ug, active=True)}
        ended = {row["id"]: ug for ug in ugs for row in last.contracts(ug, active=False) if row["id"] in active}
        of_ended = settings.model_copy(update={"agency_values": {"ugs": ",".join(sorted(set(ended.values())))}})
        for edition, full in ((1, True), ("last", False)):
            at_edition(of_ended, "contratos", edition)
            loaded(of_ended, "contratos", "contratos", "contratos_inativos", "faturas", full=full)
        rows = query(of_ended, "select contrato_id, id from bronze.contratos__faturas where _deleted_at is null")
    expected = {(str(key), str(invoice["id"])) for key in ended for invoice in last.children(key, "faturas") or []}
    assert expected
    assert expected <= {(row["contrato_id"], row["id"]) for row in rows}


def test_the_demo_asks_little(generated: Settings) -> None:
    whole = ledger(generated.simulator_seed, 1.0, EDITIONS[-1])
    shown = sum(len(whole.contracts(ug, active=active)) for ug in own_ugs(generated) for active in (True, False))
    assert shown * len(CHILDREN) + 2 * len(own_ugs(generated)) <= MOST_REQUESTS


def test_each_contract_is_asked_for_once_a_kind_and_an_ended_one_when_it_changed(generated: Settings) -> None:
    loaded(generated, "contratos", "contratos", "contratos_inativos", "faturas")
    control(generated, "DELETE", "requests")
    extracted(generated, "contratos", "faturas", full=False)
    paths = control(generated, "GET", "requests")["contratos"]["paths"]
    active = of_the_agency(generated, active=True)
    assert paths == {f"/api/contrato/{each['id']}/faturas": {"200": 1} for each in active}
    assert of_the_agency(generated, active=False)


@pytest.mark.parametrize(
    ("fault", "resource"), [("missing_field", "contratos"), ("duplicated_key", "contratos")], ids=str
)
def test_damaged_answers_fail(generated: Settings, fault: str, resource: str) -> None:
    arm(generated, {"source": "contratos", "fault": fault})
    with pytest.raises(ContractError):
        loaded(generated, "contratos", resource)
