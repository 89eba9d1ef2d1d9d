"""Raw zone -> bronze once more: a table rebuilt from what was received, without asking the source."""

import logging
from collections import Counter
from dataclasses import replace

from psycopg2.extensions import cursor as Cursor

from lagoa.errors import ConfigError, ContractError
from lagoa.lake.bronze import load, load_within
from lagoa.lake.ledger import SUCCESSFUL, Ledger, lock
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest
from lagoa.lake.raw import RawZone
from lagoa.lake.retention import is_base
from lagoa.lake.statements import fetch, literal
from lagoa.lake.transaction import transaction
from lagoa.settings import Settings
from lagoa.sources.spec import ReplacePartition, SourceSpec

log = logging.getLogger(__name__)


def replay_run(settings: Settings, spec: SourceSpec, run_id: str) -> list[LoadResult]:
    """Load one run of every resource that has it; where the ledger knows it already, nothing changes.

    Raises:
        ConfigError: the raw zone holds no such run.
    """
    zone = RawZone(settings.raw_base, settings.raw_store)
    found = [manifest for name in spec.resources if (manifest := zone.find(spec.source, name, run_id))]
    if not found:
        every = {manifest.run_id for name in spec.resources for manifest in zone.manifests(spec.source, name)}
        known = ", ".join(sorted(every)[-5:]) or "none at all"
        raise ConfigError(f"replay: found no run {run_id!r} of {spec.source}, expected one such as {known}.")
    return [load(spec, manifest, settings=settings) for manifest in found]


def replay_source(settings: Settings, spec: SourceSpec) -> list[LoadResult]:
    """Empty a source's bronze tables and make every load that the ledger knows again, in their order.

    All in one transaction: others see the tables as they were until it ends, and if it fails they stay so. Every load
    keeps its id and its time, so rows come back with the same `_load_id`, `_run_id`, `_row_version`, `_loaded_at` and
    `_deleted_at`. Where a mended loader makes other rows of the same runs, build silver anew (`dbt build
    --full-refresh`): it follows `_load_id` and would not notice.

    Returns:
        For each table its last load, with the changes of all of them added up.

    Raises:
        ContractError: the raw zone lacks a run that was loaded, or holds another than was written, or retention removed
            what the table began with; nothing changed.
    """
    with transaction(settings, spec.source) as cursor:
        for name in sorted(spec.resources):
            lock(cursor, spec.source, name)
        runs = _loaded_runs(cursor, settings, spec)
        _empty(cursor, spec)
        totals: dict[str, LoadResult] = {}
        for manifest in runs:
            ledger = Ledger(cursor, spec, manifest, again=True)
            result = load_within(cursor, ledger, settings=settings, accept_shrink=True)
            totals[result.table] = _added(totals.get(result.table), result)
    return list(totals.values())


def _loaded_runs(cursor: Cursor, settings: Settings, spec: SourceSpec) -> list[Manifest]:
    """The manifest of every load that the ledger knows and the raw zone still has, in the order of the loads."""
    cursor.execute(
        "select resource, run_id, raw_removed_at is not null from ops.loads"
        f" where source = {literal(spec.source)} and {SUCCESSFUL} order by load_id"
    )
    zone = RawZone(settings.raw_base, settings.raw_store)
    known = [row for row in cursor.fetchall() if row[0] in spec.resources]
    removed = Counter(name for name, _, is_removed in known if is_removed)
    expected = [(name, run_id) for name, run_id, is_removed in known if not is_removed]
    found = [(name, run_id, zone.find(spec.source, name, run_id)) for name, run_id in expected]
    lost = [f"{name} of {run_id}" for name, run_id, manifest in found if manifest is None]
    if lost:
        raise ContractError(
            f"replay: the raw zone lacks {len(lost)} of the {len(expected)} runs of {spec.source} that were loaded "
            f"({', '.join(lost[:5])}), expected all. Nothing was changed: restore them from a backup."
        )
    runs = [manifest for _, _, manifest in found if manifest is not None]
    for name, count in removed.items():
        _must_be_enough(spec, name, count, [run for run in runs if run.resource == name])
    return runs


def _must_be_enough(spec: SourceSpec, name: str, removed: int, kept: list[Manifest]) -> None:
    """Where retention removed runs, the first one kept has to begin the table anew."""
    resource = spec.resources[name]
    table = spec.table(name)
    if not kept or not (isinstance(resource.write, ReplacePartition) or is_base(resource, kept[0])):
        first = f"the first one kept, {kept[0].run_id!r}, does not hold the whole table" if kept else "none is kept"
        raise ContractError(
            f"replay: {removed} runs of {table} were removed from the raw zone and {first}, expected a full run to "
            "begin with. Nothing was changed: restore them from a backup."
        )
    log.warning(
        "replay: %d runs of %s were removed from the raw zone. It is rebuilt from run %r of %s on: versions, load ids "
        "and times of its rows begin there, and rows that had vanished before are not in it.",
        removed,
        table,
        kept[0].run_id,
        f"{kept[0].extracted_at:%Y-%m-%d}",
    )


def _empty(cursor: Cursor, spec: SourceSpec) -> None:
    """Take out the rows and the state that the loads will bring back."""
    for name in spec.resources:
        qualified = f'bronze."{spec.table(name)}"'
        (exists,) = fetch(cursor, f"select to_regclass({literal(qualified)}) is not null")
        if exists:
            cursor.execute(f"truncate {qualified}")
        cursor.execute(
            f"delete from ops.resource_state where source = {literal(spec.source)} and resource = {literal(name)}"
        )


def _added(before: LoadResult | None, result: LoadResult) -> LoadResult:
    if before is None:
        return result
    counts = ("received", "inserted", "updated", "deleted", "unchanged")
    return replace(result, **{name: getattr(before, name) + getattr(result, name) for name in counts})
