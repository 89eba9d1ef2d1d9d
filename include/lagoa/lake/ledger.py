"""The completeness ledger: what each load was announced, received and did, in ops.loads; never apart from the load."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lagoa.errors import ConfigError
from lagoa.lake.bronze_table import METADATA, BronzeTable, quoted
from lagoa.lake.bronze_write import fetch, literal
from lagoa.lake.raw import Manifest
from lagoa.lake.state import LoadedFile, ResourceState
from lagoa.sources.spec import SourceSpec

if TYPE_CHECKING:
    from lagoa.lake.bronze import LoadResult

COUNTS = ("announced", "received", "duplicated", "inserted", "updated", "deleted", "unchanged", "rows_after")


class Ledger:
    """The ledger's side of one load, all inside the load's transaction."""

    def __init__(self, cursor: Any, spec: SourceSpec, manifest: Manifest) -> None:
        self.cursor, self.spec, self.manifest = cursor, spec, manifest
        self.resource = f"source = {literal(manifest.source)} and resource = {literal(manifest.resource)}"

    def already_loaded(self) -> dict[str, Any] | None:
        """The counts of this run's earlier load, if there was one. Waits for another load of the same resource."""
        name = literal(f"{self.manifest.source}.{self.manifest.resource}")
        self.cursor.execute(f"select pg_advisory_xact_lock(hashtextextended({name}, 0))")
        self.cursor.execute(
            f"select load_id, {', '.join(COUNTS)} from ops.loads"
            f" where {self.resource} and run_id = {literal(self.manifest.run_id)} and status = 'success'"
        )
        row = self.cursor.fetchone()
        return dict(zip(("load_id", *COUNTS), row, strict=True)) if row else None

    def begin(self) -> int:
        """Open the entry and set what the metadata columns' defaults read.

        Returns:
            The load's id, greater than that of every earlier load of the resource.
        """
        spec, manifest = self.spec, self.manifest
        self._must_be_of_one_origin()
        values = [spec.source, spec.title, spec.domain, spec.owner, spec.licence, spec.url]
        self.cursor.execute(
            "insert into ops.sources as old (source, title, domain, owner, licence, url)"
            f" values ({', '.join(map(literal, values))}) on conflict (source) do update set title = excluded.title,"
            " domain = excluded.domain, owner = excluded.owner, licence = excluded.licence, url = excluded.url"
            " where (old.title, old.domain, old.owner, old.licence, old.url)"
            " is distinct from (excluded.title, excluded.domain, excluded.owner, excluded.licence, excluded.url)"
        )
        mode = spec.resources[manifest.resource].write.mode
        (load_id,) = fetch(
            self.cursor,
            "insert into ops.loads"
            " (run_id, source, resource, mode, is_full, received, status, extracted_at, started_at)"
            f" values ({literal(manifest.run_id)}, {literal(manifest.source)}, {literal(manifest.resource)},"
            f" {literal(mode)}, {manifest.full}, {manifest.received}, 'running',"
            f" {literal(manifest.extracted_at.isoformat())}, clock_timestamp()) returning load_id",
        )
        self.cursor.execute(
            f"select set_config('lagoa.load_id', '{load_id}', true), set_config('lagoa.run_id',"
            f" {literal(manifest.run_id)}, true)"
        )
        return int(load_id)

    def _must_be_of_one_origin(self) -> None:
        origin = self.manifest.origin
        self.cursor.execute(f"insert into ops.origin (origin) values ({literal(origin)}) on conflict do nothing")
        (standing,) = fetch(self.cursor, "select origin from ops.origin")
        if standing != origin:
            raise ConfigError(
                f"{self.manifest.source}: found {origin} data, expected {standing} data as this lakehouse already holds. "
                "Use an installation of its own (another LAGOA_STATE_DIR or database), or `lagoa demo`, which starts over."
            )

    def record_schema(self, table: BronzeTable) -> None:
        """Make or widen the table; what came and what went is noted in ops.schema_changes."""
        for statement in table.create_statements():
            self.cursor.execute(statement)
        self.cursor.execute(
            "select column_name from information_schema.columns"
            f" where table_schema = 'bronze' and table_name = {literal(table.name)}"
        )
        standing = {name for (name,) in self.cursor.fetchall()}
        for column in table.columns.keys() - standing:
            self.cursor.execute(f"alter table {table.qualified} add column {quoted(column)} {table.type_of(column)}")
            self._note(column, "added")
        if not self.manifest.parts:
            return
        received = {column for column, field in table.columns.items() if field in self.manifest.fields}
        for column in standing - received - METADATA.keys():
            self._note(column, "vanished")

    def _note(self, column: str, change: str) -> None:
        manifest = self.manifest
        latest = (
            f"select change from ops.schema_changes where {self.resource} and column_name = {literal(column)}"
            " order by detected_at desc limit 1"
        )
        self.cursor.execute(
            "insert into ops.schema_changes (run_id, source, resource, column_name, change, detected_at)"
            f" select {literal(manifest.run_id)}, {literal(manifest.source)}, {literal(manifest.resource)},"
            f" {literal(column)}, {literal(change)}, clock_timestamp()"
            f" where ({latest}) is distinct from {literal(change)}"
        )

    def finish(self, result: "LoadResult") -> None:
        """Close the entry and move the resource's state on."""
        manifest = self.manifest
        counts: Mapping[str, int | None] = {name: getattr(result, name) for name in COUNTS}
        settings = ", ".join(f"{name} = {'null' if count is None else count}" for name, count in counts.items())
        watermark = "null" if manifest.watermark is None else literal(manifest.watermark)
        self.cursor.execute(
            f"update ops.loads set {settings}, bytes = {sum(part.bytes for part in manifest.parts)},"
            f" watermark = {watermark}, status = 'success', finished_at = clock_timestamp()"
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


def reached(before: ResourceState, manifest: Manifest) -> ResourceState:
    """The state after a run was loaded."""
    files = {
        ", ".join(f"{key}={value}" for key, value in item.asked.items()): LoadedFile(
            sha256=item.sha256, rows=item.received
        )
        for item in manifest.slices
        if item.sha256
    }
    return ResourceState(
        watermark=max(filter(None, [before.watermark, manifest.watermark]), default=None),
        full_at=manifest.extracted_at if manifest.full else before.full_at,
        files=before.files | files,
    )
