"""A session: cookies of a login, which belong to one connector and are given back at its end."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lagoa.errors import PermanentSourceError
from lagoa.sources.connectors.rest.auth.scheme import Headers, Sender
from lagoa.sources.spec import SessionAuth


@dataclass
class Session:
    """Cookies of a login, which is made when the first request needs it and again when the session ended."""

    declared: SessionAuth
    login_url: str
    logout_url: str | None
    filled: Callable[[str], str]
    send: Sender
    _cookies: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def refusals(self) -> Collection[int]:
        """The statuses by which the source tells that the session ended."""
        return self.declared.expired_status

    def headers(self) -> Headers:
        """The session's cookies; the first thread logs in, the others wait for it."""
        with self._lock:
            if self._cookies is None:
                self._cookies = self._login()
            return {"Cookie": self._cookies}

    def at_hand(self) -> Headers | None:
        """The session's cookies, if one is open; the lock is not waited for, somebody may be logging in."""
        cookies = self._cookies
        return None if cookies is None else {"Cookie": cookies}

    def renew(self, sent: Headers) -> None:
        """Forget the session, unless another thread has opened a new one meanwhile."""
        with self._lock:
            if self._cookies == sent.get("Cookie"):
                self._cookies = None

    def close(self) -> None:
        """Log out, where the source has a way to and a session is open."""
        with self._lock:
            cookies, self._cookies = self._cookies, None
        if cookies is not None and self.logout_url is not None:
            self.send(self.logout_url, headers={"Cookie": cookies}, content=None, form=False)

    def _login(self) -> str:
        body = {key: self.filled(value) for key, value in self.declared.body.items()}
        _, cookies = self.send(self.login_url, headers={}, content=body, form=False)
        if not cookies:
            raise PermanentSourceError(
                f"{self.login_url}: found an answer without cookies, expected a session. "
                "Compare `auth.login` in the spec with the source's documentation."
            )
        return "; ".join(f"{name}={value}" for name, value in cookies.items())
