"""How a host knows us; secrets are named, never written."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from lagoa.sources.spec.base import Path, Problem, Strict, Text, Whole, malformed, placeholders
from lagoa.sources.spec.credentials import written_out

SecretName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        json_schema_extra={
            "expected": "the name of a setting: `api_key` stands for LAGOA_SECRET_API_KEY",
            "remedy": "Put the secret itself into .env and its name here",
            "hidden": True,
        },
    ),
]
"""Names the setting LAGOA_SECRET_<NAME>; the value itself never stands in a spec."""
Sent = Annotated[str, Field(json_schema_extra={"hidden": True})]
"""Somebody may have written a credential out: messages do not repeat it."""


class NoAuth(Strict):
    """Open to everybody."""

    type: Literal["none"] = "none"


class HeaderAuth(Strict):
    """A key in a header of its own."""

    type: Literal["header"]
    name: Text
    """Of the header."""
    secret: SecretName
    """The key."""


class BearerAuth(Strict):
    """`Authorization: Bearer <secret>`."""

    type: Literal["bearer"]
    secret: SecretName
    """The token."""


class BasicAuth(Strict):
    """User and password of a host, a mailbox or an SFTP server."""

    type: Literal["basic"]
    user: SecretName
    """The user's name is a secret, too."""
    password: SecretName
    """That user's password."""


class OAuth2Auth(Strict):
    """A token by client credentials or by a refresh token, renewed when it ends or is refused."""

    type: Literal["oauth2"]
    token_url: str = Field(
        pattern=r"^https://\S+$", json_schema_extra={"expected": "an address that begins with https://"}
    )
    """Where tokens are asked for."""
    client_id: SecretName
    """The client's name at the host."""
    client_secret: SecretName
    """The client's password."""
    refresh_token: SecretName | None = None
    """With it the grant is `refresh_token`, without `client_credentials`."""
    scope: str | None = None
    """What the token is asked for, as the host names it."""
    style: Literal["basic", "body"] = "basic"
    """Where the client's id and secret stand: in `Authorization: Basic` or in the form."""


class SessionAuth(Strict):
    """A login whose cookies are sent back, and which is made again once when the session ended."""

    type: Literal["session"]
    login: Path
    """Where the credentials are posted, below the connection's address."""
    body: dict[str, Sent]
    """What is posted to `login` as JSON; values may hold `{name}` and `{secret:name}`."""
    logout: Path | None = None
    """Asked at the end, so that no session stays open."""
    expired_status: list[Whole] = [401]
    """Statuses that mean that the session ended."""

    def problems(self) -> Iterator[Problem]:
        """A password that is written out."""
        yield from malformed(self.body, ("body",))
        for key, value in self.body.items():
            if re.search(r"(?i)pass|senha|secret|token", key) and not placeholders(value):
                yield written_out(("body", key))


class WsSecurityAuth(Strict):
    """A UsernameToken in the SOAP header."""

    type: Literal["ws_security"]
    user: SecretName
    """The token's user."""
    password: SecretName
    """That user's password."""


Auth = Annotated[
    NoAuth | HeaderAuth | BearerAuth | BasicAuth | OAuth2Auth | SessionAuth | WsSecurityAuth,
    Field(discriminator="type"),
]
