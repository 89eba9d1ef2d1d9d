"""What tells the partitions of `replace_partition` apart: each is one slice, which brings all of it or nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lagoa.sources.spec.base import Problem, listed, placeholders
from lagoa.sources.spec.write import ReplacePartition

if TYPE_CHECKING:
    from lagoa.sources.spec.resource import Resource

PLACE = ("write", "partition")


def parameter_of(resource: "Resource") -> str | None:
    """The parameter whose value is a partition; None where there is none."""
    write = resource.write
    if not isinstance(write, ReplacePartition):
        return None
    if write.partition in resource.keep:
        return write.partition
    told_apart_by = resource.told_apart_by
    return told_apart_by[0] if len(told_apart_by) == 1 and told_apart_by[0] in resource.for_each else None


def partition_problems(resource: "Resource") -> Iterator[Problem]:
    """A partition that no parameter asks for, or that a run could bring in part: what it leaves out would be lost."""
    if not isinstance(resource.write, ReplacePartition):
        return
    parameter, partition = parameter_of(resource), resource.write.partition
    if parameter is None:
        yield Problem(
            PLACE,
            f"{partition!r}, which no parameter asks for",
            "one parameter that brings a whole partition",
            "Name it under `keep`, or ask by `for_each` with one parameter and neither `window` nor `parent`",
        )
        return
    told = {parameter, *placeholders(str(resource.params.get(parameter, "")))}
    window = resource.window
    if others := [name for name in resource.told_apart_by if name not in told]:
        yield Problem(
            PLACE,
            f"{partition!r}, of which there are several slices (by {listed(others)})",
            "a parameter that alone tells one slice from another: what a run does not ask for would be lost",
            "Name another under `keep` and here, or write by `merge` or `append`",
        )
    elif window and not (window.every or window.max_days == 1):
        yield Problem(
            PLACE,
            f"{partition!r}, the first day of windows that begin elsewhere in another run",
            "windows of whole months or years, or of one day",
            "Add `every` or `max_days: 1` to `window`",
        )
