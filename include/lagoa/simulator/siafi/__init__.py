"""SIAFI's SOAP services: one WSDL a year and service, a UsernameToken in clear, a header with a nonce used once.

https://servicos-siafi.tesouro.gov.br/siafi<year>/services/{orcamentario/manterOrcamentario,
pf/manterProgramacaoFinanceira}. A number that does not exist is a fault; numbers have gaps. The client certificate of
the real host has no counterpart here.
"""

from collections import OrderedDict
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from lagoa.simulator import soap
from lagoa.simulator.fault_kinds import TRANSPORT
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS, REFERENCE
from lagoa.simulator.generated.federal_plans import FIRST_YEAR
from lagoa.simulator.generated.siafi_documents import (
    ANNULMENT,
    CommitmentState,
    Note,
    commitments,
    financial_programmings,
)
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

CREDENTIALS = ("simulated-siafi_usuario", "simulated-siafi_senha")
ORCAMENTARIO = "services/orcamentario/manterOrcamentario"
PF = "services/pf/manterProgramacaoFinanceira"
NAMESPACES = {
    ORCAMENTARIO: "http://services.orcamentario.siafi.tesouro.fazenda.gov.br/",
    PF: "http://services.programacaofinanceira.siafi.tesouro.fazenda.gov.br/",
}
OPERATIONS = {ORCAMENTARIO: "orcDetalharEmpenho", PF: "pfDetalharProgramacaoFinanceira"}
REMEMBERED_NONCES = 100_000
NOT_FOUND = "<html><body><h1>404 - Contexto não encontrado</h1></body></html>"


class Nonces:
    """The numbers that were used: the service refuses a second use."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, nonce: str | None) -> bool:
        """Whether a nonce is there and new."""
        if not nonce or nonce in self._seen:
            return False
        self._seen[nonce] = None
        if len(self._seen) > REMEMBERED_NONCES:
            self._seen.popitem(last=False)
        return True


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /siafi."""
    api = APIRouter(prefix="/siafi")
    nonces = Nonces()

    @api.get("/siafi{year}/{service:path}")
    def description(request: Request, year: int, service: str) -> Response:
        if not _exists(year, service) or "wsdl" not in request.query_params:
            return HTMLResponse(NOT_FOUND, 404)
        # The real WSDL names a host of its own, whoever asks.
        address = f"https://servicos-siafi.tesouro.gov.br/siafi{year}/{service}"
        return soap.wsdl("lagoa.simulator.siafi", f"{service.rpartition('/')[2]}.wsdl", address)

    @api.post("/siafi{year}/{service:path}")
    async def call(request: Request, year: int, service: str) -> Response:
        if not _exists(year, service):
            return HTMLResponse(NOT_FOUND, 404)
        try:
            asked = soap.parse(await request.body())
        except soap.NotAnEnvelope:
            return soap.fault("Client", "Error reading XMLStreamReader.")
        if asked.credentials() != CREDENTIALS:
            return soap.fault("wsse:FailedAuthentication", "The security token could not be authenticated.")
        refusal = _refusal(asked, year, nonces)
        if refusal or asked.operation != OPERATIONS[service]:
            return soap.fault("Client", refusal or f"Message part {asked.operation} was not recognized.")
        found = (_commitment if service == ORCAMENTARIO else _programming)(world, year, asked.arguments)
        if found is None:
            return soap.fault("Server", "(0063) DOCUMENTO NAO EXISTE.")
        spoiled = _spoiled(found, request.scope[FAULTS])
        return soap.answer(asked.operation, NAMESPACES[service], {"resultado": spoiled})

    return api


def _exists(year: int, service: str) -> bool:
    return FIRST_YEAR <= year <= REFERENCE.year and service in NAMESPACES


def _refusal(asked: soap.Call, year: int, nonces: Nonces) -> str | None:
    header = asked.header.get("cabecalhoSIAFI") or {}
    if header.get("nomeSistemaSIAFI") != f"SIAFI{year}":
        return "(0007) SISTEMA INVALIDO PARA O EXERCICIO."
    if not header.get("ug"):
        return "(0009) UG NAO INFORMADA."
    if not nonces.take((header.get("bilhetador") or {}).get("nonce")):
        return "(0012) BILHETADOR JA UTILIZADO."
    return None


def _commitment(world: World, year: int, arguments: dict[str, Any]) -> dict[str, Any] | None:
    asked = arguments.get("consultaEmpenho") or {}
    ug, number = asked.get("ugEmitente") or "", asked.get("numEmpenho") or ""
    if asked.get("anoEmpenho") != str(year) or not number.isdigit():
        return None
    known = commitments(world.seed, world.scale, world.editions.current("siafi"))
    state = known.get((ug, year, int(number)))
    return None if state is None else _commitment_fields(state)


def _commitment_fields(state: CommitmentState) -> dict[str, Any]:
    made = state.commitment
    return {
        "ugEmitente": made.ug.codigo,
        "gestaoEmitente": made.ug.gestao,
        "anoEmpenho": str(made.ano),
        "numEmpenho": made.numero[6:],
        "tipoEmpenho": "3" if made.contract_ids else "1",
        "dtEmis": f"{made.data_emissao}-03:00",
        "txtProcesso": made.processo,
        "vlrTaxaCambio": None,
        "vlrEmpenho": decimal(state.cents),
        "codFavorecido": made.supplier.documento,
        "codAmparoLegal": "135" if made.contract_ids else "999",
        "txtInfoCompl": None,
        "txtLocalEntrega": made.ug.nome.upper(),
        "txtDescricao": made.observacao,
        "celulaOrcamentaria": {
            "esfera": "1",
            "codPTRES": made.ptres,
            "codFonteRec": made.fonte,
            "codNatDesp": made.natureza,
            "ugResponsavel": made.ug.codigo,
            "codPlanoInterno": made.plano_interno or None,
        },
        "itemEmpenho": {
            "numSeqItem": 1,
            "codSubElemento": "99" if made.natureza.endswith("39") else "01",
            "txtDescricao": made.observacao.partition(".")[0],
            "vlrSaldo": decimal(state.cents),
            "operacaoItemEmpenho": [
                {
                    "tipoOperacaoItemEmpenho": done.kind,
                    "dtOperacao": f"{done.day}-03:00",
                    "quantidade": "1.00000",
                    "vlrUnitario": decimal(done.cents),
                    "vlrOperacao": decimal(-done.cents if done.kind == ANNULMENT else done.cents),
                }
                for done in state.operations
            ],
        },
    }


def _programming(world: World, year: int, asked: dict[str, Any]) -> dict[str, Any] | None:
    ug, number = asked.get("codUgEmit") or "", asked.get("numeroDocumento") or ""
    if asked.get("ano") != str(year) or not number.isdigit():
        return None
    known = financial_programmings(world.seed, world.scale, world.editions.current("siafi"))
    note = known.get((ug, year, int(number)))
    return None if note is None else _programming_fields(note, number)


def _programming_fields(note: Note, number: str) -> dict[str, Any]:
    transfer = note.plan.numero_transferencia
    return {
        "codUgEmit": note.issuer.codigo,
        "codGestaoEmit": note.issuer.gestao,
        "ano": str(note.issued.year),
        "numeroDocumento": number.zfill(6),
        "dtEmissao": f"{note.issued.date()}-03:00",
        "codUgFavorecida": note.favoured.codigo,
        "codGestaoFavorecida": note.favoured.gestao,
        "codEvento": "701620",
        "txtSituacao": "LIBERADA",
        "txtObservacao": f"REPASSE FINANCEIRO TED {transfer}",
        "valor": decimal(sum(cents for _, cents in note.lines)),
        "itemProgramacao": [
            {
                "codSituacaoContabil": "TRF001",
                "codFonteRecurso": "1000000000",
                "codVinculacaoPagamento": binding,
                "codCategoriaGasto": "C",
                "mesReferencia": f"{note.issued.month:02}",
                "numTransferencia": transfer,
                "valor": decimal(cents),
            }
            for binding, cents in note.lines
        ],
    }


def decimal(cents: int) -> str:
    """A decimal point and cents, as xs:decimal has it."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02}"


def _spoiled(found: dict[str, Any], struck: Striking) -> dict[str, Any]:
    rule = struck.get("missing_field")
    if rule is None:
        return found
    lacking = rule.field or ("vlrEmpenho" if "vlrEmpenho" in found else "valor")
    return {name: value for name, value in found.items() if name != lacking}


SIMULATED = Simulated(
    name="siafi",
    title="SIAFI: serviços SOAP (empenhos e programações financeiras)",
    router=router,
    faults=TRANSPORT | {"missing_field"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [
        (f"WSDL {service.rpartition('/')[2]}", f"/siafi/siafi{REFERENCE.year}/{service}?wsdl") for service in NAMESPACES
    ],
)
