"""Raw zone -> bronze: one run of one resource, in one transaction, at the speed of COPY.

    manifest -> parts -> Arrow batches (+ row hash) -> binary COPY -> bronze.<source>__<resource>, ops.loads

A run already loaded changes nothing; the same runs in the same order give the same rows.
Alone: `lagoa replay <source>`.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any

from adbc_driver_manager import Error as AdbcError
from adbc_driver_postgresql import dbapi

from lagoa.errors import ContractError
from lagoa.lake import bronze_write
from lagoa.lake.bronze_table import BronzeTable, bronze_table, quoted
from lagoa.lake.bronze_write import Written, fetch
from lagoa.lake.ledger import Ledger
from lagoa.lake.raw import Manifest, RawZone
from lagoa.lake.staging import copy_into
from lagoa.settings import Settings
from lagoa.sources.spec import Append, ReplacePartition, Snapshot, SourceSpec, Write

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadResult:
    """What a load did to a bronze table, in rows."""

    table: str
    load_id: int
    announced: int | None
    received: int
    duplicated: int
    inserted: int
    updated: int
    deleted: int
    unchanged: int
    rows_after: int
    """Rows that the source still shows: without `_deleted_at`."""
    repeated: bool = False
    """The run had been loaded before; nothing was done."""

    @property
    def changed(self) -> int:
        """Rows that are not as before."""
        return self.inserted + self.updated + self.deleted


def load(spec: SourceSpec, manifest: Manifest, *, settings: Settings, accept_shrink: bool = False) -> LoadResult:
    """Load a run into bronze, whole or not at all.

    Args:
        spec: the source.
        manifest: of a whole run in the raw zone.
        settings: where the raw zone and the database are.
        accept_shrink: take a table or partition that lost more rows than the spec allows.

    Raises:
        ContractError: the data is not as declared; the table is as before.
    """
    table = bronze_table(spec, manifest.resource, manifest.fields)
    with dbapi.connect(settings.dsn("etl_user")) as connection, connection.cursor() as cursor:
        ledger = Ledger(cursor, spec, manifest)
        try:
            if before := ledger.already_loaded():
                return replace(LoadResult(table.name, **before), repeated=True)
            load_id = ledger.begin()
            ledger.record_schema(table)
            result = _write(cursor, spec, manifest, table, load_id, settings, accept_shrink)
            ledger.finish(result)
            connection.commit()
        except AdbcError as error:
            connection.rollback()
            raise ContractError(
                f"{table.name}: Postgres refused the load ({_first_line(error)}). Nothing was loaded."
            ) from None
        except BaseException:
            connection.rollback()
            raise
    log.info("%s: +%d ~%d -%d =%d", table.name, result.inserted, result.updated, result.deleted, result.unchanged)
    return result


def _write(
    cursor: Any,
    spec: SourceSpec,
    manifest: Manifest,
    table: BronzeTable,
    load_id: int,
    settings: Settings,
    accept_shrink: bool,
) -> LoadResult:
    write = spec.resources[manifest.resource].write
    zone = RawZone(settings.raw_base)
    (is_new,) = fetch(cursor, f"select not exists (select from {table.qualified})")
    rows = sum(part.rows for part in manifest.parts)
    duplicated = 0
    if is_new and copy_into(cursor, zone, manifest, table, table.name, schema="bronze"):
        written = Written(inserted=rows)
    else:
        columns = ", ".join(f"{quoted(column)} {table.type_of(column)}" for column in table.columns)
        cursor.execute(f"create temp table staging ({columns}, _row_hash text) on commit drop")
        copy_into(cursor, zone, manifest, table, "staging", schema="pg_temp")
        if table.key:
            duplicated = bronze_write.drop_repeats(cursor, table, spec.resources[manifest.resource].watermark)
        written = _apply(cursor, write, manifest, table, spec, accept_shrink)
    if written.inserted + written.updated + written.deleted > 1000:
        cursor.execute(f"analyze {table.qualified}")
    (rows_after,) = fetch(cursor, f"select count(*) from {table.qualified} where _deleted_at is null")
    unchanged_files = sum(item.received for item in manifest.slices if item.unchanged)
    return LoadResult(
        table=table.name,
        load_id=load_id,
        announced=manifest.announced,
        received=manifest.received,
        duplicated=duplicated,
        inserted=written.inserted,
        updated=written.updated,
        deleted=written.deleted,
        unchanged=rows - duplicated - written.inserted - written.updated + unchanged_files,
        rows_after=rows_after,
    )


def _apply(
    cursor: Any, write: Write, manifest: Manifest, table: BronzeTable, spec: SourceSpec, accept_shrink: bool
) -> Written:
    resource = spec.resources[manifest.resource]
    if isinstance(write, ReplacePartition):
        values = [value for item in manifest.slices if not item.unchanged for value in item.asked.values()]
        column = next(name for name, field in table.columns.items() if field == write.partition)
        return bronze_write.replace_partitions(cursor, table, column, values, write.max_shrink, accept_shrink)
    if isinstance(write, Append):
        return bronze_write.append(cursor, table)
    before = bronze_write.count_standing(cursor, table)
    written = bronze_write.merge(cursor, table, resource.watermark)
    if isinstance(write, Snapshot) or (write.full_every_days and manifest.full):
        deleted = bronze_write.mark_vanished(cursor, table, before, write.max_shrink, accept_shrink)
        written = replace(written, deleted=deleted)
    return written


def _first_line(error: Exception) -> str:
    """Postgres's message without its detail, which may quote data."""
    return str(error).split("\n")[0].split("DETAIL")[0].strip()[:2000]
