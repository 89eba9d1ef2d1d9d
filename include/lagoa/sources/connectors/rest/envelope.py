"""What stands around the records of an answer: where they are, how many there are in all, what comes next.

A name may be dotted (`paging.next`); a key that is itself written with a dot (`@odata.nextLink`) is tried first.
"""

import re
from collections.abc import Mapping
from typing import Any

from lagoa.errors import ContractError

ABSENT = object()
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


def records_of(body: Any, name: str | None, subject: str) -> list[Any]:
    """The records of an answer; an object in place of the list is one record, and a null none.

    Args:
        body: of the answer.
        name: the key, dotted, with `*` for each of a list; None = the body itself.
        subject: how messages name the series.

    Raises:
        ContractError: there is nothing under the name, or something else than records.
    """
    if name is not None and "*" in name.split("."):
        return _records_of_each(body, name, subject)
    found = body if name is None else entry(body, name)
    if found is ABSENT:
        raise ContractError(
            f"{subject}: found an answer without {name!r}. The source's envelope changed: check the spec."
        )
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [found]
    if found is None and name is not None:
        return []
    raise ContractError(
        f"{subject}: found {type(found).__name__}, expected a list of records. Check `records` in the spec."
    )


def _records_of_each(body: Any, name: str, subject: str) -> list[Any]:
    """Below `*`, an element may lack its records: an empty batch. One that has a list of others instead may not."""
    before, _, after = (part.strip(".") for part in name.partition("*"))
    outer = records_of(body, before or None, subject)
    if not after:
        return outer
    if "*" in after.split("."):
        return [record for element in outer for record in _records_of_each(element, after, subject)]
    inner = [found for element in outer if (found := entry(element, after)) is not ABSENT]
    if not inner and any(_has_records(element) for element in outer):
        raise ContractError(
            f"{subject}: found an answer without {name!r}. The source's envelope changed: check the spec."
        )
    return [record for found in inner for record in records_of(found, None, subject)]


def count_of(body: Any, name: str, subject: str) -> int:
    """A number of records or pages; OData before version 4 writes it as text.

    Raises:
        ContractError: it is missing, or no whole number.
    """
    count = entry(body, name)
    if count is ABSENT:
        raise ContractError(
            f"{subject}: found an answer without {name!r}. The source's envelope changed: check the spec."
        )
    if isinstance(count, str) and count.isdecimal():
        return int(count)
    if type(count) is not int or count < 0:
        raise ContractError(
            f"{subject}: found {type(count).__name__} under {name!r}, expected a whole number. "
            "The source's envelope changed: check the spec."
        )
    return count


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


def _has_records(element: Any) -> bool:
    """Whether an object holds a list of objects, or an empty list, under any name."""
    values = element.values() if isinstance(element, dict) else ()
    return any(isinstance(value, list) and (not value or isinstance(value[0], dict)) for value in values)
