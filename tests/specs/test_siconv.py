"""SICONV's bulk dump: whole tables every day, columns that come, rows that go."""

from datetime import date

import pytest
from tests.specs.conftest import arm, at_edition, extracted, loaded, query

from lagoa.errors import ContractError, PermanentSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated import agreement_rows
from lagoa.simulator.generated.agreement_columns import CONVENIO_ADDED
from lagoa.simulator.generated.agreements import Transfers, transfers
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federal_bodies import bodies
from lagoa.simulator.generated.places import places

TABLES = {
    "programas": "programa",
    "propostas": "proposta",
    "convenios": "convenio",
    "emendas": "emenda",
    "desembolsos": "desembolso",
    "termos_aditivos": "termo_aditivo",
}


def truth(settings: Settings) -> Transfers:
    return transfers(settings.simulator_seed, settings.simulator_scale)


@pytest.mark.parametrize("resource", TABLES)
def test_a_dump_comes_whole_and_by_name(generated: Settings, resource: str) -> None:
    manifest, rows = extracted(generated, "siconv", resource)
    seed, scale, table = generated.simulator_seed, generated.simulator_scale, TABLES[resource]
    header = agreement_rows.header(table, EDITIONS[-1])
    expected = [dict(zip(header, row, strict=True)) for row in agreement_rows.rows(seed, scale, table, EDITIONS[-1])]
    assert rows == [{name: row[name] for name in rows[0]} for row in expected]
    assert set(rows[0]) == set(header)
    assert [item.received for item in manifest.slices] == [len(expected)]


def test_a_byte_order_mark_is_no_part_of_the_first_name(generated: Settings) -> None:
    at_edition(generated, "siconv", 1)
    without, _ = extracted(generated, "siconv", "propostas")
    at_edition(generated, "siconv", 2)
    with_mark, _ = extracted(generated, "siconv", "propostas")
    assert without.fields == with_mark.fields
    assert without.fields[0] == "ID_PROPOSTA"


def test_a_text_may_hold_a_line_end(generated: Settings) -> None:
    _, rows = extracted(generated, "siconv", "termos_aditivos")
    assert {row["JUSTIFICATIVA_TA"] for row in rows} == {"Atraso na licitação; obra\nem andamento"}


def test_columns_that_come_in_the_middle_are_noted_and_move_no_value(generated: Settings) -> None:
    at_edition(generated, "siconv", 1)
    loaded(generated, "siconv", "convenios")
    (noted,) = query(generated, "select coalesce(max(id), 0) as last from ops.schema_changes")
    for edition in (2, "last"):
        at_edition(generated, "siconv", edition)
        loaded(generated, "siconv", "convenios")
    changes = query(
        generated,
        "select column_name from ops.schema_changes where id > %s and source = 'siconv'"
        " and resource = 'convenios' and change in ('added', 'returned')",
        noted["last"],
    )
    assert {row["column_name"].upper() for row in changes} == {
        name for added in CONVENIO_ADDED for names in added.values() for name in names
    }
    (row,) = query(
        generated,
        "select count(*) as all_rows, count(nullif(dias_clausula_suspensiva, '')) as suspended,"
        " count(vl_saldo_conta) as with_balance, bool_and(vl_global_conv ~ '^[0-9]+,[0-9]{2}$') as is_money"
        " from bronze.siconv__convenios where _deleted_at is null",
    )
    agreements = [each for each in truth(generated).agreements if each.signed <= date(2026, 11, 1)]
    assert row == {
        "all_rows": len(agreements),
        "suspended": sum(each.suspended is not None for each in agreements),
        "with_balance": len(agreements),
        "is_money": True,
    }


def test_what_vanished_from_the_dump_is_marked(generated: Settings) -> None:
    seed, scale = generated.simulator_seed, generated.simulator_scale
    before, after = (
        {row[0] for row in agreement_rows.rows(seed, scale, "proposta", edition)} for edition in EDITIONS[1:]
    )
    for edition in (2, "last"):
        at_edition(generated, "siconv", edition)
        loaded(generated, "siconv", "propostas")
    gone = query(generated, "select id_proposta from bronze.siconv__propostas where _deleted_at is not null")
    assert {row["id_proposta"] for row in gone} == before - after
    assert before - after


def test_agreements_meet_the_other_sources(generated: Settings) -> None:
    _, agreements = extracted(generated, "siconv", "convenios")
    _, proposals = extracted(generated, "siconv", "propostas")
    assert {row["UG_EMITENTE"] for row in agreements} <= {ug.codigo for ug in bodies()[1]}
    assert {row["ID_PROPOSTA"] for row in agreements} <= {row["ID_PROPOSTA"] for row in proposals}
    codes = {str(place.code) for place in places(generated.simulator_seed)}
    assert {row["COD_MUNIC_IBGE"] for row in proposals} <= codes


def test_an_html_page_in_place_of_a_dump_is_refused(generated: Settings) -> None:
    arm(generated, {"source": "siconv", "fault": "html_instead_of_zip"})
    with pytest.raises(PermanentSourceError, match="HTML page"):
        extracted(generated, "siconv", "emendas")


def test_a_declared_column_that_is_missing_is_named(generated: Settings) -> None:
    arm(generated, {"source": "siconv", "fault": "missing_column", "field": "VL_GLOBAL_CONV"})
    with pytest.raises(ContractError, match="missing column VL_GLOBAL_CONV"):
        extracted(generated, "siconv", "convenios")
