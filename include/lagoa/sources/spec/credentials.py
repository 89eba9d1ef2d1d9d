"""Credentials that somebody wrote into a spec, known by the name under which they are sent."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lagoa.sources.spec.base import Place, Problem, placeholders, texts

CREDENTIAL = re.compile(
    r"(?i)^(authorization|cookie|key|auth|senha"
    r"|.*(api|access|user|auth|app|client|subscription)[-_]?(key|token).*"
    r"|.*chave[-_]?(de[-_]?)?(api|acesso).*|.*(secret|token|password))$"
)


def written_out(place: Place) -> Problem:
    """A credential stands in the spec; its value is not told."""
    return Problem(
        place,
        "a value that is written out (not shown)",
        "{secret:name}",
        "Put the value into .env as LAGOA_SECRET_<NAME>",
    )


def is_written_out(name: str, value: str, filled: Collection[str] = ()) -> bool:
    """Whether a value is sent as a credential and stands in the spec.

    Args:
        name: under which it is sent.
        value: as the spec has it.
        filled: parameters whose values are data, whatever the name.
    """
    named = placeholders(value)
    is_told = any(each.startswith("secret:") or each in filled for each in named)
    return bool(value) and not is_told and CREDENTIAL.match(name) is not None


def written_in(templates: Mapping[str, Any], filled: Collection[str]) -> Iterator[Problem]:
    """The credentials written out in what a resource sends: in its query, a body, the arguments of a call.

    Args:
        templates: what is sent, by the resource's key.
        filled: the parameters of a request.
    """
    for key, sent in templates.items():
        for place, value in texts(sent, (key,)):
            pairs = parse_qsl(urlsplit(value).query) if key == "path" else [(str(place[-1]), value)]
            if any(is_written_out(name, each, filled) for name, each in pairs):
                yield written_out(place)
