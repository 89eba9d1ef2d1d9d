"""What follows a commitment: its items, its liquidations (NS) and its payments (OB), by day.

    commitment (NE) -> items with their history -> liquidations, one to six -> payments some days later

The sums are the federation's: a commitment's liquidations are its `liquidado_cents`, its payments its `pago_cents`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lagoa.simulator.generated.calendar import REFERENCE
from lagoa.simulator.generated.draw import chance, share_out
from lagoa.simulator.generated.federation import Commitment, federation

LAST_DAY = REFERENCE - timedelta(days=1)
MOST_INSTALMENTS = 6
PRICE_SCALE = 100_000
"""Unit prices and quantities have five decimals."""


@dataclass(frozen=True)
class Change:
    """One entry in an item's history."""

    kind: str
    day: date
    quantity: int
    cents: int


@dataclass(frozen=True)
class Item:
    """An item of a commitment; quantities in hundred-thousandths."""

    commitment: Commitment
    sequence: int
    text: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Settlement:
    """A liquidation or a payment of one commitment."""

    commitment: Commitment
    number: str
    day: date
    cents: int

    @property
    def documento(self) -> str:
        """UG, gestão and number, 23 characters."""
        return f"{self.commitment.ug.codigo}{self.commitment.ug.gestao}{self.number}"


@dataclass(frozen=True)
class Expenses:
    """Everything by day."""

    commitments: Mapping[date, tuple[Commitment, ...]]
    liquidations: Mapping[date, tuple[Settlement, ...]]
    payments: Mapping[date, tuple[Settlement, ...]]


@lru_cache(maxsize=2)
def expenses(seed: int, scale: float) -> Expenses:
    """The documents of each day, numbered by UG and year in the order of the days."""
    made: dict[date, list[Commitment]] = defaultdict(list)
    settled: list[tuple[Commitment, date, int]] = []
    paid: list[tuple[Commitment, date, int]] = []
    for commitment in federation(seed, scale).commitments:
        made[commitment.data_emissao].append(commitment)
        draw = chance(seed, "instalments", commitment.documento)
        span = (min(LAST_DAY, date(commitment.ano, 12, 31)) - commitment.data_emissao).days
        count = max(1, min(MOST_INSTALMENTS, span // 30))
        days = sorted(draw.randint(0, max(0, span)) for _ in range(count))
        weights = [draw.random() + 0.2 for _ in days]
        for day, cents in zip(days, share_out(commitment.liquidado_cents, weights), strict=True):
            settled.append((commitment, commitment.data_emissao + timedelta(days=day), cents))
        for day, cents in zip(days, share_out(commitment.pago_cents, weights), strict=True):
            when = commitment.data_emissao + timedelta(days=day + draw.randint(0, 12))
            paid.append((commitment, min(LAST_DAY, when), cents))
    return Expenses({day: tuple(each) for day, each in made.items()}, _numbered(settled, "NS"), _numbered(paid, "OB"))


def _numbered(found: list[tuple[Commitment, date, int]], kind: str) -> Mapping[date, tuple[Settlement, ...]]:
    """By day; documents of nothing are not made."""
    numbers: dict[tuple[str, int], int] = defaultdict(int)
    by_day: dict[date, list[Settlement]] = defaultdict(list)
    for commitment, day, cents in sorted(found, key=lambda each: (each[1], each[0].documento, each[2])):
        if not cents:
            continue
        series = (commitment.ug.codigo, day.year)
        numbers[series] += 1
        by_day[day].append(Settlement(commitment, f"{day.year}{kind}{numbers[series]:06}", day, cents))
    return {day: tuple(each) for day, each in by_day.items()}


def items(seed: int, commitment: Commitment, until: date) -> list[Item]:
    """A commitment's items as known on a day: reinforced and cancelled long after the commitment was made."""
    draw = chance(seed, "items", commitment.documento)
    shares = share_out(commitment.valor_cents, [draw.random() + 0.1 for _ in range(draw.choice((1, 1, 1, 2, 3, 5)))])
    found = []
    for sequence, cents in enumerate(shares, 1):
        quantity = draw.choice((1, 1, 1, 12, 30)) * PRICE_SCALE if draw.random() < 0.6 else draw.randint(85, 40_000_000)
        changes = [Change("INCLUSAO", commitment.data_emissao + timedelta(days=draw.randint(0, 7)), quantity, cents)]
        if draw.random() < 0.15:  # what is taken back comes with what replaces it: the value stays the federation's
            later = changes[0].day + timedelta(days=draw.randint(5, 200))
            part = cents // 4
            changes.append(Change("ANULACAO", later, quantity // 4, part))
            changes.append(Change("REFORCO", later + timedelta(days=3), quantity // 4, part))
        known = [change for change in changes if change.day <= max(until, commitment.data_emissao)]
        text = f"Item compra: {sequence:05} - {commitment.observacao.split('.')[0]}"
        found.append(Item(commitment, sequence, text, tuple(known)))
    return found
