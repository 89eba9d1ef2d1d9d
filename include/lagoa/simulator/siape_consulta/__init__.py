"""SIAPE's restricted consultation: SOAP behind a gateway that wants a bearer token and the CPF of who asks.

https://apigateway.conectagov.estaleiro.serpro.gov.br: POST /oauth2/jwt-token/ (client credentials), then POST
/api-consulta-siape/v1/consulta-siape. RPC, everything text; dates DDMMYYYY, none 00000000; nothing found is a fault.
"""

import base64
import secrets
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator import soap
from lagoa.simulator.fault_kinds import TRANSPORT
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.staff_records import (
    Record,
    cpf,
    functional_records,
    listed,
    staff,
    unit_records,
)
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

NAME = "siape_consulta"
CLIENT = f"simulated-{NAME}_cliente", f"simulated-{NAME}_segredo"
PASSWORD, USER_CPF = f"simulated-{NAME}_senha", f"simulated-{NAME}_cpf"
NAMESPACE = "http://servico.wssiapenet"
REAL_ADDRESS = "http://www1.siapenet.gov.br/WSSiapenet/services/ConsultaSIAPE"
SECONDS = 3600
SERVICE = "/api-consulta-siape/v1/consulta-siape"
NOTHING = "(0002) NAO EXISTEM DADOS PARA A CONSULTA."
Answer = Callable[[World, str, dict[str, Any]], dict[str, Any] | None]


class Gate:
    """The tokens that were given out."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def token(self, authorization: str) -> str | None:
        """A token for the client of `Authorization: Basic`; None for anybody else."""
        expected = base64.b64encode(":".join(CLIENT).encode()).decode()
        if not secrets.compare_digest(authorization, f"Basic {expected}"):
            return None
        given = secrets.token_urlsafe(24)
        self._given.add(given)
        return given

    def lets_in(self, request: Request) -> bool:
        """Whether a request carries a token, and the CPF of who asks."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme == "Bearer" and token in self._given and request.headers.get("x-cpf-usuario") == USER_CPF


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /siape_consulta."""
    api = APIRouter(prefix=f"/{NAME}")
    gate = Gate()

    @api.post("/oauth2/jwt-token/")
    async def token(request: Request) -> Response:
        given = gate.token(request.headers.get("authorization", ""))
        if given is None or b"grant_type=client_credentials" not in await request.body():
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": given, "token_type": "Bearer", "expires_in": SECONDS})

    @api.get(SERVICE)
    def description(request: Request) -> Response:
        if not gate.lets_in(request):
            return _refused()
        return soap.wsdl("lagoa.simulator.siape_consulta", "consultaSIAPE.wsdl", REAL_ADDRESS)

    @api.post(SERVICE)
    async def call(request: Request) -> Response:
        if not gate.lets_in(request):
            return _refused()
        try:
            asked = soap.parse(await request.body())
        except soap.NotAnEnvelope:
            return soap.fault("Client", "Error reading XMLStreamReader.")
        if asked.arguments.get("senha") != PASSWORD:
            return soap.fault("Client", "(0004) SENHA INVALIDA.")
        if asked.operation not in ANSWERS:
            return soap.fault("Client", f"Invalid operation: {asked.operation}")
        found = ANSWERS[asked.operation](world, world.editions.current(NAME), asked.arguments)
        if found is None:
            return soap.fault("Server", NOTHING)
        return soap.answer(asked.operation, NAMESPACE, {"out": found})

    return api


def _refused() -> Response:
    return JSONResponse({"mensagem": "Token inválido ou ausente"}, 401)


def _units(world: World, edition: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    return _list("Uorg", list(unit_records(world.seed, asked.get("codOrgao") or "", edition)))


def _servants(world: World, edition: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    found = staff(world.seed, world.scale, edition).get((asked.get("codOrgao") or "", asked.get("codUorg") or ""), ())
    return _list("Servidor", [listed(world.seed, servant, edition) for servant in found])


def _functional(world: World, edition: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    for (orgao, _), servants in staff(world.seed, world.scale, edition).items():
        for servant in servants if orgao == asked.get("codOrgao") else ():
            if cpf(world.seed, servant) == asked.get("cpf"):
                records = functional_records(world.seed, servant)
                return {"dadosFuncionais": {"DadosFuncionais": records}} if records else None
    return None


def _list(name: str, records: list[Record]) -> dict[str, Any] | None:
    return {name: records} if records else None


ANSWERS: dict[str, Answer] = {
    "listaUorgs": _units,
    "listaServidores": _servants,
    "consultaDadosFuncionais": _functional,
}

SIMULATED = Simulated(
    name=NAME,
    title="SIAPE: consulta restrita (SOAP)",
    router=router,
    faults=TRANSPORT,
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [],
)
