"""SIAFI's documents as an edition knows them: the federation's commitments (NE) and TED's programmings (PF), by number.

A commitment begins with an inclusion; later some are reinforced and some cut. Its value is the sum of what was done up
to the edition, so late operations restate early commitments; at the last edition it is the federation's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lagoa.simulator.generated.calendar import REFERENCE, closes
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import Commitment, federation
from lagoa.simulator.generated.ted import Note, numbers, programmings

INCLUSION, REINFORCEMENT, ANNULMENT = "INCLUSAO", "REFORCO", "ANULACAO"
CHANGED_ONE_IN = 5
Key = tuple[str, int, int]
"""UG, year and number of a document."""


@dataclass(frozen=True)
class Operation:
    """What was done to a commitment on a day; an annulment's cents count down."""

    kind: str
    day: date
    cents: int


@dataclass(frozen=True)
class CommitmentState:
    """A commitment with the operations that an edition knows."""

    commitment: Commitment
    operations: tuple[Operation, ...]

    @property
    def cents(self) -> int:
        """Its value."""
        return sum(-done.cents if done.kind == ANNULMENT else done.cents for done in self.operations)


@lru_cache(maxsize=6)
def commitments(seed: int, scale: float, edition: str) -> dict[Key, CommitmentState]:
    """The commitments issued by an edition's day."""
    today = closes(edition).date()
    found = {}
    for made in federation(seed, scale).commitments:
        if made.data_emissao > today:
            continue
        done = tuple(each for each in _operations(seed, made) if each.day <= today)
        found[made.ug.codigo, made.ano, int(made.numero[6:])] = CommitmentState(made, done)
    return found


@lru_cache(maxsize=6)
def financial_programmings(seed: int, scale: float, edition: str) -> dict[Key, Note]:
    """The financial programmings issued by an edition's day, under the issuing unit."""
    named = numbers(seed, scale, "PF")
    return {
        (note.issuer.codigo, note.issued.year, int(named[note.id][6:])): note
        for note in programmings(seed, scale, edition)
    }


def _operations(seed: int, made: Commitment) -> list[Operation]:
    """All operations up to the last edition, which add up to the commitment's value."""
    draw = chance(seed, "operations", made.documento)
    last = min(date(made.ano, 12, 28), REFERENCE - timedelta(days=1))
    room = (last - made.data_emissao).days
    if room < 1 or draw.randrange(CHANGED_ONE_IN):
        return [Operation(INCLUSION, made.data_emissao, made.valor_cents)]
    changed = int(made.valor_cents * draw.uniform(0.05, 0.4))
    day = made.data_emissao + timedelta(days=draw.randint(1, room))
    if draw.random() < 0.6:
        first = Operation(INCLUSION, made.data_emissao, made.valor_cents - changed)
        return [first, Operation(REINFORCEMENT, day, changed)]
    first = Operation(INCLUSION, made.data_emissao, made.valor_cents + changed)
    return [first, Operation(ANNULMENT, day, changed)]
