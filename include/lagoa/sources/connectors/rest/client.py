"""HTTP with manners: one client a connector, paced, retried, its failures told apart by what a retry would do.

path or link -> address (never another host) -> turn of the host -> authentication -> answer, read as a stream
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from json import dumps
from typing import Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit

from lagoa.errors import PermanentSourceError, TransientSourceError
from lagoa.settings import Settings
from lagoa.sources.connector import Context
from lagoa.sources.connectors.rest.address import Address, origin
from lagoa.sources.connectors.rest.auth import authentication, secrets_of
from lagoa.sources.connectors.rest.exchange import Exchange
from lagoa.sources.connectors.rest.failures import Failures
from lagoa.sources.connectors.rest.headers import DEFAULT_HEADERS, cookie_header, cookies_of, joined
from lagoa.sources.connectors.rest.lane import Lane
from lagoa.sources.connectors.rest.network import Unsendable
from lagoa.sources.connectors.rest.outgoing import Outgoing
from lagoa.sources.connectors.rest.pace import pace_of
from lagoa.sources.connectors.rest.places import Places
from lagoa.sources.connectors.rest.redirects import onward_from
from lagoa.sources.connectors.rest.response import Response
from lagoa.sources.connectors.rest.retry import Retry
from lagoa.sources.connectors.rest.tls import tls_of
from lagoa.sources.connectors.rest.transport import Transport
from lagoa.sources.connectors.rest.verdict import must_be_an_answer
from lagoa.sources.records import parse_json
from lagoa.sources.spec import Agency, SourceSpec

T = TypeVar("T")

LONGEST_PAUSE = 120.0
LONGEST_PAUSE_SIMULATOR = 0.5
"""Seconds. The simulator has no quota to recover, so waiting as long as for the real host would prove nothing."""
PATIENCE = 3600.0
"""Seconds that a real host may wish to be left alone (Retry-After) in the course of a request; a task has twice as
many, and goes on from its last page in its next try."""
MOST_REDIRECTS = 10
UNQUOTED = "$,:()'*@"
"""Characters that a query may hold as they are (RFC 3986, 3.4) and some sources want so (OData's $filter)."""
NO_STATUSES: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Begun:
    """A request that was sent before its answer is wanted."""

    request: Outgoing
    known_by: Mapping[str, str]
    exchange: Exchange


class SourceClient:
    """Requests to one source, at the real host or at the simulator under the same path.

    Use it as a context manager. Threads may share it: no more than `connection.concurrency` requests are open at once.
    """

    def __init__(self, spec: SourceSpec, settings: Settings, agency: Agency | None = None) -> None:
        self.spec = spec
        connection = spec.connection
        self.simulated = settings.sources == "simulator"
        filled = Context(spec, "", settings, agency or {}).filled
        self.address = Address.of(spec.source, filled(connection.base_url), settings)
        self._headers = {name: filled(value) for name, value in connection.headers.items()}
        self._transport = Transport(
            timeout=connection.timeout_seconds,
            tls=tls_of(connection, settings) if self.base_url.startswith("https:") else None,
            uses_proxies=not self.simulated,
        )
        self._failures = Failures(urlsplit(self.base_url).netloc, connection.timeout_seconds, self.simulated)
        self._cookies: dict[str, str] = {}
        self._places = Places(connection.concurrency)
        longest = LONGEST_PAUSE_SIMULATOR if self.simulated else LONGEST_PAUSE
        patience = 0.0 if self.simulated else PATIENCE
        self._retry = Retry(connection.attempts, connection.backoff_seconds, longest, patience)
        self._pace = None if self.simulated or not connection.requests_per_minute else pace_of(self._host, settings)
        self._auth = authentication(connection, settings, filled, self.address, self._login)

    @property
    def base_url(self) -> str:
        """Where the source is asked, without a slash at the end."""
        return self.address.base

    @property
    def _host(self) -> str:
        return urlsplit(self.address.real).netloc.rpartition("@")[2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            with suppress(TransientSourceError, PermanentSourceError):  # the data is there: a session ends
                self._auth.close()
        finally:
            self._transport.close()

    def lane(self) -> AbstractContextManager[Lane]:
        """Connections for the present thread; requests that are sent ahead come and go by them."""
        return self._transport.lane()

    def outgoing(
        self,
        method: str,
        path: str,
        *,
        subject: str,
        is_link: bool = False,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
    ) -> Outgoing:
        """A request to the source.

        Args:
            method: GET or POST.
            path: below the source's base URL.
            subject: how messages name what is asked for.
            is_link: the path is a whole address that an answer held.
            params: the query.
            headers: beside the source's own.
            json: the body.
            content: the body of a request that is not JSON.

        Raises:
            PermanentSourceError: a link to another host.
        """
        url = self.address.link(path, subject) if is_link else self.address.at(path)
        if params:
            url += f"{'&' if '?' in url else '?'}{urlencode(params, safe=UNQUOTED)}"
        more = {}
        if json is not None:
            content, more = _json(json), {"Content-Type": "application/json"}
        return Outgoing(
            method,
            url,
            joined(DEFAULT_HEADERS, more, self._headers, headers or {}),
            content,
            is_once=json is None and content is not None,
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        accept: frozenset[int] = NO_STATUSES,
        read: Callable[[Response], T],
        subject: str | None = None,
        **asked: Any,
    ) -> T:
        """One answer; the arguments are those of `outgoing` and of `answer`."""
        told = subject or f"{self.spec.source}: {method} {path}"
        with self._transport.lane() as lane:
            return self.answer(
                self.outgoing(method, path, subject=told, **asked), lane, accept=accept, read=read, subject=told
            )

    def get(self, path: str, *, read: Callable[[Response], T], **asked: Any) -> T:
        """One answer to GET; the arguments are those of `request`."""
        return self.request("GET", path, read=read, **asked)

    def begin(self, request: Outgoing, lane: Lane) -> Begun | None:
        """Send a request ahead of time; None where one would have to wait first, or it cannot be sent."""
        known_by = self._auth.at_hand()
        if known_by is None or not self._places.take_if_free():
            return None
        try:
            exchange = lane.begin(self._known(request, known_by), turn=self._turn, released=self._places.give)
        except Unsendable:  # said when the answer is wanted
            return None
        return Begun(request, known_by, exchange)

    def _turn(self) -> float:
        return 0.0 if self._pace is None else self._pace.ask(self.spec.connection.requests_per_minute_at)

    def answer(
        self,
        request: Outgoing,
        lane: Lane,
        begun: Begun | None = None,
        *,
        accept: frozenset[int] = NO_STATUSES,
        read: Callable[[Response], T],
        subject: str,
    ) -> T:
        """The answer to a request, handed as an open stream to `read`; both are tried again while the failure may pass.

        Before one waits for anything but the answer, what else was begun in the lane is given up.

        Args:
            request: to be sent.
            lane: of the present thread.
            begun: the request's first attempt, if it was sent ahead.
            accept: statuses other than 200 and 206 that are answers too.
            read: makes the result of the response; a TransientSourceError of its own is retried as well.
            subject: how messages name what was asked for.

        Raises:
            TransientSourceError: after the last attempt.
            PermanentSourceError: a status that a retry would not change, or a link to another host.
        """
        first = [begun] if begun is not None else []
        return self._retry.call(
            lambda: self._attempt(request, lane, first.pop() if first else None, accept, read, subject)
        )

    def _attempt(
        self,
        request: Outgoing,
        lane: Lane,
        begun: Begun | None,
        accept: frozenset[int],
        read: Callable[[Response], T],
        subject: str,
    ) -> T:
        """One attempt; where it is refused for a login that has ended, once more with a new one."""
        known_by = self._auth.headers() if begun is None else begun.known_by
        refusals = self._auth.refusals
        try:
            with self._open(request, known_by, lane, begun, subject) as response:
                if response.status not in refusals:
                    return self._read(response, accept, read, subject)
            lane.drop()
            self._auth.renew(known_by)
            with self._open(request, self._auth.headers(), lane, None, subject) as response:
                return self._read(response, accept, read, subject)
        except TransientSourceError as error:
            lane.drop()
            wished = getattr(error, "retry_after", None)
            if wished and self._pace is not None:
                self._pace.leave_alone(min(wished, PATIENCE))
            raise

    def _read(self, response: Response, accept: frozenset[int], read: Callable[[Response], T], subject: str) -> T:
        must_be_an_answer(response, self.spec.connection, accept, subject)
        return read(response)

    @contextmanager
    def _open(
        self, request: Outgoing, known_by: Mapping[str, str], lane: Lane, begun: Begun | None, subject: str
    ) -> Iterator[Response]:
        """The open answer, at the end of its redirects; what breaks while it is read is told, too."""
        home = request
        with self._failures.told(subject):
            for _ in range(MOST_REDIRECTS):
                exchange = self._sent(request, known_by, lane) if begun is None else begun.exchange
                begun = None
                try:
                    response = Response(exchange)
                    if "Set-Cookie" in response.headers and self._is_ours(request):
                        self._cookies.update(cookies_of(response.headers))
                    onward = onward_from(request, home, response, subject)
                    if onward is None:
                        yield response
                        return
                    response.skip()
                finally:
                    exchange.close()
                request = onward
        raise PermanentSourceError(
            f"{subject}: the source redirects in circles, expected an answer. Open the address in a browser."
        )

    def _sent(self, request: Outgoing, known_by: Mapping[str, str], lane: Lane) -> Exchange:
        """A request under way, after as long a wait as its place and its turn want."""
        if not self._places.take_if_free():
            lane.drop()
            self._places.take()
        try:
            if self._pace is not None:
                self._pace.wait(self.spec.connection.requests_per_minute_at)
            ready = self._known(request, known_by) if request.is_home else request
        except BaseException:
            self._places.give()
            raise
        return lane.begin(ready, released=self._places.give)

    def _known(self, request: Outgoing, known_by: Mapping[str, str]) -> Outgoing:
        """A request to the source itself, with what tells it who asks."""
        kept = {"Cookie": cookie_header(self._cookies)} if self._cookies and self._is_ours(request) else {}
        return replace(request, headers=joined(request.headers, kept, known_by)) if kept or known_by else request

    def _is_ours(self, request: Outgoing) -> bool:
        """Whether a request goes to the host of the source, not to one where we only log in."""
        return origin(urlsplit(request.url)) == origin(urlsplit(self.base_url))

    def _login(
        self, url: str, *, headers: Mapping[str, str], content: Mapping[str, Any] | None, form: bool
    ) -> tuple[Any, Mapping[str, str]]:
        """POST to a login, a logout or a token endpoint; what fails is tried again with the request it is for."""
        subject = f"{self.spec.source}: {urlsplit(url).path.rpartition('/')[2]}"
        own = self._headers if origin(urlsplit(url)) == origin(urlsplit(self.base_url)) else {}
        kind = {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}
        body = None if content is None else urlencode(content).encode() if form else _json(content)
        request = Outgoing("POST", url, joined(DEFAULT_HEADERS, kind if body else {}, own, headers), body, is_once=True)
        with self._transport.lane() as lane, self._open(request, {}, lane, None, subject) as response:
            if response.status in (400, 401, 403):
                named = ", ".join(secrets_of(self.spec.connection))
                raise PermanentSourceError(
                    f"{subject}: the source answered {response.status} {response.reason}, expected a "
                    f"login. Check the credentials: {named} in the environment."
                )
            cookies = cookies_of(response.headers)
            return self._read(response, frozenset({201, 204}), lambda got: _body(got, subject), subject), cookies


def _json(value: Any) -> bytes:
    return dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _body(response: Response, subject: str) -> Any:
    content = response.body()
    return parse_json(content, subject) if content else None
