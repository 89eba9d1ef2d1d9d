"""Silver of SICONV, the Portal, SIAPE, the DTB and the BCB's series: right after each edition, whole or in parts."""

from datetime import date
from pathlib import Path

import pytest
from tests.dbt_runs import run_dbt, silver_tables
from tests.specs.conftest import at_edition, control, extracted, loaded, query
from tests.specs.test_federal_silver import check, digest
from tests.specs.test_portal_despesas import days, known

from lagoa.lake.bronze import load
from lagoa.lake.run import spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated.agreements import transfers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SOURCES = ("siconv", "siconv_legado", "portal_despesas", "portal_api", "siape", "siape_ufob", "ibge_dtb", "bcb")
TODAY = date(2026, 11, 1)
OLD_SERIES = "info ipca:"
"""Its last month is further away than what a running platform would show."""


def bronze_tables(settings: Settings, sources: tuple[str, ...]) -> list[str]:
    return [spec_of(settings, source).table(name) for source in sources for name in spec_of(settings, source).resources]


def load_edition(settings: Settings, source: str, number: int) -> None:
    """Back to an edition, too: what it had not yet is taken out."""
    known_editions = control(settings, "GET", "editions")[source]["available"]
    at_edition(settings, source, min(number, len(known_editions)))
    spec = spec_of(settings, source)
    for name in spec.in_order():
        load(spec, extracted(settings, source, name)[0], settings=settings, accept_shrink=True)


def failures(settings: Settings, layer: str, tables: list[str]) -> list[str]:
    return [line for line in check(settings, layer, tables) if not line.startswith(OLD_SERIES)]


def cents(settings: Settings, statement: str) -> int:
    (row,) = query(settings, f"select coalesce(sum(valor), 0) as total from ({statement}) as amounts")
    return int(row["total"] * 100)


def test_every_edition_passes_the_gates_and_silver_follows(generated: Settings, tmp_path: Path) -> None:
    loaded(generated, "ibge")
    tables = bronze_tables(generated, SOURCES)
    names = silver_tables(generated, tables)
    selected = ["--select", *(f"silver__{name}" for name in (*names, "ufs", "municipios"))]
    for edition in (1, 2, 3):
        for source in SOURCES:
            load_edition(generated, source, edition)
        assert failures(generated, "bronze", tables) == []
        run_dbt(generated, tmp_path, "build" if edition == 3 else "run", *selected)
        assert failures(generated, "silver", names) == []

    paid = [each.cents for day in days(generated) for each in known(generated).payments.get(day, ())]
    own = "select valor_pago + valor_restos_pagos as valor from silver.despesas_pagamento_empenhos"
    assert cents(generated, own) == sum(paid) == cents(generated, "select valor from silver.despesas_pagamentos")
    agreements = transfers(generated.simulator_seed, generated.simulator_scale).agreements
    disbursed = [payment.cents for each in agreements for payment in each.payments if payment.day <= TODAY]
    own = "select valor_desembolsado as valor from silver.siconv_convenios"
    assert cents(generated, own) == sum(disbursed) == cents(generated, "select valor from silver.siconv_desembolsos")

    before = {name: digest(generated, name) for name in names}
    run_dbt(generated, tmp_path, "run", "--full-refresh", *selected)
    assert {name: digest(generated, name) for name in names} == before


def test_a_day_that_lost_a_row_or_went_altogether_leaves_silver(generated: Settings, tmp_path: Path) -> None:
    load_edition(generated, "portal_despesas", 3)
    selected = ["--select", "silver__despesas_liquidacoes"]
    run_dbt(generated, tmp_path, "run", "--full-refresh", *selected)
    before = query(generated, "select liquidacao_codigo, dia from silver.despesas_liquidacoes order by dia, 1")
    gone, kept = before[0]["dia"], before[-1]["dia"]
    bronze = "bronze.portal_despesas__liquidacoes"
    query(generated, f"delete from {bronze} where dia = %s returning 1", f"{gone:%Y%m%d}")
    query(
        generated,
        f"delete from {bronze} where dia = %s and codigo_liquidacao = %s returning 1",
        f"{kept:%Y%m%d}",
        before[-1]["liquidacao_codigo"],
    )
    run_dbt(generated, tmp_path, "run", *selected)
    after = query(generated, "select liquidacao_codigo, dia from silver.despesas_liquidacoes order by dia, 1")
    assert after == [row for row in before[:-1] if row["dia"] != gone]
    load_edition(generated, "portal_despesas", 3)


def test_what_is_recorded_passes_the_gates(recorded: Settings, tmp_path: Path) -> None:
    own = tuple(source for source in SOURCES if source in control(recorded, "GET", "editions"))
    loaded(recorded, "ibge")
    for source in own:
        loaded(recorded, source)
    tables = bronze_tables(recorded, own)
    names = silver_tables(recorded, tables)
    assert failures(recorded, "bronze", tables) == []
    run_dbt(recorded, tmp_path, "build", "--select", *(f"silver__{name}" for name in (*names, "ufs", "municipios")))
    assert failures(recorded, "silver", names) == []
    assert query(recorded, "select sum(valor_contrapartida) as total from silver.convenios_painel") != [{"total": None}]
