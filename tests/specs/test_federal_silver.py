"""Silver of the federal sources: built after the first edition, brought up to date with the last, right both times."""

from pathlib import Path

import pytest
from tests.dbt_runs import run_dbt, silver_tables
from tests.specs.conftest import at_edition, loaded, query

from lagoa.lake.run import spec_of
from lagoa.quality.gate import run_gate
from lagoa.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SOURCES = ("contratos", "compras", "siorg", "transferegov_ted", "transferegov_api")
PNCP = ("contratos", "atas")


def bronze_tables(settings: Settings) -> list[str]:
    own = [spec_of(settings, source).table(name) for source in SOURCES for name in spec_of(settings, source).resources]
    return own + [f"pncp__{name}" for name in PNCP]


def load_edition(settings: Settings, edition: int | str) -> None:
    for source in (*SOURCES, "pncp"):
        at_edition(settings, source, edition)
        loaded(settings, source, *(PNCP if source == "pncp" else ()))


def check(settings: Settings, layer: str, tables: list[str]) -> list[str]:
    """The failures that would not stop."""
    report = run_gate(layer, tables, run_id="federal", domain="federal", settings=settings)
    return [f"{failure.severity} {failure.table}: {failure.meaning}" for failure in report.failures]


def test_every_edition_passes_the_gates_and_silver_follows(generated: Settings, tmp_path: Path) -> None:
    names = silver_tables(generated, bronze_tables(generated))
    selected = ["--select", *(f"silver__{name}" for name in names)]
    for edition, command in ((1, "run"), ("last", "build")):
        load_edition(generated, edition)
        assert check(generated, "bronze", bronze_tables(generated)) == []
        run_dbt(generated, tmp_path, command, *selected)
        assert check(generated, "silver", names) == []
    met = what_meets(generated)
    assert met["in_compras"] == met["with_unit"] == met["contracts"]
    assert met["contracts"] > met["with_supplier"] == met["of_companies"] > 0, "a person is in no register"
    before = {name: digest(generated, name) for name in names}
    run_dbt(generated, tmp_path, "run", "--full-refresh", *selected)
    assert {name: digest(generated, name) for name in names} == before


def test_what_is_recorded_passes_the_gates_and_empty_tables_do(recorded: Settings, tmp_path: Path) -> None:
    loaded(recorded, "compras")
    loaded(recorded, "pncp", *PNCP)
    bronze = [
        *(f"compras__{name}" for name in spec_of(recorded, "compras").resources),
        *(f"pncp__{name}" for name in PNCP),
    ]
    assert check(recorded, "bronze", bronze) == []
    names = silver_tables(recorded, bronze)
    run_dbt(recorded, tmp_path, "build", "--select", *(f"silver__{name}" for name in names))
    assert check(recorded, "silver", names) == []
    assert query(recorded, "select uasg_codigo, siorg_codigo, uasg_cnpj from silver.unidades_uasg") == [
        {"uasg_codigo": "200014", "siorg_codigo": "334", "uasg_cnpj": "00394494001299"}
    ]


def what_meets(settings: Settings) -> dict[str, int]:
    """How many active contracts are in Compras with the same values, their unit in the register, their supplier."""
    (met,) = query(
        settings,
        """
        select
            count(*) as contracts,
            count(contratos.fornecedor_cnpj) as of_companies,
            count(compras_contratos.numero) as in_compras,
            count(unidades_uasg.uasg_codigo) as with_unit,
            count(compras_fornecedores.fornecedor_cnpj) as with_supplier
        from silver.contratos
        left join silver.compras_contratos
            on contratos.unidade_gestora_codigo = compras_contratos.unidade_gestora_codigo
            and contratos.numero = compras_contratos.numero
            and coalesce(contratos.fornecedor_cnpj, contratos.fornecedor_documento)
            = compras_contratos.fornecedor_documento
            and contratos.valor_global = compras_contratos.valor_global
        left join silver.unidades_uasg on contratos.unidade_gestora_codigo = unidades_uasg.uasg_codigo
        left join silver.compras_fornecedores
            on contratos.fornecedor_cnpj = compras_fornecedores.fornecedor_cnpj
        """,
    )
    return {key: int(value) for key, value in met.items()}


def digest(settings: Settings, name: str) -> str:
    """Of a silver table's rows, whatever their order, without when and by which load they came."""
    columns = query(
        settings,
        "select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as listed"
        " from information_schema.columns where table_schema = 'silver' and table_name = %s"
        " and column_name !~ '^_'",
        name,
    )[0]["listed"]
    (found,) = query(
        settings,
        f"select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as digest"
        f" from (select {columns} from silver.{name}) as t",
    )
    return str(found["digest"])
