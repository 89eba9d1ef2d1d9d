"""A request as it goes out, and where an answer may send it on to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin

REDIRECTS = frozenset({301, 302, 303, 307, 308})
READABLE = re.compile(r"[!-~]*")
RESERVED = "%/?#[]@!$&'()*+,;=:~-._"


@dataclass(frozen=True)
class Outgoing:
    """A request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None
    is_home: bool = True
    """It goes to the source itself, which may see who we are."""
    is_once: bool = False
    """It must not be sent twice, as libcurl does where a connection that was kept turns out to be closed."""

    def redirected(self, status: int, location: str | None) -> "Outgoing | None":
        """The request that an answer sends us on to (RFC 9110, 15.4); None = it is an answer."""
        if status not in REDIRECTS or location is None:
            return None
        url = urljoin(self.url, location)
        if status == 303 or (status in (301, 302) and self.method == "POST"):
            return replace(self, method="GET", url=url, content=None)
        return replace(self, url=url)

    @property
    def address(self) -> bytes:
        """Its URL in the characters that may stand in one."""
        return (self.url if READABLE.fullmatch(self.url) else quote(self.url, safe=RESERVED)).encode("ascii")

    @property
    def lines(self) -> list[bytes]:
        """The header lines, and those that libcurl shall not add of its own.

        Raises:
            ValueError: a value holds a line break.
        """
        own = {name.lower() for name in self.headers}
        lines = [f"{name}: {value}" if value else f"{name};" for name, value in self.headers.items()]
        if any(mark in line for line in lines for mark in "\r\n"):
            raise ValueError("a header holds a line break: check the secrets in the environment")
        lines += ["Expect:", *([] if "content-type" in own else ["Content-Type:"])]
        return [line.encode("latin-1") for line in lines]
