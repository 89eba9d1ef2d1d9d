"""Ploomes CRM: OData 4 with $skip and $top, the user's key in the header User-Key, 403 without it.

https://public-api2.ploomes.com/{Contacts,Deals,Quotes,Deals@Pipelines,Deals@Stages,Users}. Custom fields and the
products of a quote come only with $expand.
"""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.generated import crm
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.odata import BadRequest, Entity, ODataApi
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/ploomes"
KEY = "simulated-ploomes_chave"
CONTEXT = "https://public-api2.ploomes.com"
MOST, USUAL = 300, 300
ENTITIES = {
    "Contacts": Entity("Id", "LastUpdateDate", "Name", "TypeId"),
    "Deals": Entity("Id", "LastUpdateDate", "Title", "StatusId"),
    "Quotes": Entity("Id", "LastUpdateDate", "QuoteNumber", "DealId"),
    "Deals@Pipelines": Entity("Id", None, "Name", "Name"),
    "Deals@Stages": Entity("Id", None, "Name", "PipelineId"),
    "Users": Entity("Id", None, "Name", "Name"),
}
EXPANDED = ("OtherProperties", "Products")
"""Navigation properties: absent unless asked for."""


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /ploomes."""
    api = APIRouter(prefix=PREFIX)
    plain = _service(world, frozenset())
    whole = _service(world, frozenset(EXPANDED))

    @api.get("/{name}")
    def entity(request: Request, name: str) -> JSONResponse:
        if request.headers.get("user-key") != KEY:
            return JSONResponse({"error": {"code": "403", "message": "Invalid user key"}}, 403)
        if name not in ENTITIES:
            return JSONResponse({"error": {"code": "404", "message": f"Resource not found: {name}"}}, 404)
        try:
            service = whole if "$expand" in request.query_params else plain
            return service.answer(request, name, CONTEXT)
        except BadRequest as problem:
            return JSONResponse({"error": {"code": "400", "message": str(problem)}}, 400)

    return api


def _service(world: World, expanded: frozenset[str]) -> ODataApi:
    def make(name: str, edition: str) -> list[Document]:
        hidden = set(EXPANDED) - expanded
        return [
            {field: value for field, value in each.items() if field not in hidden}
            for each in crm.documents(world.seed, world.scale, name, edition)
        ]

    return ODataApi(world, "ploomes", ENTITIES, make, MOST, USUAL, variant="expanded" if expanded else "plain")


SIMULATED = Simulated(
    name="ploomes",
    title="Ploomes CRM (com chave)",
    router=router,
    faults=PAGED,
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [("negócios (exige chave)", f"{PREFIX}/Deals?$top=100&$orderby=Id")],
)
