"""Raw zone -> bronze: one run of one resource, in one transaction, at the speed of COPY.

    manifest -> parts -> Arrow batches (+ row hash) -> binary COPY -> bronze.<source>__<resource>, ops.loads

A run already loaded changes nothing; the same runs in the same order give the same rows.
Alone: `lagoa replay <source>`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from adbc_driver_manager import AdbcStatusCode
from adbc_driver_manager import Error as AdbcError
from adbc_driver_postgresql import dbapi

from lagoa.errors import ContractError, LagoaError, TransientSourceError
from lagoa.lake import bronze_write
from lagoa.lake.bronze_table import OF_THE_LOAD, BronzeTable, bronze_table, quoted
from lagoa.lake.bronze_write import Written, fetch
from lagoa.lake.ledger import Ledger, record_failure
from lagoa.lake.load_result import LoadResult
from lagoa.lake.raw import Manifest, RawZone
from lagoa.lake.staging import copy_into
from lagoa.settings import Settings
from lagoa.sources.spec import Append, ReplacePartition, Snapshot, SourceSpec, Write

log = logging.getLogger(__name__)

ANALYZED_FROM = 1000
"""Changed rows from which the planner is told at once; autovacuum sees to the rest."""


def load(spec: SourceSpec, manifest: Manifest, *, settings: Settings, accept_shrink: bool = False) -> LoadResult:
    """Load a run into bronze, whole or not at all.

    Args:
        spec: the source.
        manifest: of a whole run in the raw zone.
        settings: where the raw zone and the database are.
        accept_shrink: take a table or partition that lost more rows than the spec allows.

    Raises:
        ContractError: the data is not as declared; the table is as before.
        TransientSourceError: the database went away or is overloaded; the table is as before.
    """
    try:
        with transaction(settings, spec.table(manifest.resource)) as cursor:
            ledger = Ledger(cursor, spec, manifest)
            if before := ledger.already_loaded():
                return replace(LoadResult(spec.table(manifest.resource), **before), repeated=True)
            return load_within(cursor, ledger, settings=settings, accept_shrink=accept_shrink)
    except LagoaError:
        record_failure(settings, spec, manifest)
        raise


@contextmanager
def transaction(settings: Settings, subject: str) -> Iterator[Any]:
    """A cursor whose transaction is committed at the end, or rolled back with what failed told as ours.

    Raises:
        TransientSourceError: the database went away or is overloaded.
        ContractError: it refused something else.
    """
    try:
        with dbapi.connect(settings.dsn("etl_user")) as connection, connection.cursor() as cursor:
            try:
                yield cursor
                connection.commit()
            except BaseException:
                with suppress(AdbcError):  # a connection that is gone has rolled back already
                    connection.rollback()
                raise
    except AdbcError as error:
        raise _told(error, subject) from None


def load_within(cursor: Any, ledger: Ledger, *, settings: Settings, accept_shrink: bool) -> LoadResult:
    """Load a run inside a transaction that is open already; arguments as for `load`."""
    spec, manifest = ledger.spec, ledger.manifest
    load_id = ledger.begin()
    table = ledger.record_schema(bronze_table(spec, manifest.resource, manifest.fields))
    result = _write(cursor, spec, manifest, table, load_id, settings, accept_shrink)
    ledger.finish(result)
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
    resource = spec.resources[manifest.resource]
    zone = RawZone(settings.raw_base)
    (is_empty,) = fetch(cursor, f"select not exists (select from {table.qualified})")
    rows = sum(part.rows for part in manifest.parts)
    duplicated = 0
    if is_empty:
        duplicated = _fill(cursor, zone, manifest, table, resource.watermark)
        written = Written(inserted=rows - duplicated)
    else:
        columns = ", ".join(f"{quoted(column)} {table.type_of(column)}" for column in table.columns)
        cursor.execute("drop table if exists pg_temp.staging, pg_temp.arrived, pg_temp.stood")
        cursor.execute(f"create temp table staging ({columns}, _row_hash text) on commit drop")
        copy_into(cursor, zone, manifest, table, "staging", schema="pg_temp")
        cursor.execute("analyze staging")
        if table.key:
            duplicated = bronze_write.drop_repeats(cursor, table, resource.watermark, "staging")
        written = _apply(cursor, resource.write, manifest, table, spec, accept_shrink)
    if written.inserted + written.updated + written.deleted > ANALYZED_FROM:
        cursor.execute(table.analyze_statement())
    rows_after = written.inserted
    if not is_empty:
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


def _fill(cursor: Any, zone: RawZone, manifest: Manifest, table: BronzeTable, watermark: str | None) -> int:
    """COPY a run straight into an empty table, whose key is made afterwards; gives the repeats that were dropped."""
    names = ", ".join(f"quote_literal(current_setting('{setting}'))" for setting, _ in OF_THE_LOAD.values())
    constants = dict(zip(OF_THE_LOAD, fetch(cursor, f"select {names}"), strict=True))
    cursor.execute(table.drop_key_statement())
    cursor.execute(table.default_statement(constants))
    copy_into(cursor, zone, manifest, table, table.name, schema="bronze")
    cursor.execute(table.default_statement())
    if not table.key:
        return 0
    duplicated = bronze_write.drop_repeats(cursor, table, watermark, table.qualified)
    cursor.execute(table.add_key_statement())
    return duplicated


def _apply(
    cursor: Any, write: Write, manifest: Manifest, table: BronzeTable, spec: SourceSpec, accept_shrink: bool
) -> Written:
    resource = spec.resources[manifest.resource]
    if isinstance(write, ReplacePartition):
        (parameter,) = resource.for_each
        values = [item.asked[parameter] for item in manifest.slices if not item.unchanged]
        column = next(name for name, field in table.columns.items() if field == write.partition)
        return bronze_write.replace_partitions(cursor, table, column, values, write.max_shrink, accept_shrink)
    if isinstance(write, Append):
        return bronze_write.append(cursor, table)
    absent = bronze_write.count_absent(cursor, table, write.max_shrink, accept_shrink) if manifest.full else 0
    written = bronze_write.merge(cursor, table, resource.watermark)
    if absent and (isinstance(write, Snapshot) or write.full_every_days):
        written = replace(written, deleted=bronze_write.mark_vanished(cursor, table))
    return written


PASSING_STATES = ("08", "40", "53", "55", "57")
"""Classes of SQLSTATE that another try may not meet: connection, rollback, resources, locks, operator."""


def _told(error: AdbcError, subject: str) -> LagoaError:
    state = error.sqlstate or ""
    if error.status_code is AdbcStatusCode.IO or state.startswith(PASSING_STATES) or not state:
        return TransientSourceError(
            f"{subject}: the database ended the load ({_first_line(error)}), expected it to stay. Nothing was loaded. "
            "Try again; if it stays, see `lagoa status`."
        )
    return ContractError(f"{subject}: Postgres refused the load ({_first_line(error)}). Nothing was loaded.")


def _first_line(error: Exception) -> str:
    """Postgres's message without its detail, which may quote data."""
    return str(error).split("\n")[0].split("DETAIL")[0].strip()[:2000]
