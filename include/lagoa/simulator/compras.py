"""dadosabertos.compras.gov.br: UASGs, purchases under Law 14.133, contracts and suppliers, in pages of at most 500.

Envelope `resultado`, `totalRegistros`, `totalPaginas`, `paginasRestantes`; some endpoints say 0 pages for one page.
Date filters are mandatory and at most 365 days wide. Recorded data are the examples of the documentation.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Cell, Document
from lagoa.simulator.documents import Documents, Filtered
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.generated import compras_documents as generated
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federation import federation
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

MAX_PAGE = 500
DEFAULT_PAGE = 10
MAX_WINDOW = timedelta(days=365)
EXAMPLES = "compras/dadosabertos_compras_api_examples.json"
RECORDED_EDITIONS = ("2025-06-18",)
"""When the documentation's last example was asked for."""


class Refusal(Exception):
    """What the API refuses, with the reason."""


@dataclass(frozen=True)
class Endpoint:
    """A path, its documents, and the parameters that it filters by.

    `filters` are parameter -> column; `windows` are the mandatory pairs of dates -> column; `required` are others that
    must be given. `has_page_bug` says that the answer counts no page when there is only one.
    """

    path: str
    documents: Documents
    filters: dict[str, str]
    required: tuple[str, ...] = ()
    window: tuple[str, str, str] | None = None
    has_page_bug: bool = False


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /compras."""
    api = APIRouter(prefix="/compras")
    for endpoint in endpoints(world):
        api.add_api_route(endpoint.path, _answering(world, endpoint), methods=["GET"])
    return api


def endpoints(world: World) -> list[Endpoint]:
    """What is offered."""
    return [
        Endpoint(
            "/modulo-uasg/1_consultarUasg",
            Documents("compras", "uasg", {"codigo": "text"}, lambda _: _uasgs(world), "nomeUasg", "codigoUasg"),
            {"codigoUasg": "codigo"},
            required=("statusUasg",),
        ),
        Endpoint(
            "/modulo-contratacoes/1_consultarContratacoes_PNCP_14133",
            Documents(
                "compras",
                "contratacoes",
                {"unidade": "text", "modalidade": "text", "publicada": "text"},
                lambda edition: _purchases(world, edition),
                "objetoCompra",
                "numeroControlePNCP",
            ),
            {"unidadeOrgaoCodigoUnidade": "unidade", "codigoModalidade": "modalidade"},
            required=("codigoModalidade",),
            window=("dataPublicacaoPncpInicial", "dataPublicacaoPncpFinal", "publicada"),
        ),
        Endpoint(
            "/modulo-contratos/1_consultarContratos",
            Documents(
                "compras",
                "contratos",
                {"unidade": "text", "inicio": "text"},
                lambda edition: _contracts(world, edition),
                "objeto",
                "valorGlobal",
            ),
            {"codigoUnidadeGestora": "unidade"},
            window=("dataVigenciaInicialMin", "dataVigenciaInicialMax", "inicio"),
            has_page_bug=True,
        ),
        Endpoint(
            "/modulo-fornecedor/1_consultarFornecedor",
            Documents(
                "compras",
                "fornecedor",
                {"cnpj": "text"},
                lambda _: _suppliers(world),
                "nomeRazaoSocialFornecedor",
                "nomeRazaoSocialFornecedor",
            ),
            {"cnpj": "cnpj"},
            required=("ativo",),
        ),
    ]


def _answering(world: World, endpoint: Endpoint) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        try:
            return _page(world, endpoint, request)
        except Refusal as refusal:
            body = {
                "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "status": 400,
                "error": "Bad Request",
                "message": str(refusal),
                "path": endpoint.path,
            }
            return JSONResponse(body, 400)

    return answer


def _page(world: World, endpoint: Endpoint, request: Request) -> Response:
    asked = request.query_params
    conditions, values = list[str](), list[Cell | float]()
    dates = endpoint.window[:2] if endpoint.window else ()
    if missing := [name for name in (*endpoint.required, *dates) if not asked.get(name)]:
        raise Refusal(f"Required request parameter '{missing[0]}' is not present")
    number = _whole(asked.get("pagina", "1"), "pagina")
    size = _whole(asked.get("tamanhoPagina", str(DEFAULT_PAGE)), "tamanhoPagina")
    if size > MAX_PAGE:
        raise Refusal(f"O tamanho máximo da página é {MAX_PAGE}.")
    if endpoint.window:
        begin, end, column = endpoint.window
        first, last = _day(asked[begin]), _day(asked[end])
        if not first <= last <= first + MAX_WINDOW:
            raise Refusal("O intervalo entre as datas deve ser de até 365 dias.")
        conditions.append(f"{column} between ? and ?")
        values += [first.isoformat(), last.isoformat()]
    for name, column in endpoint.filters.items():
        if asked.get(name):
            conditions.append(f"{column} = ?")
            values.append(asked[name])
    records, total = endpoint.documents.page(world, request, conditions, values, number, size)
    pages = -(-total // size)
    is_miscounted = endpoint.has_page_bug and pages == 1
    body = {
        "resultado": records,
        "totalRegistros": total,
        "totalPaginas": 0 if is_miscounted else pages,
        "paginasRestantes": 1 if is_miscounted else max(0, pages - number),
    }
    return Response(json.dumps(body, ensure_ascii=False).encode(), media_type="application/json")


def _whole(text: str, name: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise Refusal(f"Valor inválido para o parâmetro '{name}'")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("Data inválida. Formato esperado: yyyy-MM-dd") from None


def _recorded(world: World, part: str) -> Iterator[Document]:
    """The documentation's records of one endpoint."""
    if world.recorded is not None:
        for example in json.loads((world.recorded / EXAMPLES).read_bytes()):
            if urlsplit(example["request"]).path == part:
                yield from example["response"]["resultado"]


def _uasgs(world: World) -> Iterable[Filtered]:
    found = (
        _recorded(world, "/modulo-uasg/1_consultarUasg") if world.recorded else generated.uasgs(world.seed, world.scale)
    )
    return (((document["codigoUasg"],), document) for document in found)


def _purchases(world: World, edition: str) -> Iterable[Filtered]:
    if world.recorded:
        return ()
    made = generated.purchases(world.seed, world.scale, edition)
    return (
        ((contract.ug.codigo, str(document["codigoModalidade"]), published.isoformat()), document)
        for contract, published, document in made
    )


def _contracts(world: World, edition: str) -> Iterable[Filtered]:
    found: Iterable[Document] = _recorded(world, "/modulo-contratos/1_consultarContratos")
    if not world.recorded:
        found = (document for _, document in generated.contracts(world.seed, world.scale, edition))
    return (
        ((str(document["codigoUnidadeGestora"]), document["dataVigenciaInicial"][:10]), document) for document in found
    )


def _suppliers(world: World) -> Iterable[Filtered]:
    found: Iterable[Document] = _recorded(world, "/modulo-fornecedor/1_consultarFornecedor")
    if not world.recorded:
        companies = federation(world.seed, world.scale).companies
        found = (generated.supplier(world.seed, company) for company in companies)
    return (((document["cnpj"],), document) for document in found)


def _editions(world: World) -> tuple[str, ...]:
    if world.recorded is None:
        return EDITIONS
    return RECORDED_EDITIONS if (world.recorded / EXAMPLES).is_file() else ()


def _examples(world: World) -> list[tuple[str, str]]:
    return [("uasg", "/compras/modulo-uasg/1_consultarUasg?statusUasg=true&tamanhoPagina=50")]


SIMULATED = Simulated(
    name="compras",
    title="Compras.gov.br: UASGs, contratações, contratos e fornecedores",
    router=router,
    faults=PAGED,
    editions=_editions,
    examples=_examples,
)
