"""SIORG: bodies, units below one, and kinds of posts; whole answers without pages, codes as URIs.

https://estruturaorganizacional.dados.gov.br/doc/{orgao-entidade/resumida, estrutura-organizacional/resumida,
cargo-funcao}. Public JSON, no key.
"""

import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import LISTED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import siorg_units
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.rows import spoiled
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /siorg."""
    api = APIRouter(prefix="/siorg/doc")

    def edition() -> str:
        return world.editions.current("siorg")

    def tree() -> tuple[siorg_units.Unit, ...]:
        return siorg_units.units(world.seed, world.scale, edition())

    @api.get("/orgao-entidade/resumida")
    def bodies(request: Request) -> Response:
        found = [unit for unit in tree() if unit.kind != "unidade-administrativa"]
        return _units(request, found, edition())

    @api.get("/estrutura-organizacional/resumida")
    def structure(request: Request) -> Response:
        asked = request.query_params.get("codigoUnidade", str(siorg_units.ROOT))
        if not asked.isdecimal():
            return JSONResponse({"erro": "codigoUnidade deve ser um número"}, 400)
        return _units(request, siorg_units.below(tree(), int(asked)), edition())

    @api.get("/cargo-funcao")
    def posts(request: Request) -> Response:
        records = spoiled(siorg_units.posts(), request.scope[FAULTS], changes="nome", lacks="sigla")
        return _json({"tipoCargoFuncao": records})

    return api


def _units(request: Request, found: list[siorg_units.Unit], edition: str) -> Response:
    """Only the federal executive (poder 1, esfera 1) is simulated; other powers have no unit."""
    asked = request.query_params
    is_known = asked.get("codigoPoder", "1") == "1" and asked.get("codigoEsfera", "1") == "1"
    documents = [siorg_units.document(unit, edition) for unit in found] if is_known else []
    return _json({"unidades": spoiled(documents, request.scope[FAULTS], changes="nome", lacks="codigoUnidadePai")})


def _json(body: Document) -> Response:
    return Response(json.dumps(body, ensure_ascii=False).encode(), media_type="application/json")


def _examples(world: World) -> list[tuple[str, str]]:
    base = "/siorg/doc"
    return [
        ("orgaos", f"{base}/orgao-entidade/resumida?codigoPoder=1&codigoEsfera=1"),
        ("unidades", f"{base}/estrutura-organizacional/resumida?codigoPoder=1&codigoEsfera=1&codigoUnidade=244"),
        ("cargos", f"{base}/cargo-funcao"),
    ]


SIMULATED = Simulated(
    name="siorg",
    title="SIORG: estrutura organizacional",
    router=router,
    faults=LISTED,
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=_examples,
)
