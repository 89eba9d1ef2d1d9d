"""Chance that repeats itself: (seed, what, which one) -> the same numbers on every machine and in every order."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

Thing = TypeVar("Thing")


def chance(seed: int, *names: object) -> random.Random:
    """A generator of its own for one thing, so that any record can be made without those before it."""
    return random.Random(f"{seed}/{'/'.join(map(str, names))}")  # noqa: S311 -- figures for a demonstration


def pick(draw: random.Random, things: Sequence[tuple[Thing, float]]) -> Thing:
    """One of the (thing, weight) pairs."""
    totals = list(accumulate(weight for _, weight in things))
    point = draw.random() * totals[-1]
    return next(thing for (thing, _), total in zip(things, totals, strict=True) if point < total)


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """A whole total split by weights, exactly: the last share takes what rounding left."""
    whole = sum(weights)
    shares = [int(total * weight / whole) for weight in weights[:-1]]
    return [*shares, total - sum(shares)]
