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


def drop_repeats(cursor: Cursor, table: BronzeTable, watermark: str | None) -> int:
    """Leave one row a key in staging: the newest by the watermark, or any of rows that are equal.

    Returns:
        How many rows were dropped.

    Raises:
        ContractError: a null in the key, or one key with different contents and nothing to tell the newest.
    """
    key = ", ".join(map(quoted, table.key))
    nulls = " or ".join(f"{quoted(column)} is null" for column in table.key)
    without_key, distinct, rows = fetch(
        cursor, f"select count(*) filter (where {nulls}), count(distinct ({key})), count(*) from staging"
    )
    if without_key:
        raise ContractError(
            f"{table.name}: found {without_key} of {rows} rows with an empty key ({key}), expected none. "
            "Nothing was loaded: the source is damaged, or the spec's key is not one."
        )
    if distinct == rows:
        return 0
    if watermark is None:
        different, example = fetch(
            cursor,
            f"select count(*), min(example) from (select concat_ws(' / ', {key}) as example from staging"
            f" group by {key} having count(distinct _row_hash) > 1) as conflicting",
        )
        if different:
            raise ContractError(
                f"{table.name}: duplicated key: {different} values of ({key}) came with different contents, such as "
                f"{example}; expected one row each. Nothing was loaded: the source is damaged, or the key is not one."
            )
    newest = f"{quoted(watermark)} desc nulls last, " if watermark else ""
    cursor.execute(
        f"delete from staging using (select ctid as place, row_number() over (partition by {key} order by {newest}"
        f"_row_hash) as rank from staging) as ranked where staging.ctid = ranked.place and ranked.rank > 1"
    )
    return int(rows - distinct)


def merge(cursor: Cursor, table: BronzeTable, watermark: str | None) -> Written:
    """Keyed upsert: new rows are inserted, changed ones updated, unchanged ones not touched.

    A row older by its watermark than the one that stands does not replace it.
    """
    columns = [*map(quoted, table.columns), "_row_hash"]
    settings = ", ".join(f"{name} = excluded.{name}" for name in columns if name.strip('"') not in table.key)
    newer = f" and (excluded.{quoted(watermark)} >= old.{quoted(watermark)}) is not false" if watermark else ""
    inserted, updated = fetch(
        cursor,
        f"""
        with written as (
            insert into {table.qualified} as old ({", ".join(columns)})
            select {", ".join(columns)} from staging
            on conflict ({", ".join(map(quoted, table.key))}) do update set {settings},
                _load_id = excluded._load_id, _run_id = excluded._run_id, _loaded_at = excluded._loaded_at,
                _row_version = old._row_version + (old._row_hash <> excluded._row_hash)::int, _deleted_at = null
            where (old._row_hash <> excluded._row_hash or old._deleted_at is not null){newer}
            returning (xmax = 0) as is_new
        )
        select count(*) filter (where is_new), count(*) filter (where not is_new) from written
        """,
    )
    return Written(inserted=inserted, updated=updated)


def count_standing(cursor: Cursor, table: BronzeTable) -> int:
    """Rows that the source showed at the last load."""
    (rows,) = fetch(cursor, f"select count(*) from {table.qualified} where _deleted_at is null")
    return int(rows)


def mark_vanished(cursor: Cursor, table: BronzeTable, before: int, max_shrink: float, accept_shrink: bool) -> int:
    """Set `_deleted_at` on the rows that a full extraction no longer holds.

    Args:
        cursor: of the load's transaction.
        table: the table that was merged into.
        before: rows that stood before the merge.
        max_shrink: the share of them, from 0 to 1, that may vanish at once.
        accept_shrink: take more than that.

    Raises:
        ContractError: more would vanish.
    """
    same = " and ".join(f"old.{quoted(column)} = staging.{quoted(column)}" for column in table.key)
    cursor.execute("analyze staging")
    (gone,) = fetch(
        cursor,
        f"with gone as (update {table.qualified} as old set _deleted_at = now(),"
        " _load_id = current_setting('lagoa.load_id')::bigint, _run_id = current_setting('lagoa.run_id'),"
        f" _loaded_at = now() where _deleted_at is null and not exists (select from staging where {same})"
        " returning 1) select count(*) from gone",
    )
    refuse_shrink(table, gone, before, max_shrink, accept_shrink)
    return int(gone)


def replace_partitions(
    cursor: Cursor, table: BronzeTable, partition: str, values: list[str], max_shrink: float, accept_shrink: bool
) -> Written:
    """Make the named partitions hold exactly the staged rows; equal lines are told apart by their occurrence.

    Rows that stand unchanged, in whatever order, are not touched.

    Raises:
        ContractError: a partition would shrink by more than `max_shrink` (a share from 0 to 1).
    """
    if not values:
        return Written()
    column = quoted(partition)
    chosen = ", ".join(map(literal, values))
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
