"""Special transfers: programmes, orders of payment with their history, purposes and management reports.

An order goes through steps (1 created, 2 refused by SIAFI, 3 waiting for signatures, 4 signed, 5 sent to the bank);
an edition shows the steps taken by its day.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lagoa.simulator.catalog import Cell, Table
from lagoa.simulator.generated.calendar import closes, number
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.transfer_facts import (
    AREAS,
    COLUMNS,
    PROGRAMS,
    ROUNDS,
    STEPS,
)

ORDERS_AT_SCALE_1 = 3000
REPORTS_AT_SCALE_1 = 2000
PURPOSES_AT_SCALE_1 = 10_000
EXECUTOR_PURPOSES = 1.52
"""How many areas an executor declares on average."""

PLANS = 4000
FIRST_ORDER = 30_000
NEW_EACH_EDITION = 0.03
VANISHED_ONE_IN = 130
PAID = 5


@dataclass(frozen=True)
class Order:
    """One order of payment: its steps as (number, moment), in time."""

    id: int
    issued: datetime
    steps: tuple[tuple[int, datetime], ...]


def table(seed: int, scale: float, name: str, edition: str) -> Table:
    """One of the five tables at an edition."""
    makers = {
        "programa_especial": lambda: _programs(edition),
        "ordem_pagamento_ordem_bancaria_especial": lambda: _orders(seed, scale, edition),
        "historico_pagamento_especial": lambda: _history(seed, scale, edition),
        "finalidade_especial": lambda: _purposes(seed, scale, edition),
        "relatorio_gestao_novo_especial": lambda: _reports(seed, scale, edition),
    }
    return Table(COLUMNS[name], makers[name]())


def literal(cents: int) -> str:
    """An amount as R's `fwrite` writes it: 300000 is 3e+05, because that is shorter."""
    whole, rest = divmod(cents, 100)
    if rest or not whole:
        return f"{whole}.{rest:02}".rstrip("0").rstrip(".")
    digits = str(whole).rstrip("0")
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    scientific = f"{mantissa}e+{len(str(whole)) - 1:02}"
    return scientific if len(scientific) < len(str(whole)) else str(whole)


def _programs(edition: str) -> Iterator[tuple[Cell, ...]]:
    for program in PROGRAMS:
        needed, blocked = program.needed_cents, program.blocked_cents
        waiting = 0
        if program.is_open:  # the year's programme is still being analysed: each edition finds more impediments
            blocked += blocked * number(edition) // 4
            waiting = (needed - blocked) // 3
        available = needed - blocked - waiting
        paid = available if not program.is_open else available // 10 * (7 + number(edition))
        organ = program.organ
        yield (
            program.id, program.year, "ESPECIAL", program.code, *organ, *organ, 1, program.documents,
            organ[0] if program.is_open else 73101, *program.days,
            literal(needed), literal(available), literal(blocked), literal(waiting),
            literal(paid), literal(paid), literal(available - paid),
        )  # fmt: skip


def _order(seed: int, position: int, count: int) -> Order:
    draw = chance(seed, "order", position)
    issued = _issued(draw, (position + draw.random()) / count)
    moment = issued
    steps = [(1, moment)]
    if draw.random() < 0.03:
        moment += timedelta(minutes=draw.uniform(1, 8))
        steps.append((2, moment))
    moment += timedelta(minutes=draw.uniform(5, 45))
    steps.append((3, moment))
    moment += timedelta(days=min(18.0, draw.lognormvariate(0.3, 0.9)))
    steps.append((4, moment))
    moment += timedelta(hours=draw.uniform(10, 60))
    steps.append((PAID, moment))
    return Order(FIRST_ORDER + 1 + position, issued, tuple(steps))


def _issued(draw: random.Random, part: float) -> datetime:
    """The day of an order: transfers go out in rounds."""
    for begin, end, share in ROUNDS:
        if part < share:
            first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
            day = first + (last - first) * (part / share)
            day -= timedelta(days=max(0, day.weekday() - 4))
            return day.replace(hour=draw.randint(9, 17), minute=draw.randint(0, 59), microsecond=draw.randrange(10**6))
        part -= share
    return datetime.fromisoformat(ROUNDS[-1][1])


def _shown(seed: int, scale: float, edition: str) -> Iterator[tuple[Order, tuple[tuple[int, datetime], ...]]]:
    """The orders that exist by the edition's day, with the steps taken by then."""
    count, now = round(ORDERS_AT_SCALE_1 * scale), closes(edition)
    for position in range(count):
        order = _order(seed, position, count)
        taken = tuple(step for step in order.steps if step[1] <= now)
        if taken:
            yield order, taken


def _orders(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    for order, taken in _shown(seed, scale, edition):
        current, moment = taken[-1]
        signed = next((f"{at:%Y-%m-%d}" for step, at in taken if step == 4), None)
        paid = f"{moment:%Y-%m-%d}" if current == PAID else None
        year, serial = order.issued.year, order.id - FIRST_ORDER
        yield (
            order.id, f"{order.issued:%Y-%m-%d}", f"{year}OP{serial:06}", 405, current, STEPS[current],
            f"{moment:%Y-%m-%d}", paid, f"{year}OB{serial:06}" if paid else None,
            f"{year}NS{serial + 25_000:06}" if paid else None, signed, signed, order.id + 20_000,
        )  # fmt: skip


def _history(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    for order, taken in _shown(seed, scale, edition):
        for turn, (step, moment) in enumerate(taken):
            stamp = moment.isoformat(timespec="microseconds").rstrip("0")
            yield order.id * 5 + turn, stamp, step, STEPS[step], order.id


def _purposes(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    count = round(PURPOSES_AT_SCALE_1 * scale / EXECUTOR_PURPOSES)
    known = round(count * (1 - NEW_EACH_EDITION * (2 - number(edition))))
    weights = [area.weight for area in AREAS]
    for executor in range(known):
        draw = chance(seed, "executor", executor)
        chosen = dict.fromkeys(draw.choices(AREAS, weights, k=draw.choice((1, 1, 1, 2, 3))))
        for turn, area in enumerate(chosen):
            if number(edition) == 2 and (executor * 3 + turn) % VANISHED_ONE_IN == 5:
                continue
            yield 4001 + executor, area.kind_code, area.kind, area.code, area.name


def _reports(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    count, now = round(REPORTS_AT_SCALE_1 * scale), closes(edition)
    begin, end = datetime(2024, 11, 14, 8), datetime(2026, 10, 31, 18)
    for position in range(count):
        draw = chance(seed, "report", position)
        written = begin + (end - begin) * ((position + draw.random()) / count)
        if written > now:
            continue
        is_final = draw.random() < 0.48
        total = draw.choice((10_000_000, 15_000_000, 20_000_000, 30_000_000, 50_000_000, 100_000_000))
        if draw.random() < 0.5:
            total = int(draw.lognormvariate(17.2, 0.8))
        pending = 0 if is_final and draw.random() < 0.7 else int(total * draw.uniform(0.02, 0.6))
        delivered = written + timedelta(days=draw.uniform(0, 40))
        is_open = delivered > now or draw.random() < 0.12
        yield (
            position + 1, written.isoformat(timespec="microseconds").rstrip("0"),
            "Final" if is_final else "Parcial", literal(total - pending), literal(pending),
            "EM_ELABORACAO" if is_open else "DISPONIBILIZADO", 3001 + draw.randrange(round(PLANS * max(scale, 1))),
        )  # fmt: skip
