"""The limits of the figures: each benchmark tells which it kept, and ends with exit code 1 where it broke one."""

import sys
from dataclasses import dataclass

from rich.console import Console


@dataclass(frozen=True)
class Limit:
    """A figure and what it is held against: at least `lowest`, or below `highest`, in the figure's own unit."""

    name: str
    found: float
    lowest: float = float("-inf")
    highest: float = float("inf")

    @property
    def is_kept(self) -> bool:
        """Whether the figure is on the right side."""
        return self.lowest <= self.found < self.highest

    def __str__(self) -> str:
        wanted = f"at least {self.lowest:g}" if self.highest == float("inf") else f"below {self.highest:g}"
        return f"{self.name}: {self.found:.3g}, expected {wanted}"


def hold(*limits: Limit) -> None:
    """Print each limit as kept or broken; exit with 1 where one is broken."""
    console = Console()
    for limit in limits:
        console.print(f"{'[green]kept[/]  ' if limit.is_kept else '[red]broken[/]'} {limit}", highlight=False)
    if not all(limit.is_kept for limit in limits):
        sys.exit(1)
