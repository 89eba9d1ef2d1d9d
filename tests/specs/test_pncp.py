"""PNCP: contratações, contratos and atas from the consulta API."""

import httpx
import pytest
from tests.specs.conftest import Row, answer, at_edition, control, extracted, loaded, query

from lagoa.settings import Settings
from lagoa.simulator.generated import pncp_contracts
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.catalog import GeneratedCatalog
from lagoa.sources.spec import load_agency

BASE = "/pncp/api/consulta/v1"
KEYS = {"contratos": "numeroControlePNCP", "atas": "numeroControlePNCPAta"}


def of_the_agency(settings: Settings, name: str, edition: str = EDITIONS[-1], scale: float | None = None) -> list[Row]:
    own = load_agency(settings.home / "include" / "agencies", settings.agency)["cnpjs"]
    make = {"contratos": pncp_contracts.contracts, "atas": pncp_contracts.price_registers}[name]
    made = make(settings.simulator_seed, scale or settings.simulator_scale, edition)
    return [each for each in made if (each.get("cnpjOrgao") or each["orgaoEntidade"]["cnpj"]) in own]


def test_contratacoes_come_as_generated(generated: Settings) -> None:
    truth = GeneratedCatalog(generated.simulator_seed, generated.simulator_scale).purchases("2026-11-01")
    manifest, rows = extracted(generated, "pncp", "contratacoes")
    assert {row["numeroControlePNCP"] for row in rows} == {each["numeroControlePNCP"] for each in truth}
    assert manifest.announced == len(rows)


@pytest.mark.parametrize("name", KEYS)
def test_contracts_and_registers_of_the_agency_come_as_generated(generated: Settings, name: str) -> None:
    manifest, rows = extracted(generated, "pncp", name)
    wanted = of_the_agency(generated, name)
    assert sorted(row[KEYS[name]] for row in rows) == sorted(each[KEYS[name]] for each in wanted)
    assert manifest.announced == len(wanted)


@pytest.mark.parametrize("name", KEYS)
def test_every_edition_reaches_bronze(generated: Settings, name: str) -> None:
    for edition in (1, "last"):
        at_edition(generated, "pncp", edition)
        loaded(generated, "pncp", name)
    wanted = of_the_agency(generated, name)
    assert wanted
    column = {"contratos": "numero_controle_pncp", "atas": "numero_controle_pncp_ata"}[name]
    changed = "data_atualizacao_global"
    rows = query(
        generated, f"select {column} as key, {changed} as at from bronze.pncp__{name} where _deleted_at is null"
    )
    assert {row["key"]: row["at"] for row in rows} == {
        each[KEYS[name]]: each["dataAtualizacaoGlobal"] for each in wanted
    }


def test_a_later_run_asks_only_for_what_changed(generated: Settings) -> None:
    at_edition(generated, "pncp", 2)
    loaded(generated, "pncp", "contratos")
    at_edition(generated, "pncp", "last")
    control(generated, "DELETE", "requests")
    manifest, rows = extracted(generated, "pncp", "contratos", full=False)
    assert len(manifest.slices) == len(load_agency(generated.home / "include" / "agencies", "demo")["cnpjs"])
    known = {each["numeroControlePNCP"]: each for each in of_the_agency(generated, "contratos", EDITIONS[1])}
    changed = {
        each["numeroControlePNCP"]
        for each in of_the_agency(generated, "contratos")
        if each != known.get(each["numeroControlePNCP"])
    }
    assert changed <= {row["numeroControlePNCP"] for row in rows}


def test_pages_of_500_and_windows_of_a_year_are_the_most(generated: Settings) -> None:
    asked = {"dataInicial": "20250101", "dataFinal": "20251231", "pagina": 1}
    assert answer(generated, f"{BASE}/contratos", **asked, tamanhoPagina=500).status_code == 200
    assert answer(generated, f"{BASE}/contratos", **asked, tamanhoPagina=501).status_code == 400
    assert answer(generated, f"{BASE}/atas", **{**asked, "dataFinal": "20260201"}).status_code == 422
    assert answer(generated, f"{BASE}/atas", dataInicial="20250101", pagina=1).status_code == 400


def test_nothing_is_a_204_without_a_body(generated: Settings) -> None:
    asked = {"dataInicial": "20200101", "dataFinal": "20200131", "pagina": 1}
    refused: httpx.Response = answer(generated, f"{BASE}/contratos/atualizacao", **asked)
    assert (refused.status_code, refused.content) == (204, b"")


def test_registers_belong_to_purchases_and_purchases_to_contracts(generated: Settings) -> None:
    contracts = {each["numeroControlePncpCompra"] for each in of_the_agency(generated, "contratos", scale=1.0)}
    registers = of_the_agency(generated, "atas", scale=1.0)
    assert registers
    assert {each["numeroControlePNCPCompra"] for each in registers} <= contracts
    assert all(each["numeroControlePNCPAta"].startswith(each["numeroControlePNCPCompra"]) for each in registers)
