"""What a simulated source is: one module of this package each, listed in lagoa.simulator.registry."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter

if TYPE_CHECKING:
    from lagoa.simulator.fault_kinds import FaultKind
    from lagoa.simulator.world import World


@dataclass(frozen=True)
class Simulated:
    """One source: everything under `/<name>` of the simulator is its own, mounted as its real host's paths."""

    name: str
    title: str
    """On the landing page, in Portuguese."""
    router: "Callable[[World], APIRouter]"
    faults: "frozenset[FaultKind]"
    """The faults that it can show."""
    editions: "Callable[[World], tuple[str, ...]]"
    """Its dated states, oldest first; none = this data (a recorded folder without its files) does not offer it."""
    examples: "Callable[[World], list[tuple[str, str]]]"
    """Links for the landing page that answer something, as (text, path)."""
    strikes: "Callable[[FaultKind, str], bool]" = lambda fault, path: True
    """Whether a fault concerns a path at all."""
    background: "Callable[[World], AbstractAsyncContextManager[None]] | None" = None
    """What runs beside the endpoints for as long as the simulator does: a mailbox, say."""
