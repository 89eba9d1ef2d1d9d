"""The page at `/`: the sources with links to try, the editions and the armed faults."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from lagoa.simulator.registry import simulated
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

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
        offered = [source for name, source in simulated().items() if name in world.editions.available]
        rows = "\n".join(_row(world, source) for source in offered)
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


def _row(world: World, source: Simulated) -> str:
    names = world.editions.available[source.name]
    edition = f"{escape(world.editions.current(source.name))} ({world.editions.number(source.name)} de {len(names)})"
    links = "<br>".join(f'<a href="{escape(link)}">{escape(text)}</a>' for text, link in source.examples(world))
    return f"<tr><td>{escape(source.title)}</td><td>{edition}</td><td>{links}</td></tr>"
