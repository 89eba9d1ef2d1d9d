"""SAP Business One's Service Layer, version 2: a login with cookies, OData 4, twenty records a page, a relative link.

https://<servidor>:50000/b1s/v2/{Login,Logout,BusinessPartners,Items,Orders,Invoices}. A session that nobody opened, or
that has answered enough requests, is answered 401 with code 301: log in again.
"""

import itertools
import json
import threading

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.generated import erp
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.odata import BadRequest, Entity, ODataApi
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/sap_b1/b1s/v2"
USER = {"UserName": "simulated-sap_b1_usuario", "Password": "simulated-sap_b1_senha"}  # pragma: allowlist secret
MOST, USUAL = 500, 20
LIVES = 25
"""Requests that a session answers here; a real one ends after 30 minutes."""
ENTITIES = {
    "BusinessPartners": Entity("CardCode", "UpdateDate", "CardName", "CardType"),
    "Items": Entity("ItemCode", "UpdateDate", "ItemName", "ItemsGroupCode"),
    "Orders": Entity("DocEntry", "UpdateDate", "DocNum", "DocTotal"),
    "Invoices": Entity("DocEntry", "UpdateDate", "DocNum", "DocTotal"),
}


class Sessions:
    """The sessions that are open, and how much each may still be asked."""

    def __init__(self) -> None:
        self._names = itertools.count(1)
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def open(self) -> str:
        """A new one."""
        with self._lock:
            name = f"session-{next(self._names)}"
            self._left[name] = LIVES
            return name

    def close(self, name: str | None) -> None:
        """End one."""
        with self._lock:
            self._left.pop(name or "", None)

    def uses(self, name: str | None) -> bool:
        """Whether it answers one more request."""
        with self._lock:
            left = self._left.get(name or "", 0)
            if left:
                self._left[name or ""] = left - 1
            return bool(left)


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /sap_b1."""
    api = APIRouter(prefix=PREFIX)
    sessions = Sessions()
    service = ODataApi(
        world,
        "sap_b1",
        ENTITIES,
        lambda name, edition: erp.documents(world.seed, world.scale, name, edition),
        MOST,
        USUAL,
        says_next=True,
    )

    @api.post("/Login")
    async def login(request: Request) -> Response:
        asked = json.loads(await request.body() or b"{}")
        if {key: asked.get(key) for key in USER} != USER or not asked.get("CompanyDB"):
            return _error(401, 100000027, "Login failed")
        name = sessions.open()
        answer = JSONResponse({"SessionId": name, "Version": "1000190", "SessionTimeout": 30})
        answer.set_cookie("B1SESSION", name, httponly=True)
        answer.set_cookie("ROUTEID", ".node1")
        return answer

    @api.post("/Logout")
    def logout(request: Request) -> Response:
        sessions.close(request.cookies.get("B1SESSION"))
        return Response(status_code=204)

    @api.get("/{name}")
    def entity(request: Request, name: str) -> Response:
        if not sessions.uses(request.cookies.get("B1SESSION")) or request.cookies.get("ROUTEID") != ".node1":
            return _error(401, 301, "Invalid session or session already timeout.")
        if name not in ENTITIES:
            return _error(404, -1, f"Unrecognized resource path: {name}")
        try:
            return service.answer(request, name, "https://b1.orgao.example:50000/b1s/v2")
        except BadRequest as problem:
            return _error(400, -1000, str(problem))

    return api


def _error(status: int, code: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)


SIMULATED = Simulated(
    name="sap_b1",
    title="SAP Business One: Service Layer (com sessão)",
    router=router,
    faults=PAGED,
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [("itens (exige sessão)", f"{PREFIX}/Items?$orderby=ItemCode")],
    strikes=lambda fault, path: not path.endswith(("/Login", "/Logout")),
)
