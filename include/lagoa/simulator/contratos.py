"""Contratos.gov.br: contracts of a UG and what lies below each, whole arrays without pages.

https://contratos.comprasnet.gov.br/api/contrato/{ug/{ug}, inativo/ug/{ug}, {id}/{empenhos,faturas,…}}. Public, no key.
"""

import json
from collections.abc import Callable, Iterable
from functools import lru_cache

from fastapi import APIRouter, Request, Response

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import LISTED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import contract_children
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.contract_documents import commitment_document, contract_document
from lagoa.simulator.generated.contract_states import ContractState, contract_states, listed_commitments
from lagoa.simulator.generated.federation import federation
from lagoa.simulator.rows import spoiled
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

CHANGING = {"contratos": "objeto", "empenhos": "pago", "itens": "valortotal"}
LACKING = {"contratos": "valor_global", "empenhos": "numero", "itens": "quantidade"}
"""What another version of a record differs in, and what it lacks, when the faults say so."""

ELSEWHERE = "valor"


class Ledger:
    """What the API answers for one seed, scale and edition."""

    def __init__(self, seed: int, scale: float, edition: str) -> None:
        self.seed, self.edition = seed, edition
        self.states = contract_states(seed, scale, edition)
        self.commitments = listed_commitments(seed, scale, edition)
        self._by_ug: dict[str, list[ContractState]] = {}
        for state in self.states.values():
            self._by_ug.setdefault(state.contract.ug.codigo, []).append(state)

    def contracts(self, ug: str, *, active: bool) -> list[Document]:
        """The contracts of a UG."""
        found = self._by_ug.get(ug, [])
        return [contract_document(self.seed, state) for state in found if state.is_active == active]

    def children(self, contract_id: int, kind: str) -> list[Document] | None:
        """What a contract has of a kind; None where there is no such contract or kind."""
        makers: dict[str, Callable[[ContractState], Iterable[Document]]] = {
            "empenhos": lambda _: [
                commitment_document(number, made, self.edition)
                for number, made in self.commitments.get(contract_id, ())
            ],
            "faturas": lambda state: contract_children.invoices(
                self.seed, state, self.commitments.get(contract_id, ()), self.edition
            ),
            "cronograma": lambda state: contract_children.instalments(self.seed, state),
            "historico": contract_children.history,
            "itens": lambda state: contract_children.items(self.seed, state),
            "terceirizados": lambda state: contract_children.workers(self.seed, state, self.edition),
        }
        if contract_id not in self.states or kind not in makers:
            return None
        return list(makers[kind](self.states[contract_id]))


@lru_cache(maxsize=3)
def ledger(seed: int, scale: float, edition: str) -> Ledger:
    """The answers of an edition."""
    return Ledger(seed, scale, edition)


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /contratos."""
    api = APIRouter(prefix="/contratos/api/contrato")

    def current() -> Ledger:
        return ledger(world.seed, world.scale, world.editions.current("contratos"))

    @api.get("/ug/{ug}")
    def active(request: Request, ug: str) -> Response:
        return _answer(request, "contratos", current().contracts(ug, active=True))

    @api.get("/inativo/ug/{ug}")
    def inactive(request: Request, ug: str) -> Response:
        return _answer(request, "contratos", current().contracts(ug, active=False))

    @api.get("/{contract_id}/{kind}")
    def children(request: Request, contract_id: int, kind: str) -> Response:
        found = current().children(contract_id, kind)
        if found is None:
            return _json({"message": "Registro não encontrado"}, 404)
        return _answer(request, kind, found)

    return api


def _answer(request: Request, kind: str, records: list[Document]) -> Response:
    changes, lacks = CHANGING.get(kind, ELSEWHERE), LACKING.get(kind, ELSEWHERE)
    return _json(spoiled(records, request.scope[FAULTS], changes=changes, lacks=lacks))


def _json(body: object, status: int = 200) -> Response:
    """Escaped as PHP does it."""
    return Response(json.dumps(body, separators=(",", ":")), status, media_type="application/json")


def _examples(world: World) -> list[tuple[str, str]]:
    contract = federation(world.seed, world.scale).contracts[0]
    base = "/contratos/api/contrato"
    listed = [("contratos", f"{base}/ug/{contract.ug.codigo}")]
    return listed + [(kind, f"{base}/{contract.id}/{kind}") for kind in ("empenhos", "faturas", "cronograma")]


SIMULATED = Simulated(
    name="contratos",
    title="Contratos.gov.br: contratos, empenhos e faturas",
    router=router,
    faults=LISTED - {"half_rows"},  # nothing is announced: what one contract lost could not be told from an end
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=_examples,
)
