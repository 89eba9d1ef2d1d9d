"""IBGE localidades: estados and municípios as one gzip'd JSON array each.

https://servicodados.ibge.gov.br/api/v1/localidades/{estados,municipios}, with `orderBy=nome` and `view=nivelado`.
"""

import gzip
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import LISTED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import spoiled
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /ibge."""
    api = APIRouter(prefix="/ibge/api/v1/localidades")

    @api.get("/estados")
    def states(request: Request, orderBy: str = "id", view: str = "") -> Response:
        return _answer(request, world.catalog.states(world.editions.current("ibge")), orderBy, view)

    @api.get("/municipios")
    def municipalities(request: Request, orderBy: str = "id", view: str = "") -> Response:
        return _answer(request, world.catalog.municipalities(world.editions.current("ibge")), orderBy, view)

    return api


def _answer(request: Request, places: list[Document], order: str, view: str) -> Response:
    if order == "nome":
        places = sorted(places, key=lambda place: str(place["nome"]))
    places = spoiled(places, request.scope[FAULTS], changes="nome", lacks="nome")
    if view == "nivelado":
        places = [_flat(place) for place in places]
    body = gzip.compress(json.dumps(places, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip"})


def _flat(place: Document) -> Document:
    """The `nivelado` view: municipio-id, municipio-nome, microrregiao-id and so on."""
    flat: Document = {}

    def walk(prefix: str, node: dict[str, Any]) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                walk(key, value)
            else:
                flat.setdefault(f"{prefix}-{key}", value)

    walk("municipio" if "regiao-imediata" in place else "UF", place)
    return flat


SIMULATED = Simulated(
    name="ibge",
    title="IBGE: localidades",
    router=router,
    faults=LISTED,
    editions=lambda world: world.catalog.editions["ibge"],
    examples=lambda _: [(name, f"/ibge/api/v1/localidades/{name}") for name in ("estados", "municipios")],
)
