"""Documents with numbers: each is asked for in turn, until so many in a row do not exist."""

from dataclasses import dataclass

from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.paging.walk import Answer, Asking, Walk
from lagoa.sources.spec import Sequence


@dataclass(frozen=True)
class Documents(Walk):
    """`paging: sequence`. `missed`: numbers in a row that do not exist; `gaps`: those before the last one found."""

    paging: Sequence

    def start(self) -> Position:
        """The first number."""
        return {"number": self.paging.first, "missed": 0, "gaps": 0}

    def request(self, position: Position) -> Asking:
        """The number, with its zeros."""
        return Asking({self.paging.parameter: str(position["number"]).zfill(self.paging.width)})

    def following(self, position: Position, answer: Answer) -> Position | None:
        """The next number; what was missed before this one is a gap, not the end."""
        return {"number": position["number"] + 1, "missed": 0, "gaps": self.missing(position)}

    def missed(self, position: Position) -> Position | None:
        """The next number, unless too many have been missed."""
        missed = position["missed"] + 1
        if missed >= self.paging.misses:
            return None
        return {"number": position["number"] + 1, "missed": missed, "gaps": position["gaps"]}

    def missing(self, position: Position) -> int:
        """The gaps up to this number, which exists."""
        return int(position["gaps"] + position["missed"])
