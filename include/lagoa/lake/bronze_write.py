"""The SQL of the write modes: a staged run -> the bronze table, counted.

Each function works on the table `staging` (the run's rows and their hash) inside the load's transaction.
"""

from dataclasses import dataclass
from typing import Any

from lagoa.errors import ContractError
from lagoa.lake.bronze_table import BronzeTable, quoted

Cursor = Any
"""A DB-API cursor of the ADBC driver."""


@dataclass(frozen=True)
class Written:
    """Rows inserted, updated and deleted by one write."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0


def drop_repeats(cursor: Cursor, table: BronzeTable, watermark: str | None, target: str) -> int:
    """Leave one row a key in the target: the newest by the watermark, or any of rows that are equal.

    Args:
        cursor: of the load's transaction.
        table: whose key it is.
        watermark: its column, if there is one.
        target: `staging`, or the table itself while it has no key yet.

    Returns:
        How many rows were dropped.

    Raises:
        ContractError: a null in the key, or one key with different contents and nothing to tell the newest.
    """
    key = ", ".join(map(quoted, table.key))
    nulls = " or ".join(f"{quoted(column)} is null" for column in table.key)
    without_key, distinct, rows = fetch(
        cursor, f"select count(*) filter (where {nulls}), count(distinct ({key})), count(*) from {target}"
    )
    if without_key:
        raise ContractError(
            f"{table.name}: found {without_key} of {rows} rows with an empty key ({key}), expected none. "
            "Nothing was loaded: the source is damaged, or the spec's key is not one."
        )
    if distinct == rows:
        return 0
    newest_rows = target
    if watermark:
        newest_rows = (
            f"(select *, rank() over (partition by {key} order by {quoted(watermark)} desc nulls last) as age"
            f" from {target}) as ranked where age = 1"
        )
    different, example = fetch(
        cursor,
        f"select count(*), min(example) from (select concat_ws(' / ', {key}) as example from {newest_rows}"
        f" group by {key} having count(distinct _row_hash) > 1) as conflicting",
    )
    if different:
        raise ContractError(
            f"{table.name}: duplicated key: {different} values of ({key}) came with different contents, such as "
            f"{example}; expected one row each. Nothing was loaded: the source is damaged, or the key is not one."
        )
    newest = f"{quoted(watermark)} desc nulls last, " if watermark else ""
    cursor.execute(
        f"delete from {target} as kept using (select ctid as place, row_number() over (partition by {key}"
        f" order by {newest}_row_hash) as rank from {target}) as ranked"
        " where kept.ctid = ranked.place and ranked.rank > 1"
    )
    return int(rows - distinct)


def merge(cursor: Cursor, table: BronzeTable, watermark: str | None) -> Written:
    """Keyed upsert: new rows are inserted, changed ones updated, unchanged ones not touched, not even locked.

    A row older by its watermark than the one that stands does not replace it, unless that one had vanished.
    """
    columns = [*map(quoted, table.columns), "_row_hash"]
    settings = ", ".join(f"{name} = excluded.{name}" for name in columns if name.strip('"') not in table.key)
    newer = (
        f" and (old._deleted_at is not null or (excluded.{quoted(watermark)} >= old.{quoted(watermark)}) is not false)"
        if watermark
        else ""
    )
    same_key = " and ".join(f"same.{quoted(column)} = staging.{quoted(column)}" for column in table.key)
    inserted, updated = fetch(
        cursor,
        f"""
        with written as (
            insert into {table.qualified} as old ({", ".join(columns)})
            select {", ".join(columns)} from staging
            where not exists (
                select from {table.qualified} as same
                where {same_key} and same._row_hash = staging._row_hash and same._deleted_at is null
            )
            on conflict ({", ".join(map(quoted, table.key))}) do update set {settings},
                _load_id = excluded._load_id, _run_id = excluded._run_id, _loaded_at = excluded._loaded_at,
                _row_version = old._row_version + (old._row_hash <> excluded._row_hash)::int, _deleted_at = null
            where true{newer}
            returning (xmax = 0) as is_new
        )
        select count(*) filter (where is_new), count(*) filter (where not is_new) from written
        """,
    )
    return Written(inserted=inserted, updated=updated)


def count_absent(cursor: Cursor, table: BronzeTable, max_shrink: float, accept_shrink: bool) -> int:
    """How many of the standing rows a full extraction does not hold; asked before anything is written.

    Args:
        cursor: of the load's transaction.
        table: the table that staging will be merged into.
        max_shrink: the share of the standing rows, from 0 to 1, that may be absent at once.
        accept_shrink: take more than that.

    Raises:
        ContractError: more are absent.
    """
    absent, before = fetch(
        cursor,
        f"select (select count(*) from {table.qualified} as old where {_absent(table)}),"
        f" (select count(*) from {table.qualified} where _deleted_at is null)",
    )
    refuse_shrink(table, absent, before, max_shrink, accept_shrink)
    return int(absent)


def mark_vanished(cursor: Cursor, table: BronzeTable) -> int:
    """Set `_deleted_at` on the standing rows that a full extraction does not hold."""
    (gone,) = fetch(
        cursor,
        f"with gone as (update {table.qualified} as old set"
        " _deleted_at = current_setting('lagoa.loaded_at')::timestamptz,"
        " _loaded_at = current_setting('lagoa.loaded_at')::timestamptz,"
        " _load_id = current_setting('lagoa.load_id')::bigint, _run_id = current_setting('lagoa.run_id')"
        f" where {_absent(table)} returning 1) select count(*) from gone",
    )
    return int(gone)


def _absent(table: BronzeTable) -> str:
    same = " and ".join(f"old.{quoted(column)} = staging.{quoted(column)}" for column in table.key)
    return f"old._deleted_at is null and not exists (select from staging where {same})"


def replace_partitions(
    cursor: Cursor, table: BronzeTable, partition: str, values: list[str], max_shrink: float, accept_shrink: bool
) -> Written:
    """Make the named partitions hold exactly the staged rows; equal lines are told apart by their occurrence.

    Rows that stand unchanged, in whatever order, are not touched.

    Raises:
        ContractError: a partition would shrink by more than `max_shrink` (a share from 0 to 1), or staged rows belong
            to none of them.
    """
    if not values:
        return Written()
    column = quoted(partition)
    chosen = ", ".join(map(literal, values))
    (strange,) = fetch(cursor, f"select count(*) from staging where ({column} in ({chosen})) is not true")
    if strange:
        raise ContractError(
            f"{table.name}: found {strange} rows of another {partition}, expected only {', '.join(values)}. "
            "Nothing was loaded: the source served another period."
        )
    for value in values:
        before, after = fetch(
            cursor,
            f"select (select count(*) from {table.qualified} where {column} = {literal(value)}),"
            f" (select count(*) from staging where {column} = {literal(value)})",
        )
        refuse_shrink(table, before - after, before, max_shrink, accept_shrink, f"{partition} {value}")
    occurrence = f"row_number() over (partition by {column}, _row_hash) as occurrence"
    cursor.execute(
        f"create temp table arrived on commit drop as select {column} as part, _row_hash, ctid as place, {occurrence}"
        " from staging"
    )
    cursor.execute(
        f"create temp table stood on commit drop as select {column} as part, _row_hash, ctid as place, {occurrence}"
        f" from {table.qualified} where {column} in ({chosen})"
    )
    cursor.execute("analyze arrived")
    cursor.execute("analyze stood")
    same = "stood.part = arrived.part and stood._row_hash = arrived._row_hash and stood.occurrence = arrived.occurrence"
    (deleted,) = fetch(
        cursor,
        f"with gone as (delete from {table.qualified} as old using stood where old.ctid = stood.place"
        f" and not exists (select from arrived where {same}) returning 1) select count(*) from gone",
    )
    columns = ", ".join([*map(quoted, table.columns), "_row_hash"])
    (inserted,) = fetch(
        cursor,
        f"with come as (insert into {table.qualified} ({columns}) select {columns} from staging where ctid in"
        f" (select place from arrived where not exists (select from stood where {same})) returning 1)"
        " select count(*) from come",
    )
    return Written(inserted=inserted, deleted=deleted)


def append(cursor: Cursor, table: BronzeTable) -> Written:
    """Add the staged rows that do not stand yet: by key, or by content and occurrence where there is no key."""
    columns = ", ".join([*map(quoted, table.columns), "_row_hash"])
    if table.key:
        source = f"select {columns} from staging on conflict do nothing"
    else:
        occurrence = "row_number() over (partition by _row_hash) as occurrence"
        cursor.execute(f"create temp table arrived on commit drop as select *, {occurrence} from staging")
        source = (
            f"select {columns} from arrived where not exists (select from (select _row_hash, {occurrence} from"
            f" {table.qualified} where _row_hash in (select _row_hash from staging)) as stood"
            " where stood._row_hash = arrived._row_hash and stood.occurrence = arrived.occurrence)"
        )
    (inserted,) = fetch(
        cursor,
        f"with come as (insert into {table.qualified} ({columns}) {source} returning 1) select count(*) from come",
    )
    return Written(inserted=inserted)


def refuse_shrink(
    table: BronzeTable, lost: int, before: int, max_shrink: float, accept_shrink: bool, where: str = ""
) -> None:
    """Stop a load that would lose too many rows.

    Raises:
        ContractError: naming how many, of how many, and the flag that accepts it.
    """
    if accept_shrink or lost <= max_shrink * before:
        return
    raise ContractError(
        f"{table.name}{' ' + where if where else ''}: {lost} of {before} rows are gone ({lost / before:.0%}), "
        f"expected at most {max_shrink:.0%}. Nothing was loaded. If the source really lost them, run again with "
        "--accept-shrink."
    )


def fetch(cursor: Cursor, statement: str) -> tuple[Any, ...]:
    """The one row that a statement returns."""
    cursor.execute(statement)
    row = cursor.fetchone()
    if row is None:
        raise LookupError("the statement returned no row")
    return tuple(row)


def literal(value: str) -> str:
    """A text literal (standard_conforming_strings is on in every Postgres that Lagoa supports)."""
    return "'" + value.replace("'", "''") + "'"
