"""How often a host is asked: all processes of an installation that speak to it wait for the same turn.

requests_per_minute of the hour of Brasília's day -> the moment at which the next request may start, kept in a file a
host under a lock, which ends with its holder. By the wall's clock: processes share no other.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import quote

from lagoa.file_lock import file_lock
from lagoa.settings import Settings
from lagoa.sources.spec.time import BRASILIA

Limit = Callable[[int], float | None]
"""Hour of Brasília's day -> requests a minute, None = as many as one likes."""


@dataclass
class Turns:
    """What is known of a host, in seconds of time.time."""

    written: float = 0.0
    next_start: float = 0.0
    """The moment at which the next request may start."""
    alone_until: float = 0.0
    """Until then the host wants to be left alone, also by those who had a turn already."""

    @classmethod
    def read(cls, path: Path, now: float) -> "Turns":
        """What a file holds; where the clock was set back since, all of it is moved by as much."""
        try:
            turns = cls(*map(float, path.read_text("ascii").split()))
            back = max(0.0, turns.written - now)
            return cls(now, turns.next_start - back, turns.alone_until - back)
        except (ValueError, TypeError):
            return cls(now)  # new, or half written when a process was killed

    def write(self, path: Path) -> None:
        """Keep it, always in as many characters: where a file is cut to be written anew, the disk is waited for."""
        with path.open("r+", encoding="ascii") as file:
            file.write("".join(f"{seconds:20.6f}" for seconds in astuple(self)))


class Pace:
    """The turns of one host. Threads and processes share them, and so do clients with limits of their own."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._path, self._clock, self._sleep = path, clock, sleep

    def wait(self, limit: Limit) -> None:
        """Sleep until it is one's turn.

        Args:
            limit: what holds in an hour; asked for the hour in which the request will start, not in which it queues.
        """
        while (seconds := self._reserve(limit)) > 0:
            self._sleep(seconds)
            with self._turns() as (turns, now):
                if now >= turns.alone_until:
                    return

    def ask(self, limit: Limit) -> float:
        """Take a turn if there is one now.

        Returns:
            0 if one may start now; otherwise the seconds until it is worth to ask again. Nothing is reserved.
        """
        with self._turns() as (turns, now):
            rate = limit(_hour(now))
            free = turns.alone_until if rate is None else turns.next_start
            if now < free:
                return free - now
            if rate is not None:
                turns.next_start = now + 60 / rate
            return 0.0

    def leave_alone(self, seconds: float) -> None:
        """Nobody asks the host for so long: it said so."""
        with self._turns() as (turns, now):
            turns.alone_until = max(turns.alone_until, now + seconds)
            turns.next_start = max(turns.next_start, turns.alone_until)

    def _reserve(self, limit: Limit) -> float:
        """Take the next turn; the seconds until it comes."""
        with self._turns() as (turns, now):
            start = max(now, turns.next_start)
            rate = limit(_hour(start))
            if rate is None:
                return max(0.0, turns.alone_until - now)
            turns.next_start = start + 60 / rate
            return start - now

    @contextmanager
    def _turns(self) -> Iterator[tuple[Turns, float]]:
        """What is known now, for nobody else meanwhile; what is changed in it is kept."""
        with file_lock(self._path):
            now = self._clock()
            turns = Turns.read(self._path, now)
            yield turns, now
            turns.write(self._path)


def _hour(moment: float) -> int:
    return dt.datetime.fromtimestamp(moment, BRASILIA).hour


def pace_of(host: str, settings: Settings) -> Pace:
    """The pace of a host, which all processes on this machine with the same state folder share."""
    return Pace(settings.state_dir / "pace" / quote(host, safe=""))
