"""Pages asked for ahead of time: as many at once as the connection allows, handed on in order.

position -> request, sent -> next position, and the positions that are certain to follow -> requests, sent
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from lagoa.sources.connector import Position
from lagoa.sources.connectors.rest.client import Begun


class Ahead:
    """The pages of one series that are on their way, oldest first."""

    def __init__(self, begin: Callable[[Position], Begun | None], most: int) -> None:
        self._begin, self._most = begin, most
        self._coming: deque[tuple[Position, Begun]] = deque()

    def take(self, position: Position) -> Begun | None:
        """The request for a position, if it is on its way."""
        self._forget_dropped()
        if self._coming and self._coming[0][0] == position:
            return self._coming.popleft()[1]
        self.drop()
        return None

    def expect(self, positions: Iterable[Position]) -> None:
        """Ask for these, in order, as far as there is room; what was asked for and is not among them is dropped."""
        self._forget_dropped()
        expected: Iterator[Position] = iter(positions)
        for number, (coming, _) in enumerate(list(self._coming)):
            if next(expected, None) != coming:
                self.drop(number)
                return
        for position in expected:
            begun = self._begin(position) if len(self._coming) < self._most else None
            if begun is None:
                return
            self._coming.append((position, begun))

    def _forget_dropped(self) -> None:
        """A lane gives up everything at once."""
        if any(begun.exchange.is_closed for _, begun in self._coming):
            self.drop()

    def drop(self, keep: int = 0) -> None:
        """Forget what is on its way, but for the first `keep`."""
        while len(self._coming) > keep:
            self._coming.pop()[1].exchange.close()
