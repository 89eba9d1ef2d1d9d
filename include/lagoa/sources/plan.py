"""What one run is going to ask for, decided once: a run that goes on after a crash keeps to it.

state + agency + parents + today -> Plan: how far back, which slices
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from lagoa.errors import ConfigError
from lagoa.lake.manifest import Slice
from lagoa.lake.parents import Parents
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources import slices
from lagoa.sources.declared import digest_of
from lagoa.sources.horizon import horizon
from lagoa.sources.scope import has_grown, scope_of
from lagoa.sources.spec import Agency, Resource, SourceSpec
from lagoa.sources.spec.time import BRASILIA
from lagoa.sources.watermark import lies_ahead

log = logging.getLogger(__name__)

AskParents = Callable[[int | None], Parents]
"""Gives the parents, told which load of theirs was seen last."""


class Plan(BaseModel):
    """The decisions of one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    run_id: str
    fingerprint: str
    """Of the spec and what was asked for: a plan of another one is not gone on with."""
    now: dt.datetime
    made_by: str = ""
    """The installation: a raw zone may be shared with others."""
    full: bool
    backfill: bool = False
    watermark: str | None = None
    """From which a connector with a cursor goes on; None = from the beginning."""
    parents_load_id: int | None = None
    scope: dict[str, list[str]] = {}
    """What the run is about, as the agency has it."""
    declared: str | None = None
    """A digest of how the resource is declared."""
    ends: dict[str, dt.date] = {}
    """The first parameter of each window -> the window's last day."""
    asked: list[dict[str, str]]
    """The slices, with what the source lists."""
    planned: list[dict[str, str]] | None = None
    """The slices before the source listed something; None = it lists nothing."""

    def known(self, state: ResourceState) -> ResourceState:
        """The state as the connector shall see it: files that were read by another declaration are not known."""
        files = {label: file for label, file in state.files.items() if file.declared in (None, self.declared)}
        return state.model_copy(update={"watermark": self.watermark, "files": files})

    def with_listed(self, asked: list[dict[str, str]]) -> "Plan":
        """The same after the source listed what there is."""
        return self if asked == self.asked else self.model_copy(update={"asked": asked, "planned": self.asked})

    @property
    def listed_all(self) -> bool:
        """Whether the source listed something for every slice that was planned: none of its folders came empty."""
        return bool(self.planned) and all(
            any(planned.items() <= asked.items() for asked in self.asked) for planned in self.planned or []
        )

    def until(self, resource: Resource, got: list[Slice]) -> dt.date | None:
        """The last day of the last window that the source had published."""
        if resource.window is None:
            return None
        reached = [self.ends.get(item.asked.get(resource.window.start, "")) for item in got if not item.absent]
        return max(filter(None, reached), default=None)


def make_plan(
    spec: SourceSpec,
    name: str,
    run_id: str,
    *,
    fingerprint: str,
    agency: Agency,
    state: ResourceState,
    full: bool,
    since: dt.date | None,
    until: dt.date | None,
    parents: AskParents | None,
    now: dt.datetime,
    made_by: str = "",
) -> Plan:
    """Decide what a run asks for.

    Raises:
        ConfigError: the agency lacks something, or a backfill was asked for what has no windows.
        ContractError: the watermark is no date.
    """
    resource, today = spec.resources[name], now.astimezone(BRASILIA).date()
    subject = f"{spec.source}.{name}"
    backfill = since is not None or until is not None
    last = slices.last_day(resource, agency, today)
    scope = scope_of(resource, agency)
    full = full or has_grown(resource, scope, state.scope)
    is_full, begin = (False, None) if backfill else horizon(resource, state, now, full)
    if is_full and state.watermark and lies_ahead(state.watermark, now):
        log.warning("%s: the watermark stored, %s, is yet to come: everything is asked for", subject, state.watermark)
    if backfill:
        begin, last = _chosen(resource, agency, since, until, last, subject)
    above = _parents(resource, parents, None if is_full or backfill else state.parents_load_id, subject)
    asked, ends = _asked(resource, agency, begin, last, above, backfill)
    return Plan(
        run_id=run_id,
        fingerprint=fingerprint,
        now=now,
        made_by=made_by,
        full=is_full,
        backfill=backfill,
        watermark=None if is_full or backfill else state.watermark,
        parents_load_id=above.load_id if above else None,
        scope=scope,
        declared=digest_of(resource),
        ends=ends,
        asked=asked,
    )


def fingerprint_of(spec: SourceSpec, name: str, settings: Settings, agency: Agency, **options: Any) -> str:
    """A digest of everything that decides what a run brings, but for time and state."""
    decides = {
        "resource": spec.resources[name].model_dump(mode="json"),
        "connection": spec.connection.model_dump(mode="json"),
        "parents": [above.model_dump(mode="json") for above in _parents_of(spec, name)],
        "agency": dict(agency),
        "origin": settings.origin,
        "options": options,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _parents_of(spec: SourceSpec, name: str) -> list[Resource]:
    parent = spec.resources[name].parent
    return [spec.resources[above] for above in parent.resources] if parent else []


def _chosen(
    resource: Resource,
    agency: Agency,
    since: dt.date | None,
    until: dt.date | None,
    last: dt.date,
    subject: str,
) -> tuple[dt.date, dt.date]:
    """First and last day of a backfill, in whole months or years where the windows are such."""
    window = resource.window
    if window is None:
        raise ConfigError(
            f"{subject}: found a backfill by dates, expected a resource with `window`. Extract it with --full instead."
        )
    first = slices.first_day(resource, agency)
    begin, end = since or first, min(until or last, last)
    if until is not None and begin > until:
        raise ConfigError(f"{subject}: found a backfill from {begin} to {until}, expected dates in order. Swap them.")
    if begin > last:
        raise ConfigError(
            f"{subject}: found a backfill from {begin} on, expected a day up to {last}, the last that is asked for: "
            "nothing would come. Choose an earlier day, or leave the resource out."
        )
    return slices.whole_since(window, begin, first), slices.whole_until(window, end, last)


def _parents(resource: Resource, parents: AskParents | None, after: int | None, subject: str) -> Parents | None:
    if resource.parent is None:
        return None
    if parents is None:
        raise ConfigError(f"{subject}: found nobody to tell its parents, expected bronze. Use `lagoa ingest`.")
    return parents(after)


def _asked(
    resource: Resource, agency: Agency, begin: dt.date | None, last: dt.date, above: Parents | None, backfill: bool
) -> tuple[list[dict[str, str]], dict[str, dt.date]]:
    """The slices, and where their windows end. A parent that is new has no history here: it gets every window."""
    window = resource.window
    first = slices.first_day(resource, agency) if window else None
    if window and first and begin and not backfill:
        begin = slices.whole_since(window, max(begin, first), first)
    if above is None:
        asked = slices.plan(resource, agency, begin, last)
    else:
        asked = slices.plan(resource, agency, begin if backfill else None, last, above.changed)
        if resource.parent is None or not resource.parent.only_changed:
            asked += slices.plan(resource, agency, begin, last, above.unchanged)
    if window is None or first is None:
        return asked, {}
    spans = [*slices.cuts(window, first, last), *slices.cuts(window, begin or first, last)]
    return asked, {start.strftime(window.format): end for start, end in spans}
