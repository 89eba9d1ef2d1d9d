"""Which runs of the raw zone no table needs any more, and their removal: LAGOA_RAW_RETENTION_DAYS -> files, ops.loads.

Without a policy every run is kept for ever, and every table can be rebuilt byte for byte. With one, a table can still
be rebuilt as it stood at any moment since the policy's limit, but the versions and times of its rows begin there:

- the runs since the limit are kept;
- of earlier ones those that the table at the limit is made of: from the last full run on (`merge`, `snapshot`), the
  last run of each partition and the last listing of them (`replace_partition`), all of them (`append`);
- runs that were never loaded, and parts without a manifest, are kept until the limit only.

The ledger tells that runs are gone before their files go: a removal that is broken off is ended by the next one.

Alone: `lagoa retention --dry-run`.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from lagoa.errors import ConfigError
from lagoa.lake.ledger import SUCCESSFUL, lock
from lagoa.lake.manifest import Manifest
from lagoa.lake.raw import RawZone
from lagoa.lake.session import session
from lagoa.settings import Settings
from lagoa.sources.spec import Append, ReplacePartition, Resource, SourceSpec

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removable:
    """What can be removed of one resource: runs that were loaded, and files of runs that never were or are gone."""

    source: str
    resource: str
    runs: list[Manifest]
    files: list[str]
    """The paths of all of it, manifests first: a run that is removed halfway is not a run any more."""
    kept: int
    """Loaded runs that stay."""
    bytes: int


def removable(settings: Settings, spec: SourceSpec, now: dt.datetime) -> list[Removable]:
    """What the policy lets go of a source.

    Raises:
        ConfigError: no policy is set.
    """
    if settings.raw_retention_days is None:
        raise ConfigError(
            "retention: LAGOA_RAW_RETENTION_DAYS is not set, expected a number of days. The raw zone is kept for ever."
        )
    limit = now - dt.timedelta(days=settings.raw_retention_days)
    zone = RawZone(settings.raw_base, settings.raw_store)
    return [_of_resource(settings, zone, spec, name, limit) for name in spec.resources]


def _of_resource(settings: Settings, zone: RawZone, spec: SourceSpec, name: str, limit: dt.datetime) -> Removable:
    manifests = zone.manifests(spec.source, name)
    loaded = loaded_runs(settings, spec.source, name, manifests)
    kept = needed(spec.resources[name], loaded, limit)
    keys = {_key(run) for run in loaded}
    gone = [run for run in loaded if _key(run) not in kept]
    never = [run for run in manifests if _key(run) not in keys and run.extracted_at < limit]
    named = {part.path for run in manifests for part in run.parts}
    files = [zone.manifest_path(run) for run in (*gone, *never)]
    files += [part.path for run in (*gone, *never) for part in run.parts]
    files += [path for path in old_parts(zone, spec.source, name, limit) if path not in named]
    sizes = sum(part.bytes for run in (*gone, *never) for part in run.parts)
    return Removable(spec.source, name, gone, files, len(loaded) - len(gone), sizes)


def loaded_runs(settings: Settings, source: str, resource: str, manifests: Sequence[Manifest]) -> list[Manifest]:
    """The runs that the ledger knows and does not call gone, in the order of their loads; of one name the latest."""
    latest = {run.run_id: run for run in manifests}
    with session(settings) as cursor:
        cursor.execute(
            f"select run_id from ops.loads where source = %s and resource = %s and {SUCCESSFUL}"
            " and raw_removed_at is null order by load_id",
            (source, resource),
        )
        return [latest[run_id] for (run_id,) in cursor.fetchall() if run_id in latest]


def needed(resource: Resource, runs: Sequence[Manifest], limit: dt.datetime) -> set[tuple[str, dt.datetime]]:
    """The runs without which the table at the limit, and at any time since, could not be rebuilt.

    Args:
        resource: of the runs.
        runs: all that were loaded, in their order.
        limit: the moment.
    """
    before = [run for run in runs if run.extracted_at < limit]
    since = {_key(run) for run in runs if run.extracted_at >= limit}
    if isinstance(resource.write, Append):
        return since | {_key(run) for run in before}
    if isinstance(resource.write, ReplacePartition):
        parameter = str(resource.partition_parameter)
        last = {item.asked[parameter]: run for run in before for item in run.slices if brings(item)}
        listings = [run for run in before if run.lists_partitions]  # the last one tells what had vanished
        return since | {_key(run) for run in [*last.values(), *listings[-1:]]}
    bases = [number for number, run in enumerate(before) if is_base(resource, run)]
    return since | {_key(run) for run in before[bases[-1] if bases else 0 :]}


def is_base(resource: Resource, run: Manifest) -> bool:
    """Whether a table can be built from a run and those after it alone."""
    if isinstance(resource.write, Append | ReplacePartition):
        return False
    return run.full and not run.backfill and all(brings(item) for item in run.slices)


def brings(item: object) -> bool:
    """Whether a slice brought what its file or window holds, rather than the news that there is nothing new."""
    return not (getattr(item, "unchanged", False) or getattr(item, "absent", False))


def old_parts(zone: RawZone, source: str, resource: str, limit: dt.datetime) -> list[str]:
    """The parts, and journals of runs that were given up, in the folders of the days before the limit."""
    folder = f"{zone.root}/{source}/{resource}"
    paths = [path for kind in (".parquet*", ".journal.json") for path in zone.fs.glob(f"{folder}/*/*/*/*{kind}")]
    return sorted(path for path in paths if path.rpartition("/")[0] < zone.folder(source, resource, limit.date()))


def remove(settings: Settings, what: Removable) -> None:
    """Remove it. Loads and replays of the resource wait, and find the ledger telling what is gone.

    That it is gone is committed first: a replay would miss runs of which it only finds that their files are not there.
    """
    zone = RawZone(settings.raw_base, settings.raw_store)
    with session(settings) as cursor:
        lock(cursor, what.source, what.resource)
        cursor.execute(
            "update ops.loads set raw_removed_at = now() where source = %s and resource = %s and run_id = any(%s)",
            (what.source, what.resource, [run.run_id for run in what.runs]),
        )
    with session(settings) as cursor:
        lock(cursor, what.source, what.resource)
        zone.remove(what.files)
    log.info("%s.%s: %d files removed from the raw zone", what.source, what.resource, len(what.files))


def _key(run: Manifest) -> tuple[str, dt.datetime]:
    return run.run_id, run.extracted_at
