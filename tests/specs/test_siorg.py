"""SIORG: bodies, the tree of units and kinds of posts; codes as URIs."""

import pytest
from tests.specs.conftest import answer, arm, at_edition, extracted, loaded, query

from lagoa.errors import ContractError
from lagoa.settings import Settings
from lagoa.simulator.generated import compras_documents, siorg_units
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federation import federation
from lagoa.sources.spec import load_agency

URI = f"{siorg_units.BASE}/unidade-organizacional/"
STRUCTURE = "/siorg/doc/estrutura-organizacional/resumida"


def tree(settings: Settings, edition: str = EDITIONS[-1]) -> tuple[siorg_units.Unit, ...]:
    return siorg_units.units(settings.simulator_seed, settings.simulator_scale, edition)


def test_bodies_come_as_generated(generated: Settings) -> None:
    _, rows = extracted(generated, "siorg", "orgaos")
    bodies = {orgao.siorg for orgao in federation(generated.simulator_seed, generated.simulator_scale).orgaos}
    assert {row["codigoUnidade"].removeprefix(URI) for row in rows} == bodies | {str(siorg_units.ROOT)}


def test_the_units_of_the_agency_come_once_each(generated: Settings) -> None:
    own = load_agency(generated.home / "include" / "agencies", generated.agency)["siorg_orgaos"]
    loaded(generated, "siorg", "unidades")
    rows = query(generated, "select codigo_unidade, nome from bronze.siorg__unidades where _deleted_at is null")
    wanted = {unit.code: unit.name for code in own for unit in siorg_units.below(tree(generated), int(code))}
    assert {int(row["codigo_unidade"].removeprefix(URI)): row["nome"] for row in rows} == wanted
    assert len(rows) == len(wanted)


def test_kinds_of_posts_keep_what_is_nested(generated: Settings) -> None:
    _, rows = extracted(generated, "siorg", "cargos")
    assert {row["sigla"] for row in rows} == {each["sigla"] for each in siorg_units.posts()}
    assert all(row["cargosFuncoes"].startswith("[{") for row in rows)


def test_every_unit_hangs_on_another(generated: Settings) -> None:
    for edition in EDITIONS:
        units = tree(generated, edition)
        codes = [unit.code for unit in units]
        assert len(set(codes)) == len(codes)
        assert [unit.code for unit in units if unit.parent not in codes] == [siorg_units.ROOT]


def test_every_federal_uasg_has_its_unit(generated: Settings) -> None:
    codes = {str(unit.code) for unit in tree(generated)}
    made = compras_documents.uasgs(generated.simulator_seed, generated.simulator_scale)
    assert {each["codigoSiorg"] for each in made if each["codigoSiorg"]} <= codes


def test_other_powers_and_unknown_units_are_empty(generated: Settings) -> None:
    assert answer(generated, STRUCTURE, codigoPoder=2, codigoEsfera=1).json() == {"unidades": []}
    assert answer(generated, STRUCTURE, codigoUnidade=1).json() == {"unidades": []}
    assert answer(generated, STRUCTURE, codigoUnidade="MEC").status_code == 400


def test_editions_bring_rename_and_end_units(generated: Settings) -> None:
    first, last = ({unit.code: unit.name for unit in siorg_units.units(1, 1.0, edition)} for edition in EDITIONS[::2])
    assert last.keys() - first.keys()
    assert first.keys() - last.keys()
    assert [code for code in first.keys() & last.keys() if first[code] != last[code]]


def test_bronze_follows_the_editions(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, "siorg", edition)
        loaded(generated, "siorg", "unidades")
    test_the_units_of_the_agency_come_once_each(generated)


@pytest.mark.parametrize("resource", ["orgaos", "cargos"])
def test_a_missing_field_fails(generated: Settings, resource: str) -> None:
    arm(generated, {"source": "siorg", "fault": "missing_field"})
    with pytest.raises(ContractError):
        extracted(generated, "siorg", resource)
