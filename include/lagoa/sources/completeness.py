"""What a run brought, held against what the spec lets it miss: slices -> nothing, or why the run fails.

A slice that is short by itself failed already, in its connector. Here the run is looked at as a whole.
"""

from collections.abc import Sequence

from lagoa.errors import ContractError, LagoaError, TransientSourceError
from lagoa.lake.manifest import Slice, label_of
from lagoa.sources.spec import Resource

FEW = 3
"""So many parents without a record prove nothing, where there may be some: a new contract has no invoice yet."""
NAMED = 5
"""How many of the missing are named."""


def must_be_complete(resource: Resource, got: Sequence[Slice], subject: str) -> None:
    """Refuse a run that lacks more than the resource's completeness lets it.

    Raises:
        TransientSourceError: records that were announced did not come.
        ContractError: files or windows, children or numbers of a sequence are missing; told all at once.
    """
    allowed = resource.completeness
    problems = [
        problem
        for problem in (
            _announced(got, allowed.tolerance),
            _absent(got, allowed.absent),
            _childless(resource, got, allowed.childless),
            _gaps(got, allowed.gaps),
        )
        if problem
    ]
    if problems:
        kind: type[LagoaError] = TransientSourceError if _announced(got, allowed.tolerance) else ContractError
        raise kind(f"{subject}: {'; '.join(problems)}. Nothing was loaded. Try again; if it stays, see the source.")


def childless_parents(resource: Resource, got: Sequence[Slice]) -> list[str] | None:
    """The parents that were asked for and have no record, over all their slices; None where there are no parents."""
    if resource.parent is None:
        return None
    received: dict[str, int] = {}
    for item in got:
        label = label_of({name: item.asked[name] for name in resource.parent.fields})
        received[label] = received.get(label, 0) + item.received
    return [label for label, count in received.items() if count == 0]


def _announced(got: Sequence[Slice], tolerance: float) -> str | None:
    announced = sum(item.announced or 0 for item in got)
    short = sum(max(0, item.announced - item.received) for item in got if item.announced is not None)
    if within(short, tolerance, announced):
        return None
    return f"{short} of {announced} records announced did not come, expected at most {tolerance:.2%}"


def _absent(got: Sequence[Slice], allowed: float) -> str | None:
    absent = [label_of(item.asked) for item in got if item.absent]
    if within(len(absent), allowed, len(got)):
        return None
    return f"{len(absent)} of {len(got)} are not published ({_some(absent)}), expected at most {allowed:.2%}"


def _childless(resource: Resource, got: Sequence[Slice], allowed: float) -> str | None:
    childless = childless_parents(resource, got)
    if childless is None or resource.parent is None:
        return None
    asked = len({tuple(item.asked[name] for name in resource.parent.fields) for item in got})
    if within(len(childless), allowed, asked) or (allowed and len(childless) <= FEW):
        return None
    return f"{len(childless)} of {asked} parents have no record ({_some(childless)}), expected at most {allowed:.2%}"


def _gaps(got: Sequence[Slice], allowed: float) -> str | None:
    missing = sum(item.missing for item in got)
    numbers = missing + sum(item.received for item in got)
    if within(missing, allowed, numbers):
        return None
    where = [f"{label_of(item.asked) or 'sequence'}: {item.missing}" for item in got if item.missing]
    return (
        f"{missing} of {numbers} numbers of the sequence are missing ({_some(where)}), expected at most {allowed:.2%}"
    )


def within(count: int, share: float, of: int) -> bool:
    """Whether so many are at most the share, though 0.29 of 100 is a little less than 29 in binary."""
    return count <= share * of + 1e-9


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
