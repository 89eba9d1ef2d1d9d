"""What stands around the records of an answer: where they are, how many there are in all, what comes next.

A name may be dotted (`paging.next`); a key that is itself written with a dot (`@odata.nextLink`) is tried first.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from lagoa.errors import ContractError
from lagoa.sources.connectors.rest.told_error import must_be_no_error

ABSENT = object()
EACH = re.compile(r"(?:^|\.)\*(?=\.|$)")
"""The `*` of a name: each of a list."""
CONTENT_RANGE = re.compile(r"(?:\w+\s+)?(?:\d+-\d+|\*)/(\d+)")
LINK = re.compile(r"<([^>]*)>([^<]*)")


def entry(body: Any, name: str) -> Any:
    """The value under a name; ABSENT where there is none."""
    if not isinstance(body, dict):
        return ABSENT
    if name in body:
        return body[name]
    first, dot, rest = name.partition(".")
    while dot:
        if first in body:
            return entry(body[first], rest)
        more, dot, rest = rest.partition(".")
        first = f"{first}.{more}"
    return ABSENT


def records_of(body: Any, name: str | None, subject: str, metadata: Collection[str] = ()) -> list[Any]:
    """The records of an answer; an object in place of the list is one record, and a null none.

    Args:
        body: of the answer.
        name: the key, dotted, with `*` for each of a list; None = the body itself.
        subject: how messages name the series.
        metadata: keys beside which the records may be left out: an object of nothing else has none.

    Raises:
        Overloaded: an error stands in their place that may pass.
        PermanentSourceError: an error that stays.
        ContractError: there is nothing under the name, or something else than records.
    """
    *outer, inner = [""] if name is None else [part.strip(".") for part in EACH.split(name)]
    found = [body]
    for part in outer:
        found = [each for inside in found for each in _under(inside, part, name, subject, ())]
    if outer and not inner:
        return found
    return [record for inside in found for record in _under(inside, inner, name, subject, metadata)]


def _under(body: Any, key: str, name: str | None, subject: str, metadata: Collection[str]) -> list[Any]:
    """What an object holds under a key; without a key it is itself what is looked for."""
    found = entry(body, key) if key else body
    if key and (found is ABSENT or found is None):
        must_be_no_error(body, subject)
        is_left_out = metadata and isinstance(body, dict) and body.keys() <= set(metadata)
        if found is None or is_left_out:
            return []
        raise _without(name, subject)
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [found]
    raise ContractError(
        f"{subject}: found {type(found).__name__}, expected a list of records. Check `records` in the spec."
    )


def count_of(body: Any, name: str, subject: str) -> int:
    """A number of records or pages; OData before version 4 writes it as text.

    Raises:
        ContractError: it is missing, or no whole number.
    """
    count = entry(body, name)
    if count is ABSENT:
        raise _without(name, subject)
    if isinstance(count, str) and count.isdecimal():
        return int(count)
    if type(count) is not int or count < 0:
        raise ContractError(
            f"{subject}: found {type(count).__name__} under {name!r}, expected a whole number. "
            "The source's envelope changed: check the spec."
        )
    return count


def flag_of(body: Any, name: str, subject: str) -> bool:
    """Whether something is so.

    Raises:
        ContractError: it is missing, or neither true nor false.
    """
    found = entry(body, name)
    if isinstance(found, bool):
        return found
    if found is ABSENT:
        raise _without(name, subject)
    raise ContractError(
        f"{subject}: found {type(found).__name__} under {name!r}, expected true or false. "
        "The source's envelope changed: check the spec."
    )


def text_of(body: Any, name: str, subject: str) -> str | None:
    """A token or a link; None where the source gives none (absent, null or empty).

    Raises:
        ContractError: it is neither text nor a number.
    """
    found = entry(body, name)
    if found is ABSENT or found is None or found == "" or found is False:
        return None
    if isinstance(found, str | int) and found is not True:
        return str(found)
    raise ContractError(
        f"{subject}: found {type(found).__name__} under {name!r}, expected a text. "
        "The source's envelope changed: check the spec."
    )


def content_range_total(headers: Mapping[str, str], subject: str) -> int:
    """The total of `Content-Range: 0-999/6888`, which PostgREST sends for `Prefer: count=exact`.

    Raises:
        ContractError: there is none.
    """
    header = headers.get("Content-Range", "")
    if not (found := CONTENT_RANGE.fullmatch(header.strip())):
        raise ContractError(
            f"{subject}: found Content-Range {header!r}, expected a total like 0-999/6888. "
            "Without it nothing tells whether all rows came."
        )
    return int(found[1])


def next_of_link_header(headers: Mapping[str, str]) -> str | None:
    """The target of `rel="next"` in the header Link (RFC 8288)."""
    for target, parameters in LINK.findall(headers.get("Link", "")):
        relations = re.findall(r';\s*rel\s*=\s*"?([^";,]*)"?', parameters, re.IGNORECASE)
        if any("next" in relation.lower().split() for relation in relations):
            return str(target)
    return None


def _without(name: str | None, subject: str) -> ContractError:
    return ContractError(f"{subject}: found an answer without {name!r}. The source's envelope changed: check the spec.")
