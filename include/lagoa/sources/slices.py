"""What one run asks for: parents times the agency's lists times the date windows -> the parameters of each slice."""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

from lagoa.errors import ConfigError
from lagoa.sources.spec import Agency, Resource, Window, fill, placeholders, single


def plan(
    resource: Resource,
    agency: Agency,
    since: dt.date | None,
    until: dt.date,
    parents: Sequence[dict[str, str]] | None = None,
) -> list[dict[str, str]]:
    """The parameters of every slice of a run, in order.

    Args:
        resource: what is extracted.
        agency: the lists that `for_each` names; an empty one leaves its parameter out.
        since: first day of the windows; None = from the beginning.
        until: last day, included.
        parents: what each parent is asked by; needed where the resource has a parent.

    Raises:
        ConfigError: the agency lacks a list or a parameter that the resource names.
    """
    every = _combinations(resource, agency, parents)
    if resource.window is not None:
        dates = list(windows(resource.window, since or first_day(resource, agency), until))
        every = [combination | window for combination in every for window in dates]
    _refuse_unknown(resource, agency)
    return [_filled(resource, single(agency), asked) for asked in every] if resource.params else every


def _combinations(resource: Resource, agency: Agency, parents: Sequence[dict[str, str]] | None) -> list[dict[str, str]]:
    """Everything but the windows."""
    unknown = sorted(set(resource.for_each.values()) - set(agency))
    if unknown:
        raise ConfigError(
            f"agency: found no {', '.join(unknown)}, expected by `for_each` of {resource.title!r}. "
            "Add the list (it may be empty) to include/agencies/<agency>.yml."
        )
    needed = [name for parameter, name in resource.for_each.items() if parameter in resource.written]
    if empty := [name for name in needed if not agency[name]]:
        raise ConfigError(
            f"agency: found an empty list {', '.join(empty)}, expected values: they are part of what is asked for "
            f"{resource.title!r}. Fill the list in include/agencies/<agency>.yml."
        )
    choices = [[{parameter: value} for value in agency[name]] or [{}] for parameter, name in resource.for_each.items()]
    fixed = {name: str(value) for name, value in resource.params.items()}
    above: Sequence[dict[str, str]] = [{}] if resource.parent is None else parents or []
    return [
        fixed | parent | {name: value for part in parts for name, value in part.items()}
        for parent, *parts in itertools.product(above, *choices)
    ]


def _filled(resource: Resource, of_agency: dict[str, str], asked: dict[str, str]) -> dict[str, str]:
    """`params` with what they name filled in: what is asked for wins over the agency."""
    known = of_agency | {name: value for name, value in asked.items() if name not in resource.params}
    return {name: fill(value, known) if name in resource.params else value for name, value in asked.items()}


def _refuse_unknown(resource: Resource, agency: Agency) -> None:
    """A `{name}` in a parameter that nothing fills would be sent as it stands."""
    known = {*resource.parameters} - {*resource.params} | {*single(agency)}
    named = {name for value in resource.params.values() for name in placeholders(str(value))}
    if unknown := sorted(name for name in named - known if not name.startswith("secret:")):
        raise ConfigError(
            f"agency: found no single value for {', '.join(unknown)}, expected by `params` of {resource.title!r}. "
            f"Write it in include/agencies/<agency>.yml or as LAGOA_AGENCY_{unknown[0].upper()}."
        )


def first_day(resource: Resource, agency: Agency) -> dt.date:
    """Where the windows of a full extraction begin."""
    if resource.window is None:
        raise ConfigError(f"{resource.title!r}: found no `window`, expected one. Add it to the spec.")
    return day(resource.window.first, agency, resource.title)


def last_day(resource: Resource, agency: Agency, today: dt.date) -> dt.date:
    """The last day that a run asks for: the agency's, or the last of which the source can have published something."""
    window = resource.window
    if window is None:
        return today
    last = today + dt.timedelta(days=window.ahead_days - window.lag_days)
    if window.last is not None and agency.get(window.last):
        last = min(last, day(window.last, agency, resource.title))
    return last


def whole_since(window: Window, since: dt.date, first: dt.date) -> dt.date:
    """The first day of the slice that holds a day: a month or a year is asked for whole, though not before `first`."""
    begins = {"year": since.replace(month=1, day=1), "month": since.replace(day=1), None: since}[window.every]
    return max(begins, first) if since >= first else begins


def whole_until(window: Window, until: dt.date, last: dt.date) -> dt.date:
    """The last day of the month or year that holds a day, though not after `last`."""
    return min(_last_day(window, until, last), last) if window.every else min(until, last)


def windows(window: Window, since: dt.date, until: dt.date) -> Iterator[dict[str, str]]:
    """The window parameters that cover since..until, both included, without overlap."""
    for start, end in cuts(window, since, until):
        asked = {window.start: start.strftime(window.format)}
        if window.end is not None:
            asked[window.end] = end.strftime(window.format)
        yield asked


def cuts(window: Window, since: dt.date, until: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each window."""
    start = since
    while start <= until:
        end = min(_last_day(window, start, until), until)
        yield start, end
        start = end + dt.timedelta(days=1)


def _last_day(window: Window, start: dt.date, until: dt.date) -> dt.date:
    """The last day of the slice that begins at a day."""
    if window.every == "year":
        return dt.date(start.year, 12, 31)
    if window.every == "month":
        return (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return until if window.max_days is None else start + dt.timedelta(days=window.max_days - 1)


def day(value: dt.date | str, agency: Agency, subject: str) -> dt.date:
    """A date of the grammar: written there, or the agency's parameter of that name.

    Raises:
        ConfigError: the parameter is missing, or no date.
    """
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(agency[value][0])
    except (KeyError, IndexError, ValueError):
        found = ", ".join(agency.get(value, [])) or "nothing"
        raise ConfigError(
            f"agency: found {found} under {value!r}, expected a date such as 2025-01-01 for the windows of "
            f"{subject!r}. Write it in include/agencies/<agency>.yml or as LAGOA_AGENCY_{value.upper()}."
        ) from None
