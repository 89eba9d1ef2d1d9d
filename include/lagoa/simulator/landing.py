"""The page at `/`: the sources with links to try, the editions and the armed faults."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from lagoa.simulator.catalog import Source
from lagoa.simulator.world import World

PNCP_QUERY = "dataInicial={first}&dataFinal={last}&codigoModalidadeContratacao=6&pagina=1&tamanhoPagina=50"
TITLES: dict[Source, str] = {
    "portal_transparencia": "Portal da Transparência: orçamento da despesa",
    "pncp": "PNCP: contratações públicas",
    "transferegov": "TransfereGov: transferências especiais",
    "ibge": "IBGE: localidades",
    "bcb": "Banco Central: IPCA (SGS 433)",
}
PAGE = """<!DOCTYPE html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<title>Simulador da Lagoa</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b2b34; }}
h1 {{ margin-bottom: 0; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid #d8e0e4; }}
a {{ color: #0b6e99; }}
code {{ background: #eef3f5; padding: .1rem .3rem; }}
</style>
</head>
<body>
<h1>Simulador da Lagoa</h1>
<p>Fala como as fontes reais, sobre dados {data}. Nada aqui sai desta máquina.</p>
<table>
<tr><th>Fonte</th><th>Edição</th><th>Exemplos</th></tr>
{rows}
</table>
<h2>Falhas armadas</h2>
{faults}
<h2>Controle</h2>
<p><code>PUT /_simulator/editions {{"pncp": 1}}</code> troca a edição;
<code>PUT /_simulator/faults [{{"source": "pncp", "fault": "http_429_html", "times": 2}}]</code> arma falhas,
<code>DELETE</code> desarma; <a href="/_simulator/requests">/_simulator/requests</a> conta os pedidos.</p>
</body>
</html>
"""


def router(world: World) -> APIRouter:
    """The page alone."""
    api = APIRouter()

    @api.get("/", response_class=HTMLResponse)
    def page() -> str:
        rows = "\n".join(_row(world, source) for source in TITLES)
        faults = [
            f"<li><code>{rule['source']}</code> {rule['fault']}: {rule['struck']} de {rule['met']} pedidos</li>"
            for rule in world.faults.state()
        ]
        return PAGE.format(
            data="gravados" if world.recorded else "gerados",
            rows=rows,
            faults=f"<ul>{''.join(faults)}</ul>" if faults else "<p>Nenhuma.</p>",
        )

    return api


def _row(world: World, source: Source) -> str:
    names = world.editions.available[source]
    edition = f"{escape(world.editions.current(source))} ({world.editions.number(source)} de {len(names)})"
    links = "<br>".join(f'<a href="{escape(link)}">{escape(text)}</a>' for text, link in _examples(world, source))
    return f"<tr><td>{escape(TITLES[source])}</td><td>{edition}</td><td>{links}</td></tr>"


def _examples(world: World, source: Source) -> list[tuple[str, str]]:
    """Links that answer something with the data at hand."""
    if source == "portal_transparencia":
        return [
            (f"orçamento de {year} (ZIP)", f"/portal_transparencia/download-de-dados/orcamento-despesa/{year}")
            for year in world.catalog.budget_years()
        ]
    if source == "pncp":
        last = world.editions.current("pncp")[:10]
        query = PNCP_QUERY.format(first=f"{last[:4]}0101", last=last.replace("-", ""))
        base = "/pncp/api/consulta/v1/contratacoes"
        return [(name, f"{base}/{name}?{query}") for name in ("publicacao", "atualizacao")]
    if source == "transferegov":
        tables = {
            "programa_especial": "id_programa",
            "ordem_pagamento_ordem_bancaria_especial": "id_op_ob",
            "historico_pagamento_especial": "id_historico_op_ob",
            "relatorio_gestao_novo_especial": "id_relatorio_gestao_novo",
        }
        base = "/transferegov/transferenciasespeciais"
        return [(name, f"{base}/{name}?order={key}&limit=100") for name, key in tables.items()]
    if source == "ibge":
        return [(name, f"/ibge/api/v1/localidades/{name}") for name in ("estados", "municipios")]
    return [("série 433", "/bcb/dados/serie/bcdata.sgs.433/dados?formato=json")]
