"""dadosabertos.compras: pages of 500, mandatory dates, pages that are counted wrongly, types that drift."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.specs.conftest import Row, answer, arm, at_edition, control, extracted, loaded, query

from lagoa.errors import ContractError, TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated import compras_documents as generated_documents
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federation import federation
from lagoa.sources.horizon import BRASILIA
from lagoa.sources.spec import load_agency

UASG = "/compras/modulo-uasg/1_consultarUasg"
CONTRACTS = "/compras/modulo-contratos/1_consultarContratos"


def of_the_agency(settings: Settings, name: str) -> list[Row]:
    own = load_agency(settings.home / "include" / "agencies", settings.agency)["ugs"]
    seed, scale = settings.simulator_seed, settings.simulator_scale
    if name == "contratos":
        made = generated_documents.contracts(seed, scale, EDITIONS[-1])
        return [each for contract, each in made if contract.ug.codigo in own]
    return [
        each
        for contract, _, each in generated_documents.purchases(seed, scale, EDITIONS[-1])
        if contract.ug.codigo in own
    ]


def test_every_uasg_comes_with_its_siorg_code(generated: Settings) -> None:
    manifest, rows = extracted(generated, "compras", "uasg")
    made = generated_documents.uasgs(generated.simulator_seed, generated.simulator_scale)
    assert {row["codigoUasg"]: row["codigoSiorg"] for row in rows} == {
        each["codigoUasg"]: each["codigoSiorg"] for each in made
    }
    assert manifest.announced == len(rows)
    ugs = federation(generated.simulator_seed, generated.simulator_scale).ugs
    assert {ug.codigo: ug.siorg for ug in ugs}.items() <= {
        row["codigoUasg"]: row["codigoSiorg"] for row in rows
    }.items()


@pytest.mark.parametrize(("name", "key"), [("contratos", "numeroContrato"), ("contratacoes", "numeroControlePNCP")])
def test_windows_and_units_bring_everything_once(generated: Settings, name: str, key: str) -> None:
    manifest, rows = extracted(generated, "compras", name)
    wanted = of_the_agency(generated, name)
    assert sorted(row[key] for row in rows) == sorted(each[key] for each in wanted)
    assert manifest.announced == len(wanted)


def test_contracts_that_begin_within_a_year_are_asked_for(generated: Settings) -> None:
    manifest, _ = extracted(generated, "compras", "contratos")
    today = manifest.extracted_at.astimezone(BRASILIA).date()
    last = max(item.asked["dataVigenciaInicialMax"] for item in manifest.slices)
    assert last == (today + timedelta(days=365)).isoformat()


def test_suppliers_are_those_of_the_contracts(generated: Settings) -> None:
    loaded(generated, "compras", "contratos")
    manifest, rows = extracted(generated, "compras", "fornecedor")
    named = {each["niFornecedor"] for each in of_the_agency(generated, "contratos")}
    companies = {each.documento for each in federation(generated.simulator_seed, generated.simulator_scale).companies}
    assert named - companies, "a person, too"
    assert {row["cnpj"] for row in rows} == named & companies
    assert {each.asked["cnpj"] for each in manifest.slices} == named & companies


def test_one_page_is_counted_as_none_and_comes_all_the_same(generated: Settings) -> None:
    contract = of_the_agency(generated, "contratos")[0]
    day = contract["dataVigenciaInicial"][:10]
    body = answer(
        generated, CONTRACTS, dataVigenciaInicialMin=day, dataVigenciaInicialMax=day, tamanhoPagina=500
    ).json()
    assert body["totalPaginas"] == 0
    assert body["totalRegistros"] == len(body["resultado"]) >= 1


def test_dates_are_mandatory_and_at_most_365_days_apart(generated: Settings) -> None:
    assert answer(generated, CONTRACTS).status_code == 400
    first = date(2025, 1, 1)
    for days, status in ((365, 200), (366, 400)):
        asked = {"dataVigenciaInicialMin": first, "dataVigenciaInicialMax": first + timedelta(days=days)}
        assert answer(generated, CONTRACTS, **asked).status_code == status


def test_a_page_holds_500_at_most_and_10_unless_asked(generated: Settings) -> None:
    assert answer(generated, UASG, statusUasg="true", tamanhoPagina=501).status_code == 400
    assert len(answer(generated, UASG, statusUasg="true").json()["resultado"]) == 10


def test_types_drift_between_endpoints(generated: Settings) -> None:
    (unit,) = answer(generated, UASG, statusUasg="true", codigoUasg="153165").json()["resultado"]
    contract = of_the_agency(generated, "contratos")[0]
    assert isinstance(unit["codigoUasg"], str)
    assert isinstance(contract["codigoUnidadeGestora"], int)
    assert isinstance(contract["codigoModalidadeCompra"], str)
    assert unit["cnpjCpfUasg"] == unit["cnpjCpfOrgao"].lstrip("0")


def test_what_was_taken_back_stays_marked(generated: Settings) -> None:
    made = generated_documents.contracts(generated.simulator_seed, 1.0, EDITIONS[-1])
    excluded = [each for _, each in made if each["contratoExcluido"]]
    assert excluded
    assert all(each["dataHoraExclusao"] for each in excluded)


def test_bronze_follows_the_editions(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, "compras", edition)
        loaded(generated, "compras", "contratos")
    rows = query(generated, "select numero_contrato from bronze.compras__contratos where _deleted_at is null")
    assert sorted(row["numero_contrato"] for row in rows) == sorted(
        each["numeroContrato"] for each in of_the_agency(generated, "contratos")
    )


def test_a_page_of_500_is_asked_for(generated: Settings) -> None:
    _, rows = extracted(generated, "compras", "uasg")
    paths = control(generated, "GET", "requests")["compras"]["paths"]
    assert paths == {"/modulo-uasg/1_consultarUasg": {"200": -(-len(rows) // 500)}}


@pytest.mark.parametrize(
    ("fault", "error"), [("missing_field", ContractError), ("short_page", TransientSourceError)], ids=str
)
def test_damaged_pages_fail(generated: Settings, fault: str, error: type[Exception]) -> None:
    arm(generated, {"source": "compras", "fault": fault})
    with pytest.raises(error):
        extracted(generated, "compras", "uasg")


@pytest.mark.parametrize(
    ("name", "path"),
    [("uasg", "modulo-uasg/1_consultarUasg"), ("contratos", "modulo-contratos/1_consultarContratos")],
)
def test_the_recorded_examples_come_as_they_are(recorded: Settings, real_data: Path, name: str, path: str) -> None:
    examples = json.loads((real_data / "compras" / "dadosabertos_compras_api_examples.json").read_bytes())
    (wanted,) = [each["response"]["resultado"] for each in examples if f"/{path}?" in each["request"]]
    _, rows = extracted(recorded, "compras", name)
    assert rows == [
        {key: None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
         for key, value in record.items()}
        for record in wanted
    ]  # fmt: skip
