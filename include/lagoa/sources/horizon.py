"""From which day on a run asks: everything, or what may have changed since the last load."""

import datetime as dt

from lagoa.errors import ContractError
from lagoa.lake.state import ResourceState
from lagoa.sources.spec import Resource
from lagoa.sources.spec.time import BRASILIA
from lagoa.sources.watermark import lies_ahead


def horizon(resource: Resource, state: ResourceState, now: dt.datetime, full: bool) -> tuple[bool, dt.date | None]:
    """Whether a run asks for everything, and if not, from which day on its windows begin.

    A run that asks for less goes on from the watermark less the look-back, from the last window reached less the
    trailing days, from the database's cursor column, or with the parents that changed.

    Raises:
        ContractError: the watermark is no date.
    """
    if full or _starts_over(resource, state, now):
        return True, None
    watermark, window = getattr(resource.write, "watermark", None), resource.window
    if watermark and window and state.watermark:
        reached = min(_date_of(watermark, state.watermark), now.astimezone(BRASILIA).date())
        return False, reached - dt.timedelta(days=getattr(resource.write, "look_back_days", 0))
    if window and window.trailing_days is not None and state.until:
        return False, state.until - dt.timedelta(days=window.trailing_days)
    if asks_by_cursor(resource) and state.watermark:
        return False, None
    if passes_over_parents(resource) and state.parents_load_id is not None:
        return False, None
    return True, None


def asks_by_cursor(resource: Resource) -> bool:
    """Whether the connector itself goes on from the watermark: a database does, other sources need windows."""
    return getattr(resource, "kind", None) == "sql" and bool(getattr(resource.write, "watermark", None))


def passes_over_parents(resource: Resource) -> bool:
    """Whether parents that did not change are not asked for, all or some of them."""
    return resource.parent is not None and (resource.parent.only_changed or bool(resource.parent.also))


def _starts_over(resource: Resource, state: ResourceState, now: dt.datetime) -> bool:
    """Whether nothing was ever loaded whole, a full extraction is due, or the watermark hides what came since."""
    write = resource.write
    if state.full_at is None:
        return True
    if getattr(write, "watermark", None) and state.watermark and lies_ahead(state.watermark, now):
        return True
    every: int | None = getattr(write, "full_every_days", None)
    return every is not None and now - state.full_at >= dt.timedelta(days=every)


def _date_of(name: str, watermark: str) -> dt.date:
    try:
        return dt.datetime.fromisoformat(watermark).date()
    except ValueError:
        raise ContractError(
            f"watermark {name}: found {watermark!r}, expected an ISO date or timestamp. "
            "Choose another field in the spec, or extract with --full."
        ) from None
