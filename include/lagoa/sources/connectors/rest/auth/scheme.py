"""What a kind of authentication is, and the kinds that never change: no key, a key, a token, user and password."""

from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Headers = Mapping[str, str]


class Sender(Protocol):
    """Makes the requests of a login, with the source's retries and pace, but without authentication."""

    def __call__(
        self, url: str, *, headers: Headers, content: Mapping[str, Any] | None, form: bool
    ) -> tuple[Any, Headers]:
        """POST the content: the answer's JSON (None where it is empty) and the cookies that it sets."""


class Authentication(Protocol):
    """Makes requests known to the source."""

    @property
    def refusals(self) -> Collection[int]:
        """Statuses after which `renew` may help."""

    def headers(self) -> Headers:
        """What a request carries; may log in."""

    def at_hand(self) -> Headers | None:
        """What a request carries, if one has not to wait for it: None where a login is due."""

    def renew(self, sent: Headers) -> None:
        """Those headers were refused: make the next ones others."""

    def close(self) -> None:
        """Say goodbye."""


@dataclass(frozen=True)
class Fixed:
    """The same headers each time: no authentication, a key, a bearer token, user and password."""

    fixed: Headers
    refusals: Collection[int] = ()

    def headers(self) -> Headers:
        """What a request carries."""
        return self.fixed

    def at_hand(self) -> Headers:
        """The same."""
        return self.fixed

    def renew(self, sent: Headers) -> None:
        """Nothing can be renewed."""

    def close(self) -> None:
        """Nothing to end."""


def basic(user: str, password: str) -> str:
    """The header Authorization of a user (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
