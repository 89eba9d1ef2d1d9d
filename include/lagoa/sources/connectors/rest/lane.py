"""The exchanges of one thread, side by side over kept connections: while it waits for one, the others go on.

libcurl does that in the thread itself. A thread for each exchange costs more than half as much again: they take
Python's lock from each other, and read what another processor has written.
"""

import time
from collections import deque
from collections.abc import Callable

import pycurl

from lagoa.sources.connectors.rest.exchange import Exchange
from lagoa.sources.connectors.rest.network import NetworkError, NoAnswer, Unsendable
from lagoa.sources.connectors.rest.outgoing import Outgoing
from lagoa.sources.connectors.rest.tls import Tls

BUFFER_BYTES = 2**18
NEVER_SECONDS = 86_400
TURN_SECONDS = 1.0
"""So long one waits for the network at most before the time-out is looked at."""
NOTHING_OPEN_SECONDS = 0.01
"""The pause while there is nothing to wait for yet: a host's name is being looked up."""


class Lane:
    """Exchanges for one thread at a time. Proxies (HTTPS_PROXY, NO_PROXY) and TLS are libcurl's own."""

    def __init__(self, timeout: float, tls: Tls | None, uses_proxies: bool) -> None:
        self._timeout, self._tls, self._uses_proxies = timeout, tls, uses_proxies
        self._multi = pycurl.CurlMulti()
        self._idle: list[pycurl.Curl] = []
        self._open: dict[pycurl.Curl, Exchange] = {}
        """Under way."""
        self._later: deque[Exchange] = deque()
        """Whose turn is still to come, in order."""
        self._over: set[Exchange] = set()
        """Received, and not yet closed."""

    def close(self) -> None:
        """Close the connections."""
        self.drop()
        for easy in self._idle:
            easy.close()
        self._multi.close()

    def drop(self) -> None:
        """Give up every exchange."""
        for exchange in [*self._open.values(), *self._later, *self._over]:
            exchange.close()

    def begin(
        self, request: Outgoing, *, turn: Callable[[], float] = lambda: 0.0, released: Callable[[], None] = lambda: None
    ) -> Exchange:
        """Send a request as soon as it is its turn; one does not wait for anything.

        Args:
            request: to be sent.
            turn: asked before it is sent: 0 if it may be now, otherwise the seconds until it is worth to ask again.
            released: called once, when the exchange is closed or cannot be begun.

        Raises:
            Unsendable: the address or a header cannot be written as HTTP wants it.
        """
        try:
            exchange = Exchange(self, self._prepared(request), request, turn, released)
        except BaseException:
            released()
            raise
        self._later.append(exchange)
        self._perform()
        return exchange

    def go_on(self, exchange: Exchange) -> None:
        """Wait until something came of an exchange, or it is over.

        Raises:
            NoAnswer: nothing came for as long as the connection allows.
        """
        came = exchange.came
        until = time.monotonic() + self._timeout
        exchange.resume()
        while True:
            self._perform()
            if exchange.is_over or exchange.came > came:
                return
            self._wait()
            now = time.monotonic()
            if not exchange.is_sent:
                until = now + self._timeout
            if now > until:
                raise NoAnswer(f"no answer within {self._timeout:g} s")

    def end(self, exchange: Exchange) -> None:
        """Take an exchange away; if it is not over, its connection is closed."""
        easy = exchange.easy
        if easy in self._open:
            del self._open[easy]
            self._multi.remove_handle(easy)
        elif exchange in self._later:
            self._later.remove(exchange)
        self._over.discard(exchange)
        if exchange.request.is_home:
            self._idle.append(easy)
        else:
            easy.close()

    def _perform(self) -> None:
        """Send what is due, and take what has come."""
        while self._later and self._is_due(self._later[0]):
            exchange = self._later.popleft()
            exchange.is_sent = True
            self._open[exchange.easy] = exchange
            self._multi.add_handle(exchange.easy)
        self._multi.perform()
        left = 1
        while left:
            left, whole, failed = self._multi.info_read()
            for easy in whole:
                self._is_over(easy, None)
            for easy, _, message in failed:
                self._is_over(easy, NetworkError(message))

    def _is_due(self, exchange: Exchange) -> bool:
        now = time.monotonic()
        if now < exchange.at:
            return False
        seconds = exchange.turn()
        exchange.at = now + seconds
        return seconds <= 0

    def _is_over(self, easy: pycurl.Curl, failure: NetworkError | None) -> None:
        self._multi.remove_handle(easy)
        exchange = self._open.pop(easy)
        exchange.is_over, exchange.failure = True, failure
        self._over.add(exchange)

    def _wait(self) -> None:
        """Until the network moves, a turn comes, or libcurl has something to do of its own."""
        own, began = self._multi.timeout(), time.monotonic()
        turns = [self._later[0].at - began] if self._later else []
        seconds = max(0.0, min(TURN_SECONDS, self._timeout, *turns, own / 1000 if own >= 0 else TURN_SECONDS))
        if not self._open:
            time.sleep(seconds)
        elif self._multi.select(seconds) <= 0 and time.monotonic() - began < min(seconds, NOTHING_OPEN_SECONDS):
            time.sleep(NOTHING_OPEN_SECONDS)

    def _prepared(self, request: Outgoing) -> pycurl.Curl:
        """One side of an exchange, ready to be sent; what a stranger gets was never shown our certificate."""
        easy = self._idle.pop() if self._idle and request.is_home else self._new(shows_certificate=request.is_home)
        try:
            _prepare(easy, request)
        except (ValueError, pycurl.error) as error:
            easy.close()
            raise Unsendable(f"{type(error).__name__} for the address or a header") from None
        return easy

    def _new(self, *, shows_certificate: bool) -> pycurl.Curl:
        """One side of an exchange, libcurl's own, with what holds for all of them."""
        easy = pycurl.Curl()
        easy.setopt(pycurl.NOSIGNAL, 1)
        easy.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        easy.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        easy.setopt(pycurl.CONNECTTIMEOUT, NEVER_SECONDS)  # `go_on` knows whether anybody waits
        easy.setopt(pycurl.BUFFERSIZE, BUFFER_BYTES)
        easy.setopt(pycurl.HTTP_CONTENT_DECODING, 0)  # `Response` does it, and lets pass what is no compression
        if not self._uses_proxies:
            easy.setopt(pycurl.NOPROXY, "*")
        if self._tls is not None:
            self._tls.apply(easy, shows_certificate=shows_certificate)
        return easy


def _prepare(easy: pycurl.Curl, request: Outgoing) -> None:
    """What differs from request to request.

    Raises:
        ValueError: a header holds a line break, or a character that none may hold.
        pycurl.error: what libcurl itself refuses.
    """
    easy.setopt(pycurl.URL, request.address)
    easy.setopt(pycurl.HTTPHEADER, request.lines)
    easy.setopt(pycurl.FRESH_CONNECT, int(request.is_once))
    if request.method == "POST":
        easy.setopt(pycurl.POST, 1)
        easy.setopt(pycurl.POSTFIELDS, request.content or b"")
    else:
        easy.setopt(pycurl.HTTPGET, 1)
