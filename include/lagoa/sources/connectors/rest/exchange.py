"""One request over HTTP and its answer, by libcurl."""

from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import Protocol

import httpx
import pycurl

from lagoa.sources.connectors.rest.network import NetworkError
from lagoa.sources.connectors.rest.outgoing import Outgoing

MOST_UNREAD = 2**24
"""Bytes of a body that came before they are waited for."""


class Driver(Protocol):
    """What moves exchanges on."""

    def go_on(self, exchange: "Exchange") -> None:
        """Wait until something came of one, or it is over."""

    def end(self, exchange: "Exchange") -> None:
        """Take one away; if it is not over, its connection is closed."""


class Exchange:
    """One request and its answer, begun; to be closed."""

    def __init__(
        self,
        driver: Driver,
        easy: pycurl.Curl,
        request: Outgoing,
        turn: Callable[[], float],
        released: Callable[[], None],
    ) -> None:
        """Of a request that is under way.

        Args:
            driver: moves it on.
            easy: libcurl's side of it.
            request: that is sent.
            turn: asked before it is sent: 0 if it may be now, otherwise the seconds until it is worth to ask again.
            released: called once, when it is closed.
        """
        self.request, self.easy, self.turn, self.at = request, easy, turn, 0.0
        """`at`: the moment of time.monotonic at which its turn is asked for."""
        self.is_sent = self.is_over = self.is_closed = False
        self.failure: NetworkError | None = None
        """Why it broke off, if it is over."""
        self._driver, self._released = driver, released
        self._lines: list[bytes] = []
        self._pieces: deque[bytes] = deque()
        self._unread = 0
        self._is_paused = False
        easy.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        easy.setopt(pycurl.WRITEFUNCTION, self._take)

    @property
    def came(self) -> int:
        """How many lines and pieces wait to be read; grows while it goes on."""
        return len(self._lines) + len(self._pieces)

    def resume(self) -> None:
        """It is waited for: let it come, if it was paused."""
        if self._is_paused:
            self._is_paused = False
            self.easy.pause(pycurl.PAUSE_CONT)

    def _take(self, piece: bytes) -> int | None:
        """A piece of the body; what nobody waits for yet is left with the source from some size on."""
        if self._unread > MOST_UNREAD:
            self._is_paused = True
            return int(pycurl.WRITEFUNC_PAUSE)
        self._pieces.append(piece)
        self._unread += len(piece)
        return None

    def close(self) -> None:
        """It is not needed any more."""
        if not self.is_closed:
            self.is_closed = True
            try:
                self._driver.end(self)
            finally:
                self._released()

    def head(self) -> tuple[int, str, httpx.Headers]:
        """Status, reason and headers, as soon as they are whole.

        Raises:
            NetworkError: they do not come.
        """
        while (at := self._last_head()) is None:
            if self.is_over:
                raise self.failure or NetworkError("the answer has no head")
            self._driver.go_on(self)
        first, *rest = self._lines[at:]
        pairs = [line.partition(b":") for line in takewhile(bytes.strip, rest)]
        headers = httpx.Headers([(name.strip(), value.strip()) for name, _, value in pairs])
        reason = b" ".join(first.split()[2:]).decode("latin-1")
        return int(self.easy.getinfo(pycurl.RESPONSE_CODE)), reason, headers

    def _last_head(self) -> int | None:
        """The line that the answer's head begins with, once it is whole; those of a proxy and of 100 come before it."""
        if not self._lines or self.easy.getinfo(pycurl.RESPONSE_CODE) < 200:
            return None
        at = max(number for number, line in enumerate(self._lines) if line.startswith(b"HTTP/"))
        return at if any(not line.strip() for line in self._lines[at:]) else None

    def piece(self) -> bytes | None:
        """What came next of the body; None at its end.

        Raises:
            NetworkError: it broke off.
        """
        while not self._pieces:
            if self.failure is not None:
                raise self.failure
            if self.is_over:
                return None
            self._driver.go_on(self)
        piece = self._pieces.popleft()
        self._unread -= len(piece)
        return piece
