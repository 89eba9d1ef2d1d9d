"""Contracts as an edition knows them: federation + edition -> those signed by then, with the amendments seen by then.

Contratos.gov.br, Compras and PNCP show the same states.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import Commitment, Contract, federation

VANISHED_ONE_IN = 90
KEPT_ACTIVE = 0.5
"""How many of the contracts that ended lately nobody has written off yet."""

KEPT_ACTIVE_DAYS = 150
FIRST_COMMITMENT_ID = 700_001
UNLISTED_ONE_IN = 12
"""How many of the true links between commitment and contract nobody entered into Contratos.gov.br."""


@dataclass(frozen=True)
class ContractState:
    """A contract at an edition; `is_active` also holds for an ended one that was not written off."""

    contract: Contract
    valor_global_cents: int
    is_amended: bool
    is_active: bool


@lru_cache(maxsize=6)
def contract_states(seed: int, scale: float, edition: str) -> dict[int, ContractState]:
    """The contracts by id."""
    day, turn = closes(edition).date(), number(edition)
    found = {}
    for contract in federation(seed, scale).contracts:
        draw = chance(seed, "contract state", contract.id)
        is_gone = draw.randrange(VANISHED_ONE_IN) == 0 and turn == len(EDITIONS) - 1
        if contract.data_assinatura > day or is_gone:
            continue
        is_amended = contract.changed_in_edition is None or contract.changed_in_edition <= turn
        found[contract.id] = ContractState(
            contract,
            contract.valor_global_cents if is_amended else contract.valor_inicial_cents,
            is_amended and contract.valor_global_cents != contract.valor_inicial_cents,
            _is_active(contract, day, is_forgotten=draw.random() < KEPT_ACTIVE),
        )
    return found


@lru_cache(maxsize=6)
def listed_commitments(seed: int, scale: float, edition: str) -> dict[int, tuple[tuple[int, Commitment], ...]]:
    """What Contratos.gov.br lists below each contract, as (its own id, commitment): most of the true links."""
    day = closes(edition).date()
    found: dict[int, list[tuple[int, Commitment]]] = {}
    for position, made in enumerate(federation(seed, scale).commitments):
        if made.data_emissao <= day:
            for contract_id in made.contract_ids:
                if chance(seed, "listed", made.documento, contract_id).randrange(UNLISTED_ONE_IN):
                    found.setdefault(contract_id, []).append((FIRST_COMMITMENT_ID + position, made))
    return {contract_id: tuple(listed) for contract_id, listed in found.items()}


def settled_part(made: Commitment, edition: str) -> float:
    """How much of what the last edition says was settled and paid this year an earlier one knows."""
    is_current = made.ano == closes(EDITIONS[-1]).year
    return (0.9, 0.95, 1.0)[number(edition)] if is_current else 1.0


def _is_active(contract: Contract, day: date, *, is_forgotten: bool) -> bool:
    end = contract.vigencia_fim
    if end is None or end >= day:
        return True
    return is_forgotten and day - end < timedelta(days=KEPT_ACTIVE_DAYS)
