"""Every dashboard as the analyst sees it: no chart in error, and the figures shown are those of gold."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from tests.e2e.browser.portuguese import compact_reais, number, percent
from tests.e2e.browser.superset_page import SupersetPage, chart_titles, dashboards

pytestmark = pytest.mark.browser

LATEST = "from gold.execucao_orcamentaria where exercicio = (select max(exercicio) from gold.execucao_orcamentaria)"
PROGRAMMES = "from gold.transferencias_especiais_programas"
FIGURES: dict[tuple[str, str], tuple[str, Callable[[Any], str]]] = {
    ("execucao-orcamentaria", "Orçamento atualizado"): (
        f"select sum(valor_orcamento_atualizado) {LATEST}",
        compact_reais,
    ),
    ("execucao-orcamentaria", "Empenhado"): (f"select sum(valor_empenhado) {LATEST}", compact_reais),
    ("execucao-orcamentaria", "Realizado"): (f"select sum(valor_realizado) {LATEST}", compact_reais),
    ("execucao-orcamentaria", "Execução do orçamento"): (
        f"select sum(valor_realizado) / sum(valor_orcamento_atualizado) {LATEST}",
        percent,
    ),
    ("contratacoes-publicas", "Contratações publicadas"): ("select count(*) from gold.contratacoes", number),
    ("contratacoes-publicas", "Valor estimado"): ("select sum(valor_estimado) from gold.contratacoes", compact_reais),
    ("contratacoes-publicas", "Valor homologado"): (
        "select sum(valor_homologado) from gold.contratacoes",
        compact_reais,
    ),
    ("contratacoes-publicas", "Economia sobre o estimado"): (
        "select sum(economia) / sum(valor_estimado) from gold.contratacoes where economia is not null",
        percent,
    ),
    ("transferencias-especiais", "Valor das emendas"): (
        f"select sum(valor_necessidade_financeira) {PROGRAMMES}",
        compact_reais,
    ),
    ("transferencias-especiais", "Pago aos beneficiários"): (
        f"select sum(valor_ordens_bancarias) {PROGRAMMES}",
        compact_reais,
    ),
    ("transferencias-especiais", "Parcela paga"): (
        f"select sum(valor_ordens_bancarias) / sum(valor_necessidade_financeira) {PROGRAMMES}",
        percent,
    ),
    ("transferencias-especiais", "Da ordem ao banco"): (
        "select avg(dias_emissao_ate_envio_banco) from gold.transferencias_especiais_pagamentos",
        lambda days: number(days, 1),
    ),
}
DOMAINS = {
    "execucao-orcamentaria": "orcamento",
    "contratacoes-publicas": "contratacoes",
    "transferencias-especiais": "transferencias",
}


@pytest.mark.parametrize("slug", sorted(dashboards()))
def test_no_chart_is_in_error_and_the_figures_are_those_of_gold(
    slug: str, analyst: SupersetPage, gold: psycopg2.extensions.cursor, platform: Any
) -> None:
    analyst.open(slug)
    analyst.screenshot(platform.settings.state_dir / "screenshots" / f"{slug}.png")
    assert analyst.errors() == []
    shown, expected = {}, {}
    for (dashboard, title), (query, written) in FIGURES.items():
        if dashboard == slug:
            gold.execute(query)
            expected[title] = written((gold.fetchone() or (None,))[0])
            shown[title] = (
                expected[title] if expected[title] in analyst.chart(title).split("\n") else analyst.chart(title)
            )
    assert shown == expected


def test_each_dashboard_has_at_least_six_charts() -> None:
    assert {slug: len(chart_titles(dashboards()[slug])) >= 6 for slug in DOMAINS} == dict.fromkeys(DOMAINS, True)


def test_the_total_of_the_budget_table_is_that_of_gold(analyst: SupersetPage, gold: psycopg2.extensions.cursor) -> None:
    analyst.open("execucao-orcamentaria")
    gold.execute(
        f"select sum(valor_orcamento_inicial), sum(valor_orcamento_atualizado), sum(valor_empenhado), "
        f"sum(valor_realizado) {LATEST}"
    )
    sums: tuple[Decimal, ...] = gold.fetchone() or ()
    total = analyst.page.locator('[data-test-chart-name="Execução por órgão superior"] tfoot').first.inner_text()
    assert total.split() == ["Total", *(word for value in sums for word in ("R$", number(value))), total.split()[-1]]


@pytest.mark.parametrize("slug", sorted(DOMAINS))
def test_each_dashboard_says_how_fresh_and_how_checked_its_data_is(
    slug: str, analyst: SupersetPage, gold: psycopg2.extensions.cursor
) -> None:
    analyst.open(slug)
    gold.execute(
        "select to_char(min(ultima_verificacao_at) at time zone 'America/Sao_Paulo', 'DD/MM/YYYY HH24:MI'),"
        " to_char(max(publicado_at) at time zone 'America/Sao_Paulo', 'DD/MM/YYYY HH24:MI')"
        " from gold.atualizacao_dos_dados where dominio = %s",
        [DOMAINS[slug]],
    )
    checked, published = gold.fetchone() or (None, None)
    line = analyst.chart("Atualização dos dados")
    assert f"Fonte verificada em {checked}" in line
    assert f"publicado em {published}" in line
    assert "verificações de qualidade" in line


def test_the_analyst_lands_on_the_start_page_in_portuguese(analyst: SupersetPage) -> None:
    analyst.page.goto(f"{analyst.base}/")
    analyst.page.wait_for_url("**/superset/dashboard/inicio/")
    menu = analyst.page.locator("#main-menu, header, [role=navigation]").first.inner_text()
    assert "Painéis" in menu
    assert "Configurações" in analyst.page.locator("body").inner_text()
