"""The SQL of keyed upserts: a staged run -> the bronze table, counted.

Both functions work on the table `staging` (the run's rows and their hash) inside the load's transaction, and neither
touch nor lock the rows that stay.
"""

from psycopg2.extensions import cursor as Cursor

from lagoa.lake.bronze_table import OF_THE_LOAD, BronzeTable, quoted
from lagoa.lake.bronze_write import WHOLE_NUMBER, Shrink, Written, insert, same_key
from lagoa.lake.statements import fetch


def merge(cursor: Cursor, table: BronzeTable, watermark: str | None) -> Written:
    """Keyed upsert of a part of what the source has: new rows are inserted, changed ones updated.

    A row older by its watermark than the one that stands does not replace it, unless that one had vanished. Each row
    is looked up and updated while its page is at hand: in a big table a second look would read the page again.
    """
    cursor.execute("create temp table updated (place tid, had_vanished boolean) on commit drop")
    listed = ", ".join(f"staging.{quoted(name)}" for name in [*table.columns, "_row_hash"])
    cursor.execute(
        f"with done as (update {table.qualified} as old set {_settings(table)} from ("
        f" select {listed}, staging.ctid as place, known.ctid as stands, known._deleted_at is not null as had_vanished"
        f" from staging inner join {table.qualified} as known on {same_key(table, 'known')}"
        f" where {_differs('known', watermark)}) as staging"
        " where old.ctid = staging.stands returning staging.place, staging.had_vanished)"
        " insert into updated select place, had_vanished from done"
    )
    updated, returned = fetch(cursor, "select count(*), count(*) filter (where had_vanished) from updated")
    cursor.execute("analyze updated")
    fresh = (
        "select ctid from staging where not exists (select from updated where updated.place = staging.ctid)"
        f" and not exists (select from {table.qualified} as known where {same_key(table, 'known')})"
    )
    return Written(insert(cursor, table, fresh), updated, 0, returned)


def merge_whole(cursor: Cursor, table: BronzeTable, shrink: Shrink, *, before: int, gone: int, marks: bool) -> Written:
    """Keyed upsert of all that the source has: each row becomes as it is there; those that are absent have vanished.

    The watermark does not count: the source may have corrected one that was wrong, and no later run is loaded yet.

    Args:
        cursor: of the load's transaction.
        table: the table that staging is merged into.
        shrink: how many rows may be absent.
        before: how many rows the source showed.
        gone: how many of these it did not show any more at the last whole load, where such rows are not marked.
        marks: set `_deleted_at` on rows that are absent.

    Raises:
        ContractError: too many rows are absent; nothing was written yet.
    """
    known, ours = (f"{name}.{quoted(table.key[0])}" for name in ("known", "staging"))
    cursor.execute(
        "create temp table difference on commit drop as"
        " select staging.ctid as place, known.ctid as stands, known._deleted_at is not null as had_vanished"
        f" from staging full join {table.qualified} as known on {same_key(table, 'known')}"
        f" where {known} is null or {ours} is not null and {_differs('known', None)}"
        f" or {ours} is null and known._deleted_at is null"
    )
    cursor.execute("analyze difference")
    inserted, updated, absent, returned = fetch(
        cursor,
        "select count(*) filter (where stands is null), count(*) filter (where stands is not null and"
        " place is not null), count(*) filter (where place is null), count(*) filter (where had_vanished)"
        " from difference",
    )
    shrink.refuse(table.name, absent - gone, before - gone)
    if updated:
        cursor.execute(
            f"update {table.qualified} as old set {_settings(table)}"
            " from difference inner join staging on staging.ctid = difference.place"
            " where old.ctid = difference.stands"
        )
    if inserted:
        insert(cursor, table, "select place from difference where stands is null")
    if absent and marks:
        cursor.execute(
            f"update {table.qualified} as old set {OF_THIS_LOAD},"
            " _deleted_at = current_setting('lagoa.loaded_at')::timestamptz"
            " from difference where old.ctid = difference.stands and difference.place is null"
        )
    return Written(inserted, updated, absent if marks else 0, returned)


OF_THIS_LOAD = ", ".join(f"{name} = default" for name in OF_THE_LOAD)


def _differs(known: str, watermark: str | None) -> str:
    """Whether a staged row has to replace the one of its key."""
    newer = ""
    if watermark:
        ours, theirs = f"staging.{quoted(watermark)}", f"{known}.{quoted(watermark)}"
        newer = (
            f" and (case when {ours} ~ '{WHOLE_NUMBER}' and {theirs} ~ '{WHOLE_NUMBER}'"
            f" then {ours}::numeric >= {theirs}::numeric else {ours} >= {theirs} end) is not false"
        )
    return f"({known}._deleted_at is not null or ({known}._row_hash <> staging._row_hash{newer}))"


def _settings(table: BronzeTable) -> str:
    """What an update sets; the key stays."""
    columns = [quoted(name) for name in [*table.columns, "_row_hash"] if name not in table.key]
    return (
        f"{', '.join(f'{name} = staging.{name}' for name in columns)}, {OF_THIS_LOAD}, _deleted_at = null,"
        " _row_version = old._row_version + (old._row_hash <> staging._row_hash)::int"
    )
