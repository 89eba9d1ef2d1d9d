"""What one run asks for: the agency's lists times the date windows -> the parameters of each request series."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence

from lagoa.errors import ConfigError
from lagoa.sources.spec import Resource, Window


def plan(
    resource: Resource, agency: Mapping[str, Sequence[str]], since: dt.date | None, until: dt.date
) -> list[dict[str, str]]:
    """The parameters of every request series of a run, in order.

    Args:
        resource: what is extracted.
        agency: the lists that `for_each` names; an empty one leaves its parameter out.
        since: first day of the windows; None = from the beginning.
        until: last day, included.

    Raises:
        ConfigError: the agency lacks a list that the resource names.
    """
    unknown = sorted(set(resource.for_each.values()) - set(agency))
    if unknown:
        raise ConfigError(
            f"agency: found no {', '.join(unknown)}, expected by `for_each` of {resource.title!r}. "
            "Add the list (it may be empty) to include/agencies/<agency>.yml."
        )
    needed = [name for parameter, name in resource.for_each.items() if f"{{{parameter}}}" in resource.path]
    if empty := [name for name in needed if not agency[name]]:
        raise ConfigError(
            f"agency: found an empty list {', '.join(empty)}, expected values: they are part of the path "
            f"{resource.path!r} of {resource.title!r}. Fill the list in include/agencies/<agency>.yml."
        )
    choices = [[{parameter: value} for value in agency[name]] or [{}] for parameter, name in resource.for_each.items()]
    fixed = {name: str(value) for name, value in resource.params.items()}
    combinations = [fixed | {k: v for part in parts for k, v in part.items()} for parts in itertools.product(*choices)]
    if resource.window is None:
        return combinations
    dates = list(windows(resource.window, since or resource.window.first, until))
    return [combination | window for combination in combinations for window in dates]


def windows(window: Window, since: dt.date, until: dt.date) -> Iterator[dict[str, str]]:
    """The window parameters that cover since..until, both included, without overlap."""
    start = since
    while start <= until:
        end = min(start + dt.timedelta(days=window.max_days - 1), until)
        yield {window.start: start.strftime(window.format), window.end: end.strftime(window.format)}
        start = end + dt.timedelta(days=1)
