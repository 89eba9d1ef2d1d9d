"""Raw zone -> bronze once more: a table rebuilt from what was received, without asking the source."""

from dataclasses import replace

import psycopg2
from psycopg2 import sql

from lagoa.errors import ConfigError
from lagoa.lake.bronze import LoadResult, load
from lagoa.lake.raw import Manifest, RawZone
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec


def replay_run(settings: Settings, spec: SourceSpec, run_id: str) -> list[LoadResult]:
    """Load one run of every resource that has it; where the ledger knows it already, nothing changes.

    Raises:
        ConfigError: the raw zone holds no such run.
    """
    runs = [manifest for manifest in _manifests(settings, spec) if manifest.run_id == run_id]
    if not runs:
        known = sorted({manifest.run_id for manifest in _manifests(settings, spec)})[-5:]
        raise ConfigError(f"replay: found no run {run_id!r} of {spec.source}, expected one such as {', '.join(known)}.")
    return [load(spec, manifest, settings=settings) for manifest in runs]


def replay_source(settings: Settings, spec: SourceSpec) -> list[LoadResult]:
    """Empty a source's bronze tables and its ledger, then load every run that the ledger knew, oldest first.

    What `_load_id`, `_run_id` and `_row_version` say afterwards is what the same loads said before.

    Returns:
        For each table its last load, with the changes of all of them added up.
    """
    loaded = _forget(settings, spec)
    totals: dict[str, LoadResult] = {}
    for manifest in _manifests(settings, spec):
        if (manifest.run_id, manifest.resource) not in loaded:
            continue
        result = load(spec, manifest, settings=settings, accept_shrink=True)
        if before := totals.get(result.table):
            result = replace(
                result,
                inserted=before.inserted + result.inserted,
                updated=before.updated + result.updated,
                deleted=before.deleted + result.deleted,
                unchanged=before.unchanged + result.unchanged,
                received=before.received + result.received,
            )
        totals[result.table] = result
    return list(totals.values())


def _manifests(settings: Settings, spec: SourceSpec) -> list[Manifest]:
    zone = RawZone(settings.raw_base)
    every = [manifest for name in spec.resources for manifest in zone.manifests(spec.source, name)]
    return sorted(every, key=lambda manifest: manifest.extracted_at)


def _forget(settings: Settings, spec: SourceSpec) -> set[tuple[str, str]]:
    """Empty the source's tables, state and ledger; gives the runs that the ledger knew."""
    connection = psycopg2.connect(settings.dsn("etl_user"), connect_timeout=10)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "select run_id, resource from ops.loads where source = %s and status = 'success'", (spec.source,)
            )
            loaded = {(run_id, resource) for run_id, resource in cursor.fetchall()}
            for name in spec.resources:
                table = sql.Identifier("bronze", spec.table(name))
                cursor.execute("select to_regclass(%s)", (f'bronze."{spec.table(name)}"',))
                if (cursor.fetchone() or (None,))[0]:
                    cursor.execute(sql.SQL("truncate {}").format(table))
            for ledger in ("loads", "resource_state"):
                cursor.execute(
                    sql.SQL("delete from ops.{} where source = %s").format(sql.Identifier(ledger)), (spec.source,)
                )
    finally:
        connection.close()
    return loaded
