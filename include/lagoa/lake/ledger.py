"""The completeness ledger: what each load was announced, received and did, in ops.loads; never apart from the load."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import psycopg2

from lagoa.errors import ConfigError, ContractError
from lagoa.lake.bronze_table import BronzeTable, column_of
from lagoa.lake.catalogue import describe
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest, label_of
from lagoa.lake.schema_changes import SchemaChanges
from lagoa.lake.session import session
from lagoa.lake.state import LoadedFile, ResourceState
from lagoa.lake.statements import fetch, literal
from lagoa.lake.windows import record_windows
from lagoa.settings import Settings
from lagoa.sources.spec import Append, Merge, SourceSpec
from lagoa.sources.watermark import capped, later

log = logging.getLogger(__name__)

SUCCESSFUL = "status = 'success'"
COUNTS = ("announced", "received", "duplicated", "inserted", "updated", "deleted", "unchanged", "rows_after")


class Ledger:
    """The ledger's side of one load, all inside the load's transaction.

    With `again`, a load that the ledger holds already is made once more, under its id and its time.
    """

    def __init__(self, cursor: Any, spec: SourceSpec, manifest: Manifest, *, again: bool = False) -> None:
        self.cursor, self.spec, self.manifest, self.again = cursor, spec, manifest, again
        self.resource = f"source = {literal(manifest.source)} and resource = {literal(manifest.resource)}"
        self.run = f"{self.resource} and run_id = {literal(manifest.run_id)}"
        resource = spec.resources[manifest.resource]
        optional = frozenset(column_of(resource, field) for field in resource.optional)
        self.schema = SchemaChanges(cursor, manifest, optional)

    def already_loaded(self) -> dict[str, Any] | None:
        """The counts of this run's earlier load, if there was one. Waits for another load of the same resource."""
        lock(self.cursor, self.manifest.source, self.manifest.resource)
        self.cursor.execute(f"select load_id, {', '.join(COUNTS)} from ops.loads where {self.run} and {SUCCESSFUL}")
        row = self.cursor.fetchone()
        return dict(zip(("load_id", *COUNTS), row, strict=True)) if row else None

    def begin(self) -> int:
        """Open the entry and set what the metadata columns' defaults read.

        Returns:
            The load's id, greater than that of every earlier load of the resource.

        Raises:
            ConfigError: the lakehouse holds data of another origin.
            ContractError: a run that was extracted later was loaded already.
        """
        if self.again:
            load_id, started_at = fetch(
                self.cursor, f"select load_id, started_at::text from ops.loads where {self.run}"
            )
        else:
            self._must_be_of_one_origin()
            self._must_be_the_latest()
            load_id, started_at = self._open()
        self.cursor.execute(
            f"select set_config('lagoa.load_id', '{load_id}', true),"
            f" set_config('lagoa.run_id', {literal(self.manifest.run_id)}, true),"
            f" set_config('lagoa.loaded_at', {literal(started_at)}, true)"
        )
        return int(load_id)

    def _open(self) -> tuple[Any, ...]:
        manifest = self.manifest
        self.cursor.execute(f"delete from ops.loads where {self.run} and not {SUCCESSFUL}")
        mode = self.spec.resources[manifest.resource].write.mode
        return fetch(
            self.cursor,
            "insert into ops.loads"
            " (run_id, source, resource, mode, is_full, backfill, received, status, extracted_at, started_at)"
            f" values ({literal(manifest.run_id)}, {literal(manifest.source)}, {literal(manifest.resource)},"
            f" {literal(mode)}, {manifest.full}, {manifest.backfill}, {manifest.received}, 'running',"
            f" {literal(manifest.extracted_at.isoformat())}, clock_timestamp()) returning load_id, started_at::text",
        )

    def _must_be_of_one_origin(self) -> None:
        origin = self.manifest.origin
        self.cursor.execute("select origin from ops.origin")
        row = self.cursor.fetchone()
        if row and row[0] != origin:
            raise ConfigError(
                f"{self.manifest.source}: found {origin} data, expected {row[0]} data "
                "as this lakehouse already holds. "
                "Use an installation of its own (LAGOA_STATE_DIR), or `lagoa demo`, which starts over."
            )

    def _must_be_the_latest(self) -> None:
        """A table, a partition or a row of yesterday must not replace the one of today.

        A part may come late where the watermark tells which row is newer, and a backfill, which asks for old days.
        """
        write, manifest = self.spec.resources[self.manifest.resource].write, self.manifest
        is_part = not manifest.full or manifest.backfill
        if isinstance(write, Append):
            return
        if isinstance(write, Merge) and is_part and (write.watermark or manifest.backfill):
            return
        at = literal(self.manifest.extracted_at.isoformat())
        self.cursor.execute(
            f"select run_id from ops.loads where {self.resource} and {SUCCESSFUL} and extracted_at > {at}"
            " order by extracted_at desc limit 1"
        )
        if row := self.cursor.fetchone():
            raise ContractError(
                f"{self.manifest.source}.{self.manifest.resource}: run {self.manifest.run_id!r} was extracted before "
                f"{row[0]!r}, which is loaded already; expected the later one to be loaded last. Nothing was loaded: "
                "extract again."
            )

    def record_schema(self, table: BronzeTable) -> BronzeTable:
        """Make or widen the table; what came is noted in ops.schema_changes.

        Returns:
            The table with the columns that it has beside those that came.
        """
        return self.schema.shape(table)

    def rows_before(self, table: BronzeTable) -> int:
        """How many rows the source showed after the load before this one; counted only where no load tells.

        A load that is made again follows the one made again before it, not one whose run retention removed.
        """
        made = " and raw_removed_at is null" if self.again else ""
        self.cursor.execute(
            f"select rows_after from ops.loads where {self.resource} and {SUCCESSFUL}{made}"
            " and load_id < current_setting('lagoa.load_id')::bigint order by load_id desc limit 1"
        )
        row = self.cursor.fetchone() or fetch(
            self.cursor, f"select count(*) from {table.qualified} where _deleted_at is null"
        )
        return int(row[0])

    def gone_before(self) -> int:
        """How many rows a merge had kept, after the last whole load, that the source did not show any more."""
        self.cursor.execute(
            f"select greatest(0, rows_after - received + duplicated) from ops.loads where {self.resource}"
            f" and {SUCCESSFUL} and is_full and not backfill and load_id < current_setting('lagoa.load_id')::bigint"
            " and not exists (select from ops.load_windows as windows"
            " where windows.load_id = loads.load_id and windows.absent)"
            " order by load_id desc limit 1"
        )
        row = self.cursor.fetchone()
        return int(row[0] or 0) if row else 0

    def finish(self, result: LoadResult) -> None:
        """Close the entry and move the resource's state on."""
        manifest = self.manifest
        counts: Mapping[str, int | None] = {name: getattr(result, name) for name in COUNTS}
        settings = ", ".join(f"{name} = {'null' if count is None else count}" for name, count in counts.items())
        watermark = "null" if manifest.watermark is None else literal(manifest.watermark)
        self.cursor.execute(
            f"update ops.loads set {settings}, bytes = {sum(part.bytes for part in manifest.parts)},"
            f" watermark = {watermark}, status = 'success', finished_at = coalesce(finished_at, clock_timestamp())"
            f" where load_id = {result.load_id}"
        )
        self.cursor.execute(f"select state::text from ops.resource_state where {self.resource}")
        row = self.cursor.fetchone()
        before = ResourceState.model_validate(json.loads(row[0])) if row else ResourceState()
        state = literal(reached(before, manifest).model_dump_json())
        self.cursor.execute(
            f"insert into ops.resource_state (source, resource, state) values ({literal(manifest.source)},"
            f" {literal(manifest.resource)}, {state}::jsonb)"
            " on conflict (source, resource) do update set state = excluded.state"
        )
        if not self.again:
            record_windows(self.cursor, result.load_id, manifest)
        self._describe_source()

    def _describe_source(self) -> None:
        """What is common to the loads of a source comes last: others that run beside this one wait for it."""
        self.cursor.execute(
            f"insert into ops.origin (origin) values ({literal(self.manifest.origin)}) on conflict do nothing"
        )
        self._must_be_of_one_origin()
        describe(self.cursor, self.spec)


def lock(cursor: Any, source: str, resource: str) -> None:
    """Wait for other loads of a resource, and make them wait for this transaction."""
    cursor.execute(f"select pg_advisory_xact_lock(hashtextextended({literal(f'{source}.{resource}')}, 0))")


def record_failure(settings: Settings, spec: SourceSpec, manifest: Manifest) -> None:
    """Leave a failed load in the ledger, after its own transaction was undone; another try of the run replaces it."""
    try:
        with session(settings) as cursor:
            cursor.execute(
                "insert into ops.loads as old (run_id, source, resource, mode, is_full, backfill, announced, received,"
                " status, extracted_at, started_at, finished_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, 'failed', %s, clock_timestamp(), clock_timestamp())"
                " on conflict (run_id, source, resource) do update set finished_at = excluded.finished_at"
                " where old.status <> 'success'",
                (
                    manifest.run_id,
                    manifest.source,
                    manifest.resource,
                    spec.resources[manifest.resource].write.mode,
                    manifest.full,
                    manifest.backfill,
                    manifest.announced,
                    manifest.received,
                    manifest.extracted_at,
                ),
            )
    except psycopg2.Error:
        log.warning("%s.%s: the failed load could not be noted in ops.loads", manifest.source, manifest.resource)


def reached(before: ResourceState, manifest: Manifest) -> ResourceState:
    """The state after a run was loaded. It never moves back, and a backfill changes only what is known of its files."""
    files = {
        label_of(item.asked): LoadedFile(
            sha256=item.sha256, rows=item.received, etag=item.etag, declared=manifest.declared
        )
        for item in manifest.slices
        if item.sha256
    }
    is_whole = manifest.full and not manifest.backfill
    is_latest = before.full_at is None or manifest.extracted_at >= before.full_at
    standing = before.files
    if (
        is_whole and is_latest and manifest.slices
    ):  # a file that went may be gone or overwritten: back, it is read again
        asked = {label_of(item.asked) for item in manifest.slices}
        standing = {label: file for label, file in standing.items() if label in asked}
    state = before.model_copy(update={"files": standing | files})
    if manifest.backfill:
        return state
    moved: dict[str, Any] = {
        name: max(filter(None, [getattr(before, name), getattr(manifest, name)]), default=None)
        for name in ("until", "parents_load_id")
    }
    known, found = before.watermark, manifest.watermark
    if is_whole and is_latest:
        moved["scope"] = manifest.scope
        # Only now may a watermark of the future go: until everything was asked for, it tells that rows were missed.
        known, found = (capped(each, manifest.extracted_at) for each in (known, found))
    moved["watermark"] = later(known, found)
    moved["full_at"] = max(
        filter(None, [before.full_at, manifest.extracted_at if manifest.full else None]), default=None
    )
    return state.model_copy(update=moved)
