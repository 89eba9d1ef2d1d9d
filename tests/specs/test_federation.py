"""The federal core: sources agree on each contract, commitment and plan, and the labelled truth is kept."""

import math
from collections import Counter, defaultdict
from datetime import date

import pytest

from lagoa.simulator.generated import pncp_contracts, siorg_units, ted
from lagoa.simulator.generated.calendar import EDITIONS, REFERENCE
from lagoa.simulator.generated.compras_documents import contracts as compras_contracts
from lagoa.simulator.generated.contract_states import contract_states, listed_commitments
from lagoa.simulator.generated.federation import Federation, Ug, federation

SEED = 20261120
SCALE = 1.0
LAST = EDITIONS[-1]


@pytest.fixture(scope="module")
def whole() -> Federation:
    return federation(SEED, SCALE)


def test_the_same_seed_gives_the_same_federation(whole: Federation) -> None:
    federation.cache_clear()
    assert federation(SEED, SCALE) == whole
    assert federation(SEED + 1, SCALE).contracts != whole.contracts


def test_a_larger_scale_has_more_of_the_same_bodies(whole: Federation) -> None:
    larger = federation(SEED, SCALE * 3)
    assert (larger.orgaos, larger.ugs) == (whole.orgaos, whole.ugs)
    assert len(larger.contracts) == 3 * len(whole.contracts)


def test_codes_have_the_form_that_the_sources_write(whole: Federation) -> None:
    assert all(len(ug.codigo) == 6 and len(ug.gestao) == 5 for ug in whole.ugs)
    assert all(len(each.cnpj) == 14 for each in (*whole.orgaos, *whole.ugs))
    assert all(len(made.documento) == 23 for made in whole.commitments)
    assert all(made.documento == f"{made.ug.codigo}{made.ug.gestao}{made.numero}" for made in whole.commitments)


def test_keys_are_keys(whole: Federation) -> None:
    for keys in (
        [orgao.codigo for orgao in whole.orgaos],
        [orgao.siorg for orgao in whole.orgaos],
        [ug.codigo for ug in whole.ugs],
        [supplier.documento for supplier in whole.suppliers],
        [contract.id for contract in whole.contracts],
        [(contract.ug.codigo, contract.numero) for contract in whole.contracts],
        [made.documento for made in whole.commitments],
        [plan.id for plan in whole.plans],
        [plan.numero_transferencia for plan in whole.plans if plan.numero_transferencia],
    ):
        assert len(set(keys)) == len(keys)


def test_everything_refers_to_what_exists(whole: Federation) -> None:
    contracts = {contract.id: contract for contract in whole.contracts}
    plans = {plan.id: plan for plan in whole.plans}
    for made in whole.commitments:
        assert made.ug in whole.ugs
        assert made.pago_cents <= made.liquidado_cents <= made.valor_cents
        for contract_id in made.contract_ids:
            assert contracts[contract_id].ug == made.ug
            assert contracts[contract_id].supplier == made.supplier
            assert contracts[contract_id].data_assinatura <= made.data_emissao
        if made.plan_id is not None:
            assert plans[made.plan_id].descentralizada == made.ug
            assert plans[made.plan_id].inicio <= made.data_emissao
    assert {contract.supplier for contract in whole.contracts} <= set(whole.suppliers)


def test_the_true_links_are_those_of_the_commitments_and_their_shares_make_one(whole: Federation) -> None:
    expected = {
        *((made.documento, "contrato", target) for made in whole.commitments for target in made.contract_ids),
        *((made.documento, "ted", made.plan_id) for made in whole.commitments if made.plan_id is not None),
    }
    assert {(link.documento, link.kind, link.target_id) for link in whole.links} == expected
    shares: defaultdict[tuple[str, str], float] = defaultdict(float)
    for link in whole.links:
        shares[link.documento, link.kind] += link.share
    assert all(math.isclose(share, 1.0) for share in shares.values())
    assert {len(made.contract_ids) for made in whole.commitments} >= {0, 1, 2}


def test_texts_name_what_they_pay_for_mostly_but_not_always(whole: Federation) -> None:
    transfers = {plan.id: plan.numero_transferencia for plan in whole.plans}
    contracts = {contract.id: contract for contract in whole.contracts}
    of_plans = [made for made in whole.commitments if made.plan_id is not None and not made.contract_ids]
    named = [
        made
        for made in of_plans
        if transfers[made.plan_id or 0] in made.observacao or str(made.plan_id) in made.observacao
    ]
    assert 0.8 < len(named) / len(of_plans) < 1
    of_contracts = [made for made in whole.commitments if len(made.contract_ids) == 1 and made.plan_id is None]
    exact = [made for made in of_contracts if contracts[made.contract_ids[0]].numero in made.observacao]
    assert 0.15 < len(exact) / len(of_contracts) < 0.7


def test_numbers_of_a_unit_rise_with_the_day_and_have_gaps(whole: Federation) -> None:
    by_unit: defaultdict[tuple[str, int], list[tuple[date, int]]] = defaultdict(list)
    for made in whole.commitments:
        by_unit[made.ug.codigo, made.ano].append((made.data_emissao, int(made.numero[-6:])))
    for group in by_unit.values():
        numbers = [number for _, number in sorted(group)]
        assert numbers == sorted(numbers)
    assert any(max(number for _, number in group) > len(group) for group in by_unit.values())


def test_values_are_skewed_and_the_year_end_is_busy(whole: Federation) -> None:
    values = sorted(contract.valor_global_cents for contract in whole.contracts)
    assert sum(values) / len(values) > 1.2 * values[len(values) // 2]
    months = Counter(contract.data_assinatura.month for contract in whole.contracts)
    assert months[12] > len(whole.contracts) / 12
    assert max(contract.data_assinatura for contract in whole.contracts) < REFERENCE


def test_contratos_compras_and_pncp_show_the_same_contracts(whole: Federation) -> None:
    states = contract_states(SEED, SCALE, LAST)
    compras = {contract.id: document for contract, document in compras_contracts(SEED, SCALE, LAST)}
    assert compras.keys() == states.keys()
    pncp = {each["sequencialContrato"]: each for each in pncp_contracts.contracts(SEED, SCALE, LAST)}
    assert pncp.keys() <= states.keys()
    for key, document in pncp.items():
        contract = states[key].contract
        assert document["niFornecedor"] == compras[key]["niFornecedor"] == contract.supplier.documento
        assert document["numeroContratoEmpenho"] == compras[key]["numeroContrato"] == contract.numero
        assert document["valorGlobal"] == compras[key]["valorGlobal"] == states[key].valor_global_cents / 100
        assert document["unidadeOrgao"]["codigoUnidade"] == contract.ug.codigo
        if compras[key]["numeroControlePncpContrato"]:
            assert document["numeroControlePNCP"] == compras[key]["numeroControlePncpContrato"]


def test_what_contratos_lists_are_true_links_though_not_all(whole: Federation) -> None:
    truth = {(link.documento, link.target_id) for link in whole.links if link.kind == "contrato"}
    listed = {
        (made.documento, contract_id)
        for contract_id, found in listed_commitments(SEED, SCALE, LAST).items()
        for _, made in found
    }
    assert listed < truth
    assert len(listed) > 0.85 * len(truth)


def test_credit_notes_and_commitments_of_a_plan_meet_at_its_executor(whole: Federation) -> None:
    plans = {plan.id: plan for plan in whole.plans}
    favoured: defaultdict[int, set[Ug]] = defaultdict(set)
    for note in ted.notes(SEED, SCALE, LAST):
        if note.lines[0][0] == ted.GRANT:
            favoured[note.plan.id].add(note.favoured)
    for made in whole.commitments:
        if made.plan_id in favoured:
            assert made.ug in favoured[made.plan_id]
    partners = ted.partners_of(SEED, SCALE)
    for note in ted.notes(SEED, SCALE, LAST):
        assert note.plan == plans[note.plan.id]
        reached = {note.plan.descentralizada, partners.get(note.plan.id, note.plan.descentralizada)}
        assert {note.issuer, note.favoured} - reached == {note.plan.descentralizadora}


def test_some_credit_and_money_reaches_a_unit_of_another_body_than_the_executors(whole: Federation) -> None:
    for made in (ted.notes, ted.programmings):
        passed = [
            note
            for note in made(SEED, SCALE, LAST)
            if note.favoured not in (note.plan.descentralizada, note.plan.descentralizadora)
        ]
        assert 5 < len(passed) < len(whole.plans) / 3
        assert all(note.favoured.orgao != note.plan.descentralizada.orgao for note in passed)


def test_every_unit_of_the_federation_is_in_siorg(whole: Federation) -> None:
    codes = {str(unit.code) for unit in siorg_units.units(SEED, SCALE, LAST)}
    assert {ug.siorg for ug in whole.ugs} | {orgao.siorg for orgao in whole.orgaos} <= codes
