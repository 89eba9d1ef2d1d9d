"""Where requests go: below the source's base URL, at the real host or at the simulator, and never to another host."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from lagoa.errors import PermanentSourceError
from lagoa.settings import Settings

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """The base URL of a source, and the one that stands in its place where sources are simulated."""

    real: str
    base: str
    prefix: str = ""
    """What the simulator puts before the real path: /pncp."""

    @classmethod
    def of(cls, source: str, base_url: str, settings: Settings) -> "Address":
        """Of a base URL whose placeholders are filled in."""
        if settings.sources == "live":
            return cls(base_url, base_url)
        simulator = settings.simulator_base
        return cls(base_url, f"{simulator}/{source}{urlsplit(base_url).path}", f"{urlsplit(simulator).path}/{source}")

    def at(self, path: str) -> str:
        """The whole URL of a path of the spec."""
        return self.base + path

    def link(self, link: str, subject: str) -> str:
        """Where a link that an answer held is followed to; one of the real host leads to the simulator there.

        Raises:
            PermanentSourceError: to another host, which must not see the source's credentials.
        """
        home, real = urlsplit(self.base), urlsplit(self.real)
        try:
            url = urlsplit(link)
            asked = origin(url)
        except ValueError:
            raise PermanentSourceError(
                f"{subject}: found a link that is no address, expected one to {home.scheme}://{home.netloc}. "
                "Compare the source's documentation."
            ) from None
        # Behind a gateway that ends TLS, some sources believe that they are spoken to by http.
        known = (origin(home), origin(real), ("http", real.hostname, PORTS["http"]))
        if asked not in known:
            raise PermanentSourceError(
                f"{subject}: found a link to {url.scheme}://{url.hostname}, expected one to "
                f"{home.scheme}://{home.netloc}. It was not followed: another host must not see this source's "
                "credentials. Compare the source's documentation."
            )
        path = url.path if _below(url.path, self.prefix) else self.prefix + url.path
        return urlunsplit((home.scheme, home.netloc, path, url.query, ""))

    def elsewhere(self, url: str) -> str:
        """Where an address that the spec itself names on another host (a token endpoint) is asked."""
        if not self.prefix:
            return url
        simulator = urlsplit(self.base)
        return f"{simulator.scheme}://{simulator.netloc}{self.prefix}{urlsplit(url).path}"


def origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port, which together say who is spoken to."""
    return url.scheme, url.hostname, url.port or PORTS.get(url.scheme)


def _below(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}/")
