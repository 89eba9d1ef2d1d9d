"""The project's own suites: generated and recorded data pass them, spoiled data does not.

source -> simulator -> raw zone -> bronze -> gate -> dbt -> gates, in a database of the test's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from tests.dbt_runs import run_dbt
from tests.lake.conftest import own_database
from tests.quality.gating import COUNTED
from tests.serving import simulating

from lagoa.errors import GateError
from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource
from lagoa.orchestration.dbt_graph import Domain, domains, left_out
from lagoa.platform import dbt
from lagoa.quality.gate import run_gate
from lagoa.settings import Settings
from lagoa.simulator.world import offered_sources
from lagoa.sources.enabled import enabled_specs, enabled_tables

pytestmark = pytest.mark.slow


def of_domains(settings: Settings) -> list[Domain]:
    """The domains, without the models of sources that the data at hand lacks."""
    dbt.ensure_manifest(settings)
    return list(domains(settings.dbt_manifest, enabled_tables(settings)).values())


def _without_what_is_not_offered(settings: Settings) -> list[str]:
    dbt.ensure_manifest(settings)
    names = left_out(settings.dbt_manifest, enabled_tables(settings))
    return ["--exclude", *names] if names else []


@contextmanager
def lakehouse(postgres: Settings, name: str, folder: Path, **changes: Any) -> Iterator[Settings]:
    """A lakehouse with one full load of every source, built once."""
    with own_database(postgres, name, folder / "raw", state_dir=folder / "state", **changes) as own:
        own = own.model_copy(update={"enabled_sources": ",".join(offered_sources(own))})
        with simulating(own) as settings:
            for source, spec in enabled_specs(settings).items():
                for resource in spec.in_order():
                    load(spec, extract_resource(settings, source, resource, "first", full=True), settings=settings)
        run_dbt(settings, folder / "target", "run", *_without_what_is_not_offered(settings))
        yield settings


@pytest.fixture(scope="module")
def generated(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("generated")
    with lakehouse(postgres, "quality_generated", folder, simulator_scale=0.3) as settings:
        yield settings


@pytest.fixture(scope="module")
def recorded(postgres: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("recorded")
    with lakehouse(postgres, "quality_recorded", folder, simulator_data=real_data, agency="recorded") as settings:
        yield settings


def tables(settings: Settings, layer: str) -> list[str]:
    """The tables that the data at hand fills."""
    if layer == "bronze":
        return sorted(enabled_tables(settings))
    return [name for domain in of_domains(settings) for name in getattr(domain, layer)]


def gate(settings: Settings, layer: str, *names: str) -> list[str]:
    """The failures that do not stop."""
    report = run_gate(layer, names or tables(settings, layer), run_id="test", domain="all", settings=settings)
    return [f"{failure.severity} {failure.table}: {failure.meaning}" for failure in report.failures]


@pytest.mark.parametrize("layer", ["bronze", "silver", "gold"])
def test_generated_data_pass_every_gate(generated: Settings, layer: str):
    assert [line for line in gate(generated, layer) if not line.startswith("info ipca:")] == []


@pytest.mark.parametrize("layer", ["bronze", "silver", "gold"])
def test_recorded_data_pass_every_gate(recorded: Settings, layer: str):
    known = ("info ipca:", "info ibge__municipios:")
    assert [line for line in gate(recorded, layer) if not line.startswith(known)] == []


SPOILED = {
    "half of the rows gone": (
        "bronze",
        "portal_transparencia__orcamento_despesa",
        "delete from {} where ctid in (select ctid from {} order by ctid limit (select count(*) / 2 from {}))",
        "A tabela tem tantas linhas quantas a última carga registrou.",
    ),
    "leading zeros lost": (
        "bronze",
        "transferegov__finalidade_especial",
        "update {} set cd_area_politica_publica_pt = cd_area_politica_publica_pt || '.0'",
        "A área tem código de até três algarismos.",
    ),
    "a column that vanished": (
        "bronze",
        "bcb__ipca",
        "alter table {} rename column valor to variacao",
        "A tabela bronze.bcb__ipca existe e tem as colunas que as verificações usam. Observado: faltam valor",
    ),
    "codes as numbers": (
        "silver",
        "execucao_orcamentaria",
        "update {} set subfuncao_codigo = ltrim(subfuncao_codigo, '0')",
        "A subfunção tem código de três algarismos, com os zeros à esquerda.",
    ),
    "a cent lost on the way": (
        "silver",
        "execucao_orcamentaria",
        "update {} set valor_realizado = valor_realizado - 0.01 where ctid = (select min(ctid) from {})",
        "As somas de cada exercício são, ao centavo, as do arquivo publicado.",
    ),
    "codes of another table": (
        "silver",
        "contratacoes",
        "update {} set municipio_codigo_ibge = '9' || substr(municipio_codigo_ibge, 2)",
        "Ao menos nove em dez municípios existem na lista do IBGE; menos indica códigos de outra tabela.",
    ),
    "a row for each year of another table": (
        "gold",
        "execucao_orcamentaria",
        "alter table {} drop constraint if exists execucao_orcamentaria_pkey cascade; insert into {} select * from {}",
        "Cada combinação de exercício e classificação aparece uma só vez: nada é somado duas vezes.",
    ),
    "sums that are not the source's": (
        "gold",
        "contratacoes_municipio_mes",
        "update {} set valor_homologado = valor_homologado + 0.01",
        "A quantidade e as somas são, ao centavo, as da silver.",
    ),
    "zero for unknown": (
        "gold",
        "execucao_orcamentaria_orgao",
        "update {} set valor_realizado_real = coalesce(valor_realizado_real, 0), ipca_meses = 11",
        "Só há preços constantes com os doze meses do IPCA; sem eles ficam nulos, nunca zero.",
    ),
}


@pytest.mark.parametrize(("layer", "table", "spoil", "failure"), SPOILED.values(), ids=SPOILED)
def test_spoiled_data_stop_with_a_message_that_says_what_is_wrong(
    generated: Settings, layer: str, table: str, spoil: str, failure: str
):
    relation = f"{'gold_next' if layer == 'gold' else layer}.{table}"
    connection = psycopg2.connect(generated.dsn("lagoa_admin"))
    connection.autocommit = True
    cursor = connection.cursor()
    owner = "etl_user" if layer == "bronze" else "dbt_user"
    try:
        cursor.execute(f"set role {owner}; create table {relation}_good as select * from {relation}")
        cursor.execute(f"{spoil.replace('{}', relation)}; {COUNTED}")
        with pytest.raises(GateError) as stopped:
            gate(generated, layer, table)
        assert failure in str(stopped.value)
    finally:
        cursor.execute(f"drop table {relation} cascade; alter table {relation}_good rename to {table}")
        connection.close()
    gate(generated, layer, table)
