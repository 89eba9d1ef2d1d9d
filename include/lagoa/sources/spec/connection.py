"""How a source's host is spoken to: address, authentication, manners."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from lagoa.sources.spec.authentication import Auth, NoAuth, SecretName, Sent
from lagoa.sources.spec.base import Number, Problem, Strict, Text, Whole, malformed, placeholders, secrets_in
from lagoa.sources.spec.credentials import is_written_out, written_out
from lagoa.sources.spec.limits import RateLimit, Throttled

DATABASES = ("postgresql", "mysql", "oracle", "mssql", "sqlite", "duckdb")
AUTHENTICATIONS = {
    "imaps": ("basic",),
    "file": ("none",),
    "http": ("none",),
    **dict.fromkeys(("s3", "gs", "sftp"), ("none", "basic")),
    **dict.fromkeys(DATABASES, ("none",)),
}
"""Scheme -> the kinds of `auth` that it knows; https knows all. A database's user and password stand in its address."""
AUTHENTICATION_REMEDIES = {
    "http": "Use https://, or take `auth` out where the files are public",
    **dict.fromkeys(DATABASES, "Write {secret:user}:{secret:password}@ before the host"),
}
NO_CREDENTIALS = "no credentials, which anybody on the way could read"


class Certificate(Strict):
    """A client certificate: both secrets are paths of PEM files."""

    certificate: SecretName
    """The certificate's file."""
    key: SecretName
    """Its private key's file."""


class Connection(Strict):
    """How the source's host is spoken to."""

    base_url: str = Field(
        pattern=r"^(https?|s3|gs|sftp|file|imaps|(postgresql|mysql|oracle|mssql|sqlite|duckdb)(\+\w+)?)://[^\s]*[^/\s]$",
        json_schema_extra={
            "expected": "an address of https, http, s3, gs, sftp, file, imaps or of a database "
            f"({', '.join(DATABASES)}), without blanks and without a slash at the end"
        },
    )
    """Without a slash at the end. May hold `{name}`, an agency's parameter, and (databases) `{secret:name}`.
    The drivers of mssql, oracle and duckdb are installed by who needs them: the error names the package. `http://` is
    for public files only: no credentials are sent there."""
    auth: Auth = Field(default=NoAuth(), json_schema_extra={"hidden": True})
    """How the host knows us."""
    certificate: Certificate | None = None
    """A client certificate, beside or in place of `auth`."""
    authority: Text | None = None
    """Path of a PEM file with the authority that signed the host's certificate, if it is not a public one."""
    headers: dict[str, Sent] = {}
    """Sent with every request; values may hold `{name}` and `{secret:name}`."""
    timeout_seconds: Number = Field(default=60, gt=0)
    """For the connection and for each piece that is read."""
    attempts: Whole = Field(default=5, ge=1)
    """How often a request is tried before it fails."""
    backoff_seconds: Number = Field(default=2, gt=0)
    """First pause after a 429, a 5xx or a time-out, of which chance takes up to a half; doubled at each attempt, up to
    120. `Retry-After` wins, up to an hour."""
    requests_per_minute: Annotated[Number, Field(gt=0)] | list[RateLimit] | None = None
    """One limit, or one for each part of the day; an hour that none covers is not limited. All
    processes of an installation keep it together, also those of other sources at the same host."""
    throttled: Throttled | None = None
    """How the host refuses who asks too often, where it does not say 429 or 503."""
    concurrency: Whole = Field(default=4, ge=1, le=32)
    """Slices that are read at the same time."""

    def problems(self) -> Iterator[Problem]:
        """Secrets that are written out, and what only some addresses have."""
        authority = self.base_url.partition("://")[2].partition("/")[0]
        user, at, _ = authority.rpartition("@")
        if at and self.scheme not in DATABASES:
            yield Problem(
                ("base_url",), "a user before the host", "the host alone", "Write it as `auth: {type: basic, …}`"
            )
        elif at and ":" in user and "secret:" not in user.partition(":")[2]:
            yield written_out(("base_url",))
        if self.scheme not in DATABASES and any(name.startswith("secret:") for name in placeholders(self.base_url)):
            yield Problem(("base_url",), "a secret in an address", "secrets under `auth` or `headers`", "Move it there")
        known = AUTHENTICATIONS.get(self.scheme, (self.auth.type,))
        if self.auth.type not in known:
            yield Problem(
                ("auth", "type"),
                f"{self.auth.type!r} with an address of {self.scheme}://",
                f"one of: {', '.join(known)}",
                AUTHENTICATION_REMEDIES.get(self.scheme, "Choose one"),
            )
        if self.certificate and self.scheme != "https":
            yield Problem(
                ("certificate",), f"a client certificate for {self.scheme}://", "it with https:// only", "Remove it"
            )
        if self.throttled and self.scheme != "https":
            yield Problem(
                ("throttled",), f"a status of HTTP for {self.scheme}://", "it with https:// only", "Remove it"
            )
        for name, value in self.headers.items():
            if self.scheme == "http" and secrets_in(value):
                yield Problem(("headers", name), "a secret with an address of http://", NO_CREDENTIALS, "Use https://")
            if is_written_out(name, value):
                yield written_out(("headers", name))
        yield from malformed(self.base_url, ("base_url",))
        yield from malformed(self.headers, ("headers",))

    @property
    def secrets(self) -> list[str]:
        """The names of the credentials that it needs."""
        keys = ("user", "secret", "password", "client_id", "client_secret", "refresh_token")
        named = [getattr(self.auth, key, None) for key in keys]
        if self.certificate:
            named += [self.certificate.certificate, self.certificate.key]
        written = [self.base_url, self.headers, getattr(self.auth, "body", {})]
        return list(dict.fromkeys([*filter(None, named), *secrets_in(written)]))

    @property
    def scheme(self) -> str:
        """What comes before `://`, without the driver: https, s3, imaps, postgresql."""
        return re.split(r"[+:]", self.base_url, maxsplit=1)[0]

    def requests_per_minute_at(self, hour: int) -> float | None:
        """The limit in force in an hour of Brasília's day; None = none."""
        if isinstance(self.requests_per_minute, list):
            return min((rate.limit for rate in self.requests_per_minute if rate.covers(hour)), default=None)
        return self.requests_per_minute
