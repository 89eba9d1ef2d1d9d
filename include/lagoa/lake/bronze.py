"""Raw zone -> bronze: one run of one resource, in one transaction, at the speed of COPY.

    manifest -> parts -> Arrow batches (+ row hash) -> binary COPY -> bronze.<source>__<resource>, ops.loads

A run already loaded changes nothing; the same runs in the same order give the same rows.
Alone: `lagoa replay <source>`.
"""

import logging
from dataclasses import replace

import psycopg2
from psycopg2.extensions import cursor as Cursor

from lagoa.errors import ContractError, LagoaError
from lagoa.lake import bronze_listing, bronze_merge, bronze_write
from lagoa.lake.bronze_table import OF_THE_LOAD, BronzeTable, bronze_table, quoted
from lagoa.lake.bronze_write import Shrink, Written
from lagoa.lake.kinds import Kinds
from lagoa.lake.ledger import Ledger, record_failure
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest
from lagoa.lake.raw import RawZone
from lagoa.lake.staging import copy_into
from lagoa.lake.statements import fetch
from lagoa.lake.transaction import transaction
from lagoa.settings import Settings
from lagoa.sources.spec import Append, ReplacePartition, SourceSpec

log = logging.getLogger(__name__)

ANALYZED_FROM = 1000
ANALYZED_SHARE = 0.02
"""Changed rows, and their share of the table, from which the planner is told at once; autovacuum sees to the rest."""


def load(spec: SourceSpec, manifest: Manifest, *, settings: Settings, accept_shrink: bool = False) -> LoadResult:
    """Load a run into bronze, whole or not at all.

    Args:
        spec: the source.
        manifest: of a whole run in the raw zone.
        settings: where the raw zone and the database are.
        accept_shrink: take a table or partition that lost more rows than the spec allows.

    Raises:
        ContractError: the data is not as declared; the table is as before.
        LakehouseUnavailableError: the database went away or is overloaded; the table is as before.
    """
    try:
        _must_hold_what_was_received(spec.table(manifest.resource), manifest)
        with transaction(settings, spec.table(manifest.resource)) as cursor:
            ledger = Ledger(cursor, spec, manifest)
            if before := ledger.already_loaded():
                return replace(LoadResult(spec.table(manifest.resource), **before), repeated=True)
            return load_within(cursor, ledger, settings=settings, accept_shrink=accept_shrink)
    except LagoaError:
        record_failure(settings, spec, manifest)
        raise


def load_within(cursor: Cursor, ledger: Ledger, *, settings: Settings, accept_shrink: bool) -> LoadResult:
    """Load a run inside a transaction that is open already; arguments as for `load`."""
    spec, manifest = ledger.spec, ledger.manifest
    load_id = ledger.begin()
    table = ledger.record_schema(bronze_table(spec, manifest.resource, manifest.fields))
    zone = RawZone(settings.raw_base, settings.raw_store)
    loading = _Loading(cursor, zone, ledger, table)
    (is_empty,) = fetch(cursor, f"select not exists (select from {table.qualified})")
    before = 0 if is_empty else ledger.rows_before(table)
    duplicated, written, kinds = loading.fill() if is_empty else loading.change(before, accept_shrink)
    changed = written.inserted + written.updated + written.deleted
    if changed > max(ANALYZED_FROM, ANALYZED_SHARE * before):
        cursor.execute(table.analyze_statement())
    unchanged_files = sum(item.received for item in manifest.slices if item.unchanged)
    result = LoadResult(
        table=table.name,
        load_id=load_id,
        announced=manifest.announced,
        received=manifest.received,
        duplicated=duplicated,
        inserted=written.inserted,
        updated=written.updated,
        deleted=written.deleted,
        unchanged=loading.rows - duplicated - written.inserted - written.updated + unchanged_files,
        rows_after=before + written.growth,
    )
    ledger.finish(result)
    if not ledger.again:
        ledger.schema.record_columns(table, kinds)
    log.info("%s: +%d ~%d -%d =%d", table.name, result.inserted, result.updated, result.deleted, result.unchanged)
    return result


def _must_hold_what_was_received(table: str, manifest: Manifest) -> None:
    """A run whose parts are fewer or more rows than it counted was not written by a whole extraction."""
    rows, received = sum(part.rows for part in manifest.parts), sum(item.brought for item in manifest.slices)
    if rows != received:
        raise ContractError(
            f"{table}: found {rows} rows in the parts of run {manifest.run_id!r}, expected the {received} that were "
            "received. Nothing was loaded: extract again."
        )


class _Loading:
    """The rows of one run on their way into one table."""

    def __init__(self, cursor: Cursor, zone: RawZone, ledger: Ledger, table: BronzeTable) -> None:
        self.cursor, self.zone, self.ledger, self.table = cursor, zone, ledger, table
        self.manifest, self.texts = ledger.manifest, ledger.schema.texts
        self.resource = ledger.spec.resources[self.manifest.resource]
        self.rows = sum(part.rows for part in self.manifest.parts)

    def fill(self) -> tuple[int, Written, Kinds]:
        """COPY straight into an empty table, whose key is made afterwards; gives also the repeats that were dropped."""
        cursor, table = self.cursor, self.table
        names = ", ".join(f"quote_literal(current_setting('{setting}'))" for setting, _ in OF_THE_LOAD.values())
        constants = dict(zip(OF_THE_LOAD, fetch(cursor, f"select {names}"), strict=True))
        cursor.execute(table.drop_indexes_statement())
        cursor.execute(table.default_statement(constants))
        cursor.execute(f"truncate {table.qualified}")  # rows may only be frozen in a table of this transaction
        kinds = copy_into(cursor, self.zone, self.manifest, table, table.qualified, texts=self.texts, freeze=True)
        cursor.execute(table.default_statement())
        duplicated = self._add_key() if table.key else 0
        if table.partition:
            bronze_write.refuse_other_partitions(cursor, table, table.qualified, self._partitions)
            cursor.execute(table.add_index_statement())
        return duplicated, Written(inserted=self.rows - duplicated), kinds

    def _add_key(self) -> int:
        """Make the key; only where it cannot be made are repeats looked for, which takes longer."""
        cursor, table = self.cursor, self.table
        cursor.execute("savepoint without_key")
        try:
            cursor.execute(table.add_key_statement())
        except psycopg2.errors.UniqueViolation:
            cursor.execute("rollback to savepoint without_key; release savepoint without_key")
        else:
            cursor.execute("release savepoint without_key")
            return 0
        watermark = self.resource.watermark
        duplicated = bronze_write.drop_repeats(cursor, table, watermark, table.qualified, self.rows)
        cursor.execute(table.add_key_statement())
        return duplicated

    def change(self, before: int, accept_shrink: bool) -> tuple[int, Written, Kinds]:
        """Bring a table up to date through a temporary one."""
        cursor, table = self.cursor, self.table
        columns = ", ".join(f"{quoted(column)} {table.type_of(column)}" for column in table.columns)
        cursor.execute(
            "drop table if exists pg_temp.staging, pg_temp.arrived, pg_temp.stood, pg_temp.difference, pg_temp.updated"
        )
        cursor.execute(f"create temp table staging (_row_hash uuid, {columns}) on commit drop")
        kinds = copy_into(cursor, self.zone, self.manifest, table, "pg_temp.staging", texts=self.texts, freeze=True)
        searched = dict.fromkeys([*table.key, *filter(None, [table.partition]), "_row_hash"])
        cursor.execute(f"analyze staging ({', '.join(map(quoted, searched))})")
        duplicated = 0
        if table.key:
            self._see_to_the_key()
            duplicated = bronze_write.drop_repeats(cursor, table, self.resource.watermark, "staging", self.rows)
        return duplicated, self._apply(before, accept_shrink), kinds

    @property
    def _partitions(self) -> list[str]:
        """The partitions that the run brings anew.

        Raises:
            ContractError: one is brought in part: what the run leaves out of it would be lost.
        """
        parameter = str(self.resource.partition_parameter)
        asked = [(item.asked[parameter], item.unchanged or item.absent) for item in self.manifest.slices]
        brought = dict.fromkeys(value for value, is_left in asked if not is_left)
        if partly := sorted({value for value, is_left in asked if is_left and value in brought}):
            raise ContractError(
                f"{self.table.name}: found a part only of {self.table.partition} {', '.join(partly)}, expected all of "
                "it or nothing. Nothing was loaded: extract again with --full, or write by `merge` or `append`."
            )
        return list(brought)

    @property
    def _listed(self) -> list[str] | None:
        """Every partition that the source lists; None where it did not tell."""
        if not self.manifest.lists_partitions:
            return None
        return [item.asked[str(self.resource.partition_parameter)] for item in self.manifest.slices]

    def _see_to_the_key(self) -> None:
        """A key that the spec has changed is made anew; Postgres refuses it where the rows contradict it."""
        (stands,) = fetch(self.cursor, self.table.has_key_statement())
        if not stands:
            self.cursor.execute(self.table.drop_indexes_statement())
            self.cursor.execute(self.table.add_key_statement())

    def _apply(self, before: int, accept_shrink: bool) -> Written:
        write, table = self.resource.write, self.table
        if isinstance(write, Append):
            return bronze_write.append(self.cursor, table)
        shrink = Shrink(write.max_shrink, write.shrink_floor, accept_shrink)
        if isinstance(write, ReplacePartition):
            self.cursor.execute(table.add_index_statement())
            vanished = bronze_listing.remove_unlisted(self.cursor, table, self._listed, shrink, before=before)
            return vanished + bronze_write.replace_partitions(self.cursor, table, self._partitions, shrink)
        if not self.manifest.full or any(item.unchanged or item.absent for item in self.manifest.slices):
            # What is not staged has not vanished; and no later run was loaded than one that asked for everything.
            watermark = None if self.manifest.full else self.resource.watermark
            return bronze_merge.merge(self.cursor, table, watermark)
        marks = self.resource.marks_vanished
        gone = 0 if marks else self.ledger.gone_before()
        return bronze_merge.merge_whole(self.cursor, table, shrink, before=before, gone=gone, marks=marks)
