"""How the host and this client show each other who they are: the authority of the one, the certificate of the other."""

import os
import ssl
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import certifi
import pycurl

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.sources.spec import Connection


@dataclass(frozen=True)
class Tls:
    """What one side trusts, and shows."""

    authorities: Path
    """The certificates that are trusted everywhere, PEM."""
    own: Path | None = None
    """Those of an authority beside them, PEM."""
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """As Python's own clients take it."""
        context = ssl.create_default_context(cafile=self.authorities)
        if self.own is not None:
            context.load_verify_locations(cafile=self.own)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context

    @cached_property
    def _both(self) -> bytes:
        """All certificates that are trusted, read once."""
        return b"\n".join(path.read_bytes() for path in (self.authorities, self.own) if path is not None)

    def apply(self, easy: pycurl.Curl, *, shows_certificate: bool) -> None:
        """Have an exchange of libcurl use them."""
        if self.own is None:
            easy.setopt(pycurl.CAINFO, str(self.authorities))
        else:
            easy.setopt(pycurl.CAINFO_BLOB, self._both)
        if self.certificate is not None and shows_certificate:
            easy.setopt(pycurl.SSLCERT, str(self.certificate))
            easy.setopt(pycurl.SSLKEY, str(self.key))


def tls_of(connection: Connection, settings: Settings) -> Tls:
    """The authorities that the host is verified by, and the client certificate where the connection names one.

    Raises:
        ConfigError: a file is missing, or is not what it should be.
    """
    tls = Tls(_certificates(Path(os.environ.get("SSL_CERT_FILE") or certifi.where()), "SSL_CERT_FILE"))
    if connection.authority is not None:
        tls = replace(tls, own=_certificates(settings.home / connection.authority, "connection.authority"))
    if connection.certificate is None:
        return tls
    names = [
        f"LAGOA_SECRET_{name.upper()}" for name in (connection.certificate.certificate, connection.certificate.key)
    ]
    secrets = connection.certificate.certificate, connection.certificate.key
    certificate, key = (_existing(Path(settings.secret(name)), told) for name, told in zip(secrets, names, strict=True))
    tls = replace(tls, certificate=certificate, key=key)
    try:
        tls.context()
    except ssl.SSLError:
        raise ConfigError(
            f"{' and '.join(names)}: found files that are no certificate and its key, expected PEM without a password. "
            "Export them anew."
        ) from None
    return tls


def _certificates(path: Path, subject: str) -> Path:
    """A file of authorities, read once to tell what is wrong with it."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=_existing(path, subject))
    except ssl.SSLError:
        raise ConfigError(
            f"{subject}: found no certificates in {path}, expected PEM. Export the authority as PEM."
        ) from None
    return path


def _existing(path: Path, subject: str) -> Path:
    if not path.is_file():
        raise ConfigError(f"{subject}: found no file at its path, expected a PEM file. Put it there or mend the path.")
    return path
