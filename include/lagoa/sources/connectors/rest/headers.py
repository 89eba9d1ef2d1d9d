"""Headers of requests: the usual ones, several sets joined into one, cookies."""

from collections.abc import Mapping
from http.cookies import SimpleCookie

import httpx

DEFAULT_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "lagoa"}


def joined(*headers: Mapping[str, str]) -> dict[str, str]:
    """Headers, of which a later one takes the place of an earlier of the same name in whatever letters."""
    found = {name.lower(): (name, value) for each in headers for name, value in each.items()}
    return dict(found.values())


def cookies_of(headers: httpx.Headers) -> dict[str, str]:
    """The cookies that an answer sets."""
    found = SimpleCookie()
    for line in headers.get_list("Set-Cookie"):
        found.load(line)
    return {name: morsel.value for name, morsel in found.items()}


def cookie_header(cookies: Mapping[str, str]) -> str:
    """The header Cookie."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
