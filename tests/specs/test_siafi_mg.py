"""SIAFI-MG: every snapshot whole, old months restated, nothing lost when the oldest year leaves the file."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from tests.specs.conftest import Row, arm, at_edition, extracted, loaded, query

from lagoa.errors import ContractError
from lagoa.lake.naming import bronze_name
from lagoa.settings import Settings
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.state_totals import COTA, EXECUCAO, RESTOS_A_PAGAR, carried_over, quotas, spending

TABLES = {"execucao": EXECUCAO, "execucao_cota": COTA, "restos_pagar": RESTOS_A_PAGAR}


def truth(settings: Settings, resource: str, edition: str) -> list[Row]:
    """What the generator knows."""
    seed = settings.simulator_seed
    rows = {
        "execucao": lambda: spending(seed, edition),
        "execucao_cota": lambda: quotas(seed, edition),
        "restos_pagar": lambda: carried_over(seed, settings.simulator_scale, edition),
    }
    return [dict(zip(TABLES[resource], row, strict=True)) for row in rows[resource]()]


@pytest.mark.parametrize("resource", TABLES)
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_table_comes_as_generated(generated: Settings, resource: str, edition: str) -> None:
    at_edition(generated, "siafi_mg", edition)

    _, rows = extracted(generated, "siafi_mg", resource)

    assert rows == truth(generated, resource, edition)
    assert rows


def test_a_restated_month_becomes_a_new_version(generated: Settings) -> None:
    before = {
        (row["Ano de Exercício"], row["Mês - Numérico"]): row for row in truth(generated, "execucao", EDITIONS[0])
    }
    after = {
        (row["Ano de Exercício"], row["Mês - Numérico"]): row for row in truth(generated, "execucao", EDITIONS[-1])
    }
    changed = {key for key in before if before[key] != after[key]}

    at_edition(generated, "siafi_mg", 1)
    loaded(generated, "siafi_mg", "execucao")
    at_edition(generated, "siafi_mg", "last")
    result = loaded(generated, "siafi_mg", "execucao")["execucao"]

    assert result.updated == len(changed) > 1
    found = query(
        generated, "select ano_de_exercicio, mes_numerico, valor_pago_financeiro from bronze.siafi_mg__execucao"
    )
    assert {(row["ano_de_exercicio"], row["mes_numerico"]): row["valor_pago_financeiro"] for row in found} == {
        key: row["Valor Pago Financeiro"] for key, row in after.items()
    }


def test_a_missing_column_fails_the_run(generated: Settings) -> None:
    arm(generated, {"source": "siafi_mg", "fault": "missing_column", "field": "Valor Pago Financeiro"})

    with pytest.raises(ContractError, match="Valor Pago Financeiro"):
        extracted(generated, "siafi_mg", "execucao")


@pytest.mark.parametrize("resource", TABLES)
def test_recorded_snapshots_add_up_to_every_month_ever_seen(recorded: Settings, real_data: Path, resource: str) -> None:
    header, folder = TABLES[resource], {"execucao": "execucao_current", "execucao_cota": "execucao_cota_current"}
    size = 3 if resource == "restos_pagar" else 2
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    for path in sorted((real_data / "siafi_mg" / folder.get(resource, resource)).glob("*.csv.gz")):
        lines = csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline=""))
        assert tuple(next(lines)) == header
        seen |= {tuple(row[:size]): tuple(row) for row in lines}
        at_edition(recorded, "siafi_mg", path.name.removesuffix(".csv.gz"))
        loaded(recorded, "siafi_mg", resource)

    columns = [bronze_name(name) for name in header]
    found = query(recorded, f"select * from bronze.siafi_mg__{resource} where _deleted_at is null")
    assert {tuple(row[name] for name in columns) for row in found} == set(seen.values())
    assert len(found) == len(seen)
