"""How a request shows who asks: one small object for each kind of authentication.

auth.headers() -> request -> refused? -> auth.renew(what was sent) -> the request once more
"""

from collections.abc import Callable

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.sources.connectors.rest.address import Address
from lagoa.sources.connectors.rest.auth.oauth2 import OAuth2
from lagoa.sources.connectors.rest.auth.scheme import Authentication, Fixed, Sender, basic
from lagoa.sources.connectors.rest.auth.session import Session
from lagoa.sources.spec import (
    BasicAuth,
    BearerAuth,
    Connection,
    HeaderAuth,
    NoAuth,
    OAuth2Auth,
    SessionAuth,
    placeholders,
)

__all__ = ["Authentication", "authentication", "secrets_of"]


def authentication(
    connection: Connection, settings: Settings, filled: Callable[[str], str], address: Address, send: Sender
) -> Authentication:
    """What a connection's `auth` stands for.

    Args:
        connection: of the spec.
        settings: where the secrets are.
        filled: a text of the spec with its placeholders filled in.
        address: where the source is asked.
        send: makes a login's requests.

    Raises:
        ConfigError: a secret is missing, or the kind is not one of HTTP.
    """
    auth = connection.auth
    if isinstance(auth, NoAuth):
        return Fixed({})
    if isinstance(auth, HeaderAuth):
        return Fixed({auth.name: settings.secret(auth.secret)})
    if isinstance(auth, BearerAuth):
        return Fixed({"Authorization": f"Bearer {settings.secret(auth.secret)}"})
    if isinstance(auth, BasicAuth):
        return Fixed({"Authorization": basic(settings.secret(auth.user), settings.secret(auth.password))})
    if isinstance(auth, OAuth2Auth):
        return OAuth2(auth, address.elsewhere(filled(auth.token_url)), settings, send)
    if isinstance(auth, SessionAuth):
        return Session(auth, address.at(auth.login), auth.logout and address.at(auth.logout), filled, send)
    raise ConfigError(f"connection.auth: found {auth.type!r}, which HTTP does not know. Choose another kind.")


def secrets_of(connection: Connection) -> list[str]:
    """The settings that hold the credentials of a connection, for messages."""
    declared = connection.auth.model_dump(exclude={"type", "name", "token_url", "scope", "style"})
    names = [value for value in declared.values() if isinstance(value, str) and not value.startswith("/")]
    texts = [*connection.headers.values(), *(declared.get("body") or {}).values()]
    named = sorted(name for text in texts for name in placeholders(text))
    names += [name.removeprefix("secret:") for name in named if name.startswith("secret:")]
    return [f"LAGOA_SECRET_{name.upper()}" for name in dict.fromkeys(names)]
