"""Silver of the commercial sources: built after the first edition, brought up to date with the last, right twice."""

from pathlib import Path

import pytest
from tests.dbt_runs import run_dbt, silver_tables
from tests.specs.conftest import at_edition, loaded, query

from lagoa.lake.run import spec_of
from lagoa.quality.gate import run_gate
from lagoa.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SOURCES = ("loja", "ploomes", "sap_b1", "google_ads", "meta_ads")


def bronze_tables(settings: Settings) -> list[str]:
    return [spec_of(settings, source).table(name) for source in SOURCES for name in spec_of(settings, source).resources]


def check(settings: Settings, layer: str, tables: list[str]) -> list[str]:
    """The failures that would not stop."""
    report = run_gate(layer, tables, run_id="comercial", domain="comercial", settings=settings)
    return [f"{failure.severity} {failure.table}: {failure.meaning}" for failure in report.failures]


def digest(settings: Settings, table: str) -> str:
    content = "(to_jsonb(t) - '_load_id' - '_loaded_at' - '_row_version')::text"
    statement = f"select count(*) || ' ' || sum(hashtextextended({content}, 0)) as found from silver.{table} as t"
    return str(query(settings, statement)[0]["found"])


def test_every_edition_passes_the_gates_and_silver_follows(generated: Settings, tmp_path: Path) -> None:
    names = silver_tables(generated, bronze_tables(generated))
    assert len(names) == len(bronze_tables(generated))
    selected = ["--select", *(f"silver__{name}" for name in names)]
    for edition, command in ((1, "run"), ("last", "build")):
        for source in SOURCES:
            at_edition(generated, source, edition)
            loaded(generated, source)
        assert check(generated, "bronze", bronze_tables(generated)) == []
        run_dbt(generated, tmp_path, command, *selected)
        assert check(generated, "silver", names) == []
    before = {name: digest(generated, name) for name in names}
    run_dbt(generated, tmp_path, "run", "--full-refresh", *selected)
    assert {name: digest(generated, name) for name in names} == before
    assert orphans(generated) == {}


def test_olist_s_orders_pass_the_shop_s_gates(recorded: Settings, tmp_path: Path) -> None:
    loaded(recorded, "loja")
    names = [f"loja_{name}" for name in spec_of(recorded, "loja").resources]
    assert check(recorded, "bronze", [f"loja__{name}" for name in spec_of(recorded, "loja").resources]) == []
    run_dbt(recorded, tmp_path, "build", "--select", *(f"silver__{name}" for name in names))
    assert check(recorded, "silver", names) == []
    assert orphans(recorded, SHOP_LINKS) == {}


SHOP_LINKS = (
    ("loja_pedidos", "cliente_id", "loja_clientes", "cliente_id"),
    ("loja_itens_pedido", "pedido_id", "loja_pedidos", "pedido_id"),
    ("loja_itens_pedido", "produto_id", "loja_produtos", "produto_id"),
)
LINKS = (
    *SHOP_LINKS,
    ("crm_negocios", "contato_id", "crm_contatos", "contato_id"),
    ("crm_negocios", "pessoa_id", "crm_contatos", "contato_id"),
    ("crm_negocios", "etapa_id", "crm_etapas", "etapa_id"),
    ("crm_etapas", "funil_id", "crm_funis", "funil_id"),
    ("crm_propostas", "negocio_id", "crm_negocios", "negocio_id"),
    ("erp_pedidos", "parceiro_codigo", "erp_parceiros", "parceiro_codigo"),
    ("erp_notas_fiscais", "parceiro_codigo", "erp_parceiros", "parceiro_codigo"),
    ("google_ads_desempenho", "campanha_id", "google_ads_campanhas", "campanha_id"),
    ("meta_ads_anuncios", "campanha_id", "meta_ads_campanhas", "campanha_id"),
    ("meta_ads_desempenho", "anuncio_id", "meta_ads_anuncios", "anuncio_id"),
)


def orphans(settings: Settings, links: tuple[tuple[str, str, str, str], ...] = LINKS) -> dict[str, int]:
    """Rows that name something which is not there."""
    found = {}
    for table, column, other, key in links:
        statement = (
            f"select count(*) as lost from silver.{table} as child where child.{column} is not null"
            f" and not exists (select 1 from silver.{other} as parent where parent.{key} = child.{column})"
        )
        if lost := query(settings, statement)[0]["lost"]:
            found[f"{table}.{column}"] = lost
    return found
