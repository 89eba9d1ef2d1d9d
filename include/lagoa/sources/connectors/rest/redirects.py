"""Where an answer sends a request on to: within the source as it is, to another host without anything of ours."""

from dataclasses import replace
from urllib.parse import urlsplit

from lagoa.errors import PermanentSourceError
from lagoa.sources.connectors.rest.address import origin
from lagoa.sources.connectors.rest.headers import DEFAULT_HEADERS
from lagoa.sources.connectors.rest.outgoing import Outgoing
from lagoa.sources.connectors.rest.response import Response


def onward_from(request: Outgoing, home: Outgoing, response: Response, subject: str) -> Outgoing | None:
    """The request that an answer sends us on to, if it does.

    Args:
        request: that was answered.
        home: the first of them, which went to the source itself.
        response: the answer.
        subject: how messages name what was asked for.

    Raises:
        PermanentSourceError: to no address, or something else than a GET to another host.
    """
    try:
        onward = request.redirected(response.status, response.headers.get("Location"))
        if onward is None:
            return None
        is_home = origin(urlsplit(onward.url)) == origin(urlsplit(home.url))
    except ValueError:
        raise PermanentSourceError(
            f"{subject}: the source redirects to an address that is none, expected an answer. Open the address in "
            "a browser."
        ) from None
    return replace(onward, is_home=True) if is_home else _stranger(replace(onward, method=request.method), subject)


def _stranger(request: Outgoing, subject: str) -> Outgoing:
    """The request to the other host that the source sends us to: without anything that could be a credential."""
    if request.method != "GET":
        raise PermanentSourceError(
            f"{subject}: the source redirects a {request.method} to {urlsplit(request.url).hostname}, expected an "
            "answer. It was not followed: another host must not see what was sent."
        )
    return Outgoing("GET", request.url, {**DEFAULT_HEADERS, "Accept": "*/*"}, is_home=False)
