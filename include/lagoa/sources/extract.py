"""Source -> raw zone: one run of one resource, whole or failed.

    spec + agency + state -> plan -> slices -> connector -> records as stored -> raw parts -> manifest (written last)

A run that was broken off goes on from what its journal holds. Alone: `lagoa ingest <source>`.
"""

import datetime as dt
import logging
from collections.abc import Callable

from lagoa.errors import LagoaError, TransientSourceError
from lagoa.file_lock import only_one
from lagoa.lake.manifest import Manifest, Slice
from lagoa.lake.raw import RawZone
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.completeness import childless_parents, must_be_complete
from lagoa.sources.connector import Context
from lagoa.sources.connectors import connect
from lagoa.sources.horizon import horizon
from lagoa.sources.journal import Journal
from lagoa.sources.plan import AskParents, Plan, fingerprint_of, make_plan
from lagoa.sources.readers import Progress, read_all
from lagoa.sources.received import Received
from lagoa.sources.spec import Agency, Resource, SourceSpec
from lagoa.sources.stored import Stored, as_read
from lagoa.sources.takeover import installation, left_by_another
from lagoa.sources.watermark import capped, later, lies_ahead

__all__ = ["Progress", "extract", "horizon"]

log = logging.getLogger(__name__)

SHOWN_ERRORS = 10


def extract(
    spec: SourceSpec,
    name: str,
    run_id: str,
    *,
    settings: Settings,
    agency: Agency,
    state: ResourceState,
    full: bool = False,
    since: dt.date | None = None,
    until: dt.date | None = None,
    parents: AskParents | None = None,
    max_parallel: int | None = None,
    progress: Progress | None = None,
    last_loaded: dt.datetime | None = None,
) -> Manifest:
    """Fetch one resource into the raw zone and write its manifest.

    Two never read the same resource at once on one machine: an attempt that was given up may live on for a while.

    Args:
        spec: the source.
        name: the resource.
        run_id: names the run in the raw zone and in the ledger.
        settings: where the raw zone and the simulator are.
        agency: the parameters that the spec names.
        state: how far the resource has come.
        full: ask for everything, whatever the watermark.
        since: with `until` a backfill: only the windows of these days are asked for, both included.
        until: None = to the last day.
        parents: gives the parents of a resource that has some.
        max_parallel: how many slices and requests at once at most, beside the connection's own limit.
        progress: told after each slice.
        last_loaded: when the latest run that is loaded began; what an earlier one left is of no use.

    Raises:
        ConfigError: the spec asks for what the agency or the installation lacks.
        TransientSourceError: a later try may succeed, and goes on where this one ended.
        PermanentSourceError: it would not.
        ContractError: the data is not as declared.
    """
    with only_one(settings.state_dir / "run" / f"extract-{spec.source}.{name}.lock"):
        resource, subject = spec.resources[name], f"{spec.source}.{name}"
        now = dt.datetime.now(dt.UTC)
        zone = RawZone(settings.raw_base, settings.raw_store)
        stored = Stored(spec, name, settings)
        made_by = installation(settings)
        wanted = fingerprint_of(spec, name, settings, agency, full=full, since=since, until=until)
        journal = Journal.find(zone, spec.source, name, run_id, now.date())
        if journal and (manifest := journal.whole()):
            journal.clear(keep=manifest.parts)
            return manifest
        if journal and not journal.stands(wanted, now):
            journal.clear()
            journal = None
        if journal is None:
            left_behind = Journal.left_behind(zone, spec.source, name, made_by, now.date())
            if left := left_by_another(left_behind, wanted, now, last_loaded):
                log.info("%s: run %s goes on with what run %s left", subject, run_id, left.plan.run_id)
                journal = left.taken_over(spec.source, name, run_id)

        def planned() -> Plan:
            options = {"full": full, "since": since, "until": until, "parents": parents, "now": now, "made_by": made_by}
            return make_plan(spec, name, run_id, fingerprint=wanted, agency=agency, state=state, **options)  # type: ignore[arg-type]

        plan = journal.plan if journal else planned()
        parallel = min(spec.connection.concurrency, max_parallel or spec.connection.concurrency)
        context = Context(_as_read(spec, name, parallel), name, settings, agency, plan.known(state), full)
        with connect(context) as connector:
            if journal and not _is_still_listed(journal, connector.expand):
                log.info(
                    "%s: what the source lists has changed since run %s was broken off: it begins anew", subject, run_id
                )
                journal.clear()
                journal, plan = None, planned()
            if journal is None:
                plan = plan.with_listed(connector.expand(plan.asked))
                journal = Journal(zone, zone.stem(spec.source, name, run_id, plan.now.date()), plan)
            else:
                journal.go_on()
                log.info("%s: run %s goes on after %d chunks", subject, run_id, len(journal.chunks))
            received = Received(journal, stored.watermark, goes_on=stored.goes_on)
            got, errors = read_all(connector, resource, plan.asked, received, stored, parallel, progress)
        if errors:
            _leave(journal, received)
            _raise_collected(subject, errors)
        for path in stored.unmatched:
            log.warning(
                "%s: found no %s in run %s, expected it in its nested field. CPFs were masked in all of it; "
                "see what the source calls it now, then mend `personal`.",
                subject,
                path,
                run_id,
            )
        return _whole(spec, name, settings, state, journal, received, got)


def _whole(
    spec: SourceSpec,
    name: str,
    settings: Settings,
    state: ResourceState,
    journal: Journal,
    received: Received,
    got: list[Slice],
) -> Manifest:
    """Make the run whole: parts of bounded size, then the manifest, then the journal goes."""
    resource, plan, subject = spec.resources[name], journal.plan, f"{spec.source}.{name}"
    try:
        must_be_complete(resource, got, subject)
    except LagoaError:
        journal.clear()  # another try asks everything again: what was missing may be there
        raise
    childless = childless_parents(resource, got)
    known = capped(state.watermark, plan.now) if plan.full else state.watermark
    parts = received.parts()
    manifest = Manifest(
        source=spec.source,
        resource=name,
        run_id=plan.run_id,
        origin=settings.origin,
        extracted_at=plan.now,
        full=plan.full,
        lists_partitions=plan.full and resource.lists_partitions and plan.listed_all,
        backfill=plan.backfill,
        until=plan.until(resource, got),
        parents_load_id=plan.parents_load_id,
        scope=plan.scope,
        declared=plan.declared,
        childless=None if childless is None else len(childless),
        fields=received.fields or resource.stored,
        slices=got,
        parts=parts,
        watermark=later(_reached(resource, received.watermark, plan.now, subject), known),
    )
    path = journal.zone.write_manifest(manifest)
    journal.clear(keep=parts)
    log.info("%s: %d records in %d parts, %s", subject, manifest.received, len(parts), path)
    return manifest


def _reached(resource: Resource, found: str | None, now: dt.datetime, subject: str) -> str | None:
    """The watermark from which another run may go on: not one of the future, which would hide what comes until then."""
    reached = capped(found, now)
    if found is not None and lies_ahead(found, now):
        name = getattr(resource.write, "watermark", None)
        log.warning(
            "%s: watermark %s: found %s, which is yet to come; the next run goes on from %s. Tell the source's owner.",
            subject,
            name,
            found,
            reached,
        )
    return reached


def _as_read(spec: SourceSpec, name: str, parallel: int) -> SourceSpec:
    """The spec as connectors take it: they, too, ask no more at once than is allowed."""
    return spec.model_copy(
        update={
            "connection": spec.connection.model_copy(update={"concurrency": parallel}),
            "resources": {**spec.resources, name: as_read(spec.resources[name])},
        }
    )


def _is_still_listed(journal: Journal, expand: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> bool:
    """Whether the source still lists every slice that is left to read; also prepares the connector for reading them."""
    if journal.plan.planned is None:
        return True
    listed = expand(journal.plan.planned)
    done = {at for at, mark in journal.marks().items() if mark.done}
    return all(asked in listed for at, asked in enumerate(journal.plan.asked) if at not in done)


def _leave(journal: Journal, received: Received) -> None:
    """Leave to another try what it can go on from."""
    if received.something_stands:
        received.flush(always=True)
    else:
        journal.clear()


def _raise_collected(subject: str, errors: list[LagoaError]) -> None:
    """Fail with everything that went wrong; as transient only if all of it may pass."""
    if len(errors) == 1:
        raise errors[0]
    kind = next((type(error) for error in errors if not isinstance(error, TransientSourceError)), TransientSourceError)
    shown = "\n  ".join(str(error) for error in errors[:SHOWN_ERRORS])
    more = f"\n  and {len(errors) - SHOWN_ERRORS} more" if len(errors) > SHOWN_ERRORS else ""
    raise kind(f"{subject}: {len(errors)} requests failed, expected none:\n  {shown}{more}")
