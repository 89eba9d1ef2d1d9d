"""HTTP for SOAP: documents are fetched and envelopes posted at the one host that the spec names, nowhere else.

The manners (pace, tokens, certificate, failures told apart) are those of the REST client; but a call is tried again as
a whole, because each try needs a nonce of its own.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from lagoa.errors import PermanentSourceError
from lagoa.sources.connector import Context
from lagoa.sources.connectors.rest.client import LONGEST_PAUSE, LONGEST_PAUSE_SIMULATOR, PATIENCE, SourceClient
from lagoa.sources.connectors.rest.response import Response
from lagoa.sources.connectors.rest.retry import RETRIED_STATUSES, Overloaded, Retry, seconds_of
from lagoa.sources.spec import NoAuth, WsSecurityAuth

T = TypeVar("T")
LARGEST_ANSWER = 64 * 2**20
"""Bytes. A document is small; what is larger is an attack or a mistake."""
FAULT_STATUSES = frozenset({400, 500})
"""Statuses under which an envelope may come: SOAP 1.1 sends faults with 500, SOAP 1.2 those of the sender with 400."""


class Channel:
    """Speaks to one host; threads share it."""

    def __init__(self, context: Context) -> None:
        connection = context.spec.connection
        once: dict[str, object] = {"attempts": 1}
        if isinstance(connection.auth, WsSecurityAuth):
            once["auth"] = NoAuth()  # it stands in the envelope
        spec = context.spec.model_copy(update={"connection": connection.model_copy(update=once)})
        self._client = SourceClient(spec, context.settings, context.agency)
        self._below = urlsplit(self._client.address.real).path
        self._fixed = {name.casefold() for name in connection.headers}
        self._retry = Retry(
            connection.attempts,
            connection.backoff_seconds,
            LONGEST_PAUSE_SIMULATOR if context.simulated else LONGEST_PAUSE,
            0.0 if context.simulated else PATIENCE,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.__exit__(None, None, None)

    def address(self, path: str) -> str:
        """The address of a path below the spec's base URL."""
        return self._client.address.at(path)

    def own_path(self, path: str) -> str:
        """A path that a WSDL names, as one below the base URL; the host that it names does not count."""
        for before in (urlsplit(self._client.base_url).path, self._below):
            if before and path.startswith(f"{before}/"):
                return path.removeprefix(before)
        return path

    def patiently(self, call: Callable[[], T]) -> T:
        """A call, tried again after a pause while its failure may pass."""
        return self._retry.call(call)

    def fetch(self, path: str, subject: str) -> bytes:
        """A document by GET, tried again while the failure may pass."""
        return self.patiently(
            lambda: self._client.get(path, read=lambda response: response.body(LARGEST_ANSWER), subject=subject)
        )

    def post(self, path: str, envelope: bytes, headers: dict[str, str], read: Callable[[bytes], T], subject: str) -> T:
        """An envelope, once: what `read` makes of the answer.

        Raises:
            TransientSourceError: a later try may succeed; also where an error's body is no envelope.
            PermanentSourceError: it would not.
        """

        def receive(response: Response) -> T:
            body = response.body(LARGEST_ANSWER)
            if response.status not in FAULT_STATUSES or b"nvelope" in body:
                return read(body)
            message = f"{subject}: the source answered {response.status}, expected a SOAP answer. "
            if response.status in RETRIED_STATUSES:
                wished = seconds_of(response.headers.get("Retry-After"))
                raise Overloaded(f"{message}It is overloaded: try again later.", wished)
            raise PermanentSourceError(f"{message}Check the path and the arguments in the spec.")

        sent = {name: value for name, value in headers.items() if name.casefold() not in self._fixed}
        return self._client.request(
            "POST", path, headers=sent, content=envelope, accept=FAULT_STATUSES, read=receive, subject=subject
        )
