"""OAuth 2: a token by client credentials or a refresh token, kept for the whole process (RFC 6749, 4.4 and 6)."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lagoa.errors import PermanentSourceError
from lagoa.settings import Settings
from lagoa.sources.connectors.rest.auth.scheme import Headers, Sender, basic
from lagoa.sources.spec import OAuth2Auth

EARLY_SECONDS = 30
"""A token is renewed so long before it ends, so that none ends on its way."""
UNTOLD_SECONDS = 300
"""How long a token is used whose end the source does not tell."""


@dataclass
class Token:
    """A token and the moment of time.monotonic at which it is renewed; one lock for all who wait for it."""

    header: str | None = None
    until: float = 0.0
    refresh_token: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


TOKENS: dict[tuple[str, ...], Token] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True)
class OAuth2:
    """A bearer token from the token endpoint (RFC 6749, 4.4 and 6)."""

    declared: OAuth2Auth
    url: str
    settings: Settings
    send: Sender
    clock: Callable[[], float] = time.monotonic
    refusals: Collection[int] = (401,)

    @property
    def token(self) -> Token:
        """The one token of this client at this endpoint in this process."""
        declared = self.declared
        secrets = [name for name in (declared.client_id, declared.client_secret, declared.refresh_token) if name]
        named = (self.url, declared.scope or "", *map(self.settings.secret, secrets))
        with _LOCK:
            return TOKENS.setdefault(named, Token())

    def headers(self) -> Headers:
        """The token, fetched where there is none that lasts."""
        token = self.token
        with token.lock:
            if token.header is None or self.clock() >= token.until:
                self._fetch(token)
            return {"Authorization": str(token.header)}

    def at_hand(self) -> Headers | None:
        """The token, if there is one that lasts; the lock is not waited for, somebody may be fetching one."""
        token = self.token
        header = token.header
        return None if header is None or self.clock() >= token.until else {"Authorization": header}

    def renew(self, sent: Headers) -> None:
        """Forget the token, unless another thread has done so already."""
        token = self.token
        with token.lock:
            if token.header == sent.get("Authorization"):
                token.header = None

    def close(self) -> None:
        """The token stays good for the next run of this process."""

    def _fetch(self, token: Token) -> None:
        declared, secret = self.declared, self.settings.secret
        client = secret(declared.client_id), secret(declared.client_secret)
        form = {"grant_type": "client_credentials"}
        if declared.refresh_token is not None:
            refresh = token.refresh_token or secret(declared.refresh_token)
            form = {"grant_type": "refresh_token", "refresh_token": refresh}
        if declared.scope is not None:
            form["scope"] = declared.scope
        headers = {}
        if declared.style == "basic":
            headers["Authorization"] = basic(*client)
        else:
            form |= {"client_id": client[0], "client_secret": client[1]}
        body, _ = self.send(self.url, headers=headers, content=form, form=True)
        if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
            raise PermanentSourceError(
                f"{self.url}: found an answer without `access_token`, expected a token. "
                "Compare `token_url` in the spec with the source's documentation."
            )
        lasts = body.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float | str) and str(lasts).isdigit() else UNTOLD_SECONDS
        token.header = f"Bearer {body['access_token']}"
        token.until = self.clock() + max(seconds - EARLY_SECONDS, seconds / 2)
        token.refresh_token = body.get("refresh_token") or token.refresh_token
