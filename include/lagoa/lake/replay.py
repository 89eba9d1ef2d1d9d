"""Raw zone -> bronze once more: a table rebuilt from what was received, without asking the source."""

from dataclasses import replace
from typing import Any

from lagoa.errors import ConfigError, ContractError
from lagoa.lake.bronze import load, load_within, transaction
from lagoa.lake.bronze_write import literal
from lagoa.lake.ledger import SUCCESSFUL, Ledger, lock
from lagoa.lake.load_result import LoadResult
from lagoa.lake.raw import Manifest, RawZone
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec


def replay_run(settings: Settings, spec: SourceSpec, run_id: str) -> list[LoadResult]:
    """Load one run of every resource that has it; where the ledger knows it already, nothing changes.

    Raises:
        ConfigError: the raw zone holds no such run.
    """
    zone = RawZone(settings.raw_base)
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
        ContractError: the raw zone lacks a run that was loaded, or holds another than was written; nothing changed.
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


def _loaded_runs(cursor: Any, settings: Settings, spec: SourceSpec) -> list[Manifest]:
    """The manifest of every load that the ledger knows, in the order of the loads."""
    cursor.execute(
        "select resource, run_id from ops.loads"
        f" where source = {literal(spec.source)} and {SUCCESSFUL} order by load_id"
    )
    zone = RawZone(settings.raw_base)
    known = [(name, run_id) for name, run_id in cursor.fetchall() if name in spec.resources]
    found = [(name, run_id, zone.find(spec.source, name, run_id)) for name, run_id in known]
    lost = [f"{name} of {run_id}" for name, run_id, manifest in found if manifest is None]
    if lost:
        raise ContractError(
            f"replay: the raw zone lacks {len(lost)} of the {len(known)} runs of {spec.source} that were loaded "
            f"({', '.join(lost[:5])}), expected all. Nothing was changed: restore them from a backup."
        )
    return [manifest for _, _, manifest in found if manifest is not None]


def _empty(cursor: Any, spec: SourceSpec) -> None:
    """Take out the rows and the state that the loads will bring back."""
    for name in spec.resources:
        qualified = f'bronze."{spec.table(name)}"'
        cursor.execute(f"select to_regclass({literal(qualified)}) is not null")
        if cursor.fetchone()[0]:
            cursor.execute(f"truncate {qualified}")
        cursor.execute(
            f"delete from ops.resource_state where source = {literal(spec.source)} and resource = {literal(name)}"
        )


def _added(before: LoadResult | None, result: LoadResult) -> LoadResult:
    if before is None:
        return result
    counts = ("received", "inserted", "updated", "deleted", "unchanged")
    return replace(result, **{name: getattr(before, name) + getattr(result, name) for name in counts})
