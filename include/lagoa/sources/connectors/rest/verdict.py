"""Whether a response is an answer: its status -> nothing, or an error told apart by what a retry would do.

Some hosts refuse who asks too often as they refuse what is wrong (Meta: 400); a code in the body tells one from the
other, and the spec's `throttled` where it stands.
"""

import json

from lagoa.errors import PermanentSourceError
from lagoa.sources.connectors.rest.auth import secrets_of
from lagoa.sources.connectors.rest.envelope import entry
from lagoa.sources.connectors.rest.network import NetworkError
from lagoa.sources.connectors.rest.response import Response
from lagoa.sources.connectors.rest.retry import RETRIED_STATUSES, Overloaded, seconds_of
from lagoa.sources.spec import Connection, Throttled

ANSWERS = frozenset({200, 206})
LARGEST_REFUSAL = 2**20
"""Bytes of a body in which a code is looked for."""


def must_be_an_answer(response: Response, connection: Connection, accept: frozenset[int], subject: str) -> None:
    """Refuse a response whose status is none of an answer.

    Args:
        response: with its body still to be read.
        connection: of the spec.
        accept: statuses other than 200 and 206 that are answers too.
        subject: how messages name what was asked for.

    Raises:
        Overloaded: a status that may pass, or one by which the source throttles.
        PermanentSourceError: a retry would not change it.
    """
    status = response.status
    is_throttled = connection.throttled is not None and _is_throttled(response, connection.throttled)
    if not is_throttled and (status in ANSWERS or status in accept):
        return
    told = f"{subject}: the source answered {status} {response.reason}, expected 200. "
    if is_throttled or status in RETRIED_STATUSES:
        wished = seconds_of(response.headers.get("Retry-After"))
        raise Overloaded(f"{told}It is overloaded or limits us: try again later.", wished)
    secrets = secrets_of(connection)
    if status in (401, 403) and secrets:
        raise PermanentSourceError(f"{told}Check the credentials: {', '.join(secrets)} in the environment.")
    raise PermanentSourceError(
        f"{told}Check the path and the parameters in the spec against the source's documentation."
    )


def _is_throttled(response: Response, throttled: Throttled) -> bool:
    if response.status not in throttled.status:
        return False
    try:
        body = json.loads(response.body(LARGEST_REFUSAL))
    except (NetworkError, ValueError):
        return False  # the status alone counts
    return str(entry(body, throttled.at)) in map(str, throttled.values)
