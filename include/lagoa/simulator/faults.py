"""Faults on demand: a list of rules -> which of them strike a request.

A rule strikes the requests of its source whose path (with the query) contains `path_contains`: it lets the first
`after` of them pass, then strikes every `every`-th one, with a `chance` drawn from a `seed`, `times` times in all
(without `times`: for ever).
"""

import threading
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lagoa.simulator.fault_kinds import FaultKind
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.registry import simulated


class Fault(BaseModel):
    """One rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    fault: FaultKind
    path_contains: str = ""
    times: int | None = Field(default=None, ge=1)
    every: int = Field(default=1, ge=1)
    after: int = Field(default=0, ge=0)
    chance: float = Field(default=1, gt=0, le=1)
    """The share of those requests that it really strikes, drawn from `seed`: the same plan strikes the same ones."""
    seed: int = 0
    field: str | None = None
    """Which column or field is missing; by default one that matters."""
    seconds: float = Field(default=300, gt=0)
    """How long a `timeout` keeps the client waiting."""

    @model_validator(mode="after")
    def _is_supported(self) -> Self:
        sources = simulated()
        if self.source not in sources:
            raise ValueError(f"found source {self.source!r}, expected one of {', '.join(sources)}")
        supported = sources[self.source].faults
        if self.fault not in supported:
            valid = ", ".join(sorted(supported))
            raise ValueError(f"{self.source}: fault {self.fault} makes no sense there, expected one of {valid}")
        return self

    def concerns(self, source: str, url: str) -> bool:
        """Whether a request is one of those that the rule counts."""
        if source != self.source or self.path_contains not in url:
            return False
        return simulated()[source].strikes(self.fault, url.partition("?")[0])


Striking = dict[FaultKind, Fault]


class FaultBook:
    """The rules in force, and how often each was met and struck."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._met: list[int] = []
        self._struck: list[int] = []

    def arm(self, rules: list[Fault]) -> None:
        """Put these rules in force in place of the present ones."""
        with self._lock:
            self._rules = list(rules)
            self._met = [0] * len(rules)
            self._struck = [0] * len(rules)

    def strike(self, source: str, url: str) -> Striking:
        """The rules that strike this request, by kind; counts it."""
        struck: Striking = {}
        with self._lock:
            for position, rule in enumerate(self._rules):
                if not rule.concerns(source, url):
                    continue
                self._met[position] += 1
                turn = self._met[position] - rule.after
                is_spent = rule.times is not None and self._struck[position] >= rule.times
                if turn < 1 or (turn - 1) % rule.every or is_spent:
                    continue
                if rule.chance < 1 and chance(rule.seed, rule.fault, turn).random() >= rule.chance:
                    continue
                self._struck[position] += 1
                struck.setdefault(rule.fault, rule)
        return struck

    def state(self) -> list[dict[str, object]]:
        """The rules with what became of them."""
        with self._lock:
            return [
                rule.model_dump() | {"met": met, "struck": struck}
                for rule, met, struck in zip(self._rules, self._met, self._struck, strict=True)
            ]
