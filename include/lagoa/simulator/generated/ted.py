"""TED as an edition knows it: the federation's plans -> credit notes and financial programmings, with their numbers.

Credits go out in notas de crédito (NC), lines of which are events; money follows in programações financeiras (PF),
lines of which are transfers. Lines have no key and repeat: two equal reversals are two facts. Some of a plan's credit
reaches a unit other than its executor, one of another body: nothing of the plan itself tells of that unit.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance, share_out
from lagoa.simulator.generated.federal_bodies import DIRECT
from lagoa.simulator.generated.federation import Federation, Plan, Ug, federation

IDS = 10
"""An id of a note or programming is the plan's times this, plus its position."""

LATE_APPROVAL_ONE_IN = 14
VANISHED_ONE_IN = 6
"""Of the drafts of notes that were never sent."""

PARTNERED_ONE_IN = 3
"""Of the approved plans, in their order: the last of several notes and programmings goes past the executor."""

GRANT, REVERSAL = "300300", "300302"


@dataclass(frozen=True)
class Note:
    """A nota de crédito with its events as (event, cents), or a financial programming with its transfers."""

    id: int
    plan: Plan
    issued: datetime
    issuer: Ug
    favoured: Ug
    lines: tuple[tuple[str, int], ...]
    is_sent: bool


def situation(seed: int, plan: Plan, edition: str) -> str:
    """A plan's state: some were still being looked at in earlier editions."""
    draw = chance(seed, "approval", plan.id)
    approved_in = draw.choice((1, 2)) if draw.randrange(LATE_APPROVAL_ONE_IN) == 0 else 0
    return plan.situacao if number(edition) >= approved_in else "ENVIADO_ANALISE"


def notes(seed: int, scale: float, edition: str) -> Iterator[Note]:
    """The credit notes that an edition knows, by plan."""
    today = closes(edition)
    partners = partners_of(seed, scale)
    for plan in approved(seed, federation(seed, scale), edition):
        draw = chance(seed, "credit notes", plan.id)
        count = draw.randint(1, 3)
        for position, cents in enumerate(share_out(plan.valor_cents, [draw.random() + 0.2 for _ in range(count)])):
            issued = moment_of(draw, plan.inicio + timedelta(days=10 + position * draw.randint(20, 120)))
            lines = [
                (GRANT, share) for share in share_out(cents, [draw.random() + 0.1 for _ in range(draw.randint(1, 3))])
            ]
            is_sent = draw.random() < 0.93
            taker = _taker(plan, position, count, partners)
            made = Note(plan.id * IDS + position, plan, issued, plan.descentralizadora, taker, tuple(lines), is_sent)
            if issued <= today and not _is_gone(seed, made, edition):
                yield made
        if draw.random() < 0.5:  # what is not used goes back, in equal lines
            back = plan.valor_cents // 20
            issued = moment_of(draw, plan.inicio + timedelta(days=draw.randint(200, 400)))
            if issued <= today:
                lines = [(REVERSAL, back)] * 2
                taker, giver = plan.descentralizada, plan.descentralizadora
                yield Note(plan.id * IDS + count, plan, issued, taker, giver, tuple(lines), True)


def programmings(seed: int, scale: float, edition: str) -> Iterator[Note]:
    """The financial programmings that an edition knows, by plan: money follows the credits in instalments."""
    today = closes(edition)
    partners = partners_of(seed, scale)
    for plan in approved(seed, federation(seed, scale), edition):
        draw = chance(seed, "programmings", plan.id)
        passed = int(plan.valor_cents * draw.uniform(0.3, 0.9))
        shares = share_out(passed, [draw.random() + 0.2 for _ in range(draw.randint(1, 4))])
        for position, cents in enumerate(shares):
            issued = moment_of(draw, plan.inicio + timedelta(days=30 + position * draw.randint(15, 90)))
            half = cents // 2
            lines = (("400", half), ("400", half)) if draw.random() < 0.2 else (("400", cents),)
            taker = _taker(plan, position, len(shares), partners)
            made = Note(plan.id * IDS + position, plan, issued, plan.descentralizadora, taker, lines, True)
            if issued <= today:
                yield made


@lru_cache(maxsize=4)
def partners_of(seed: int, scale: float) -> dict[int, Ug]:
    """The units that some plans reach beside their executor, by the plan's id: each unit in its turn."""
    whole = federation(seed, scale)
    units = [ug for ug in whole.ugs if ug.gestao != DIRECT]
    chosen = list(approved(seed, whole, EDITIONS[-1]))[PARTNERED_ONE_IN - 1 :: PARTNERED_ONE_IN]
    found = {}
    for turn, plan in enumerate(chosen):
        partner = units[turn % len(units)]
        if partner.orgao != plan.descentralizada.orgao:
            found[plan.id] = partner
    return found


def _taker(plan: Plan, position: int, count: int, partners: dict[int, Ug]) -> Ug:
    """Whom a plan's note or programming credits: the executor, or a partner with the last of several."""
    is_last_of_several = 0 < position == count - 1
    return partners.get(plan.id, plan.descentralizada) if is_last_of_several else plan.descentralizada


@lru_cache(maxsize=4)
def numbers(seed: int, scale: float, kind: Literal["NC", "PF"]) -> dict[int, str]:
    """SIAFI's numbers by the id of what was sent: they rise in each unit and year, one in ten is left out."""
    made = notes if kind == "NC" else programmings
    sent = sorted((note for note in made(seed, scale, EDITIONS[-1]) if note.is_sent), key=lambda note: note.issued)
    reached: dict[tuple[str, int], int] = {}
    found = {}
    for note in sent:
        book = note.issuer.codigo, note.issued.year
        draw = chance(seed, "document numbers", kind, note.id)
        reached[book] = reached.get(book, 0) + draw.choice((1, 1, 1, 1, 1, 1, 1, 1, 1, 3))
        found[note.id] = f"{note.issued.year}{kind}{reached[book]:06}"
    return found


def approved(seed: int, whole: Federation, edition: str) -> Iterator[Plan]:
    """The plans that an edition knows as approved."""
    return (plan for plan in whole.plans if situation(seed, plan, edition) == "APROVADO")


def _is_gone(seed: int, note: Note, edition: str) -> bool:
    is_last = number(edition) == len(EDITIONS) - 1
    return is_last and not note.is_sent and chance(seed, "gone", note.id).randrange(VANISHED_ONE_IN) == 0


def moment_of(draw: random.Random, day: date) -> datetime:
    """A moment of a day within working hours, with the decimals that it happens to have."""
    fraction = draw.choice((0, 0, 123_000, 120_000, 500_000, 123_456))
    return datetime.combine(day, time(draw.randint(8, 18), draw.randint(0, 59), draw.randint(0, 59), fraction))
