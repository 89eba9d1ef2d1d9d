"""The lanes of one source's client: each thread that asks has one to itself, its connections stay open in between."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lagoa.sources.connectors.rest.lane import Lane
from lagoa.sources.connectors.rest.tls import Tls


class Transport:
    """Lends lanes; threads share it."""

    def __init__(self, *, timeout: float, tls: Tls | None, uses_proxies: bool) -> None:
        """Learn how the source is spoken to.

        Args:
            timeout: seconds without a sign of the source after which an exchange is given up.
            tls: who is trusted, and what is shown; None = no TLS.
            uses_proxies: whether those of the environment are used.
        """
        self._timeout, self._tls, self._uses_proxies = timeout, tls, uses_proxies
        self._idle: list[Lane] = []
        self._lock = threading.Lock()

    @contextmanager
    def lane(self) -> Iterator[Lane]:
        """One for the present thread; what is under way in it at the end is given up."""
        with self._lock:
            lane = self._idle.pop() if self._idle else None
        lane = lane or Lane(self._timeout, self._tls, self._uses_proxies)
        try:
            yield lane
        except BaseException:
            lane.close()
            raise
        lane.drop()
        with self._lock:
            self._idle.append(lane)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for lane in idle:
            lane.close()
