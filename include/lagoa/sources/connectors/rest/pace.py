"""How often a host is asked: every client of a process that speaks to it waits for the same turn.

requests_per_minute of the hour of Brasília's day -> the moment at which the next request may start
"""

import datetime as dt
import threading
import time
from collections.abc import Callable

from lagoa.sources.spec.time import BRASILIA

Limit = Callable[[int], float | None]
"""Hour of Brasília's day -> requests a minute, None = as many as one likes."""


class Pace:
    """The turns of one host. Threads share it, and so do clients with limits of their own."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(BRASILIA),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock, self._now, self._sleep = clock, now, sleep
        self._next_start = 0.0
        self._lock = threading.Lock()

    def wait(self, limit: Limit) -> None:
        """Sleep until it is one's turn.

        Args:
            limit: what holds in an hour; asked for the hour in which the request will start, not in which it queues.
        """
        with self._lock:
            clock = self._clock()
            start = max(clock, self._next_start)
            rate = limit(self._hour(start - clock))
            if rate is None:
                return
            self._next_start = start + 60 / rate
        if start > clock:
            self._sleep(start - clock)

    def ask(self, limit: Limit) -> float:
        """Take a turn if there is one now.

        Returns:
            0 if one may start now; otherwise the seconds until it is worth to ask again. Nothing is reserved.
        """
        with self._lock:
            clock = self._clock()
            rate = limit(self._hour(0))
            if rate is not None:
                if clock < self._next_start:
                    return self._next_start - clock
                self._next_start = clock + 60 / rate
            return 0.0

    def _hour(self, seconds: float) -> int:
        """The hour of Brasília's day after so many seconds."""
        return (self._now() + dt.timedelta(seconds=seconds)).astimezone(BRASILIA).hour


_HOSTS: dict[str, Pace] = {}
_HOSTS_LOCK = threading.Lock()


def pace_of(host: str) -> Pace:
    """The one Pace of a host in this process."""
    with _HOSTS_LOCK:
        return _HOSTS.setdefault(host, Pace())
