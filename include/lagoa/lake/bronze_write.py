"""The SQL of the write modes without a merge: a staged run -> the bronze table, counted; merges: bronze_merge.

Each function works on the table `staging` (the run's rows and their hash) inside the load's transaction. What has to be
done is found first, as places (ctid) of rows, and then done: rows that stay are neither touched nor locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from lagoa.errors import ContractError
from lagoa.lake.bronze_table import BronzeTable, quoted
from lagoa.lake.statements import counts, fetch, literal

WHOLE_NUMBER = "^-?[0-9]+$"
"""Watermarks of whole numbers are compared as numbers: as texts, 9 comes after 10."""


@dataclass(frozen=True)
class Written:
    """Rows inserted, updated and deleted by one write; of the updated ones those that had vanished."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    returned: int = 0

    def __add__(self, other: "Written") -> "Written":
        """What two writes to one table did."""
        return Written(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.deleted + other.deleted,
            self.returned + other.returned,
        )

    @property
    def growth(self) -> int:
        """By how much there are more rows than before that the source shows."""
        return self.inserted + self.returned - self.deleted


@dataclass(frozen=True)
class Shrink:
    """How many rows a table or partition may lose at once, unless any loss was accepted.

    Attributes:
        limit: the share, from 0 to 1.
        floor: so many are no loss to speak of where few rows stand: one of three. All rows are, however few: that is
            what an answer looks like which is empty by mistake.
        accepted: any loss is taken.
    """

    limit: float
    floor: int
    accepted: bool

    def refuse(self, name: str, lost: int, before: int) -> None:
        """Stop a load that would lose too many rows.

        Raises:
            ContractError: naming how many, of how many, and the flag that accepts it.
        """
        if self.accepted or lost <= self.limit * before or lost <= min(self.floor, before - 1):
            return
        floor = f", or {self.floor} rows but not all" if self.floor else ""
        raise ContractError(
            f"{name}: {lost} of {before} rows are gone ({lost / before:.0%}), "
            f"expected at most {self.limit:.0%}{floor}. Nothing was loaded. "
            "If the source really lost them, run again with --accept-shrink."
        )


def drop_repeats(cursor: Cursor, table: BronzeTable, watermark: str | None, target: str, rows: int) -> int:
    """Leave one row a key in the target: the newest by the watermark, or any of rows that are equal.

    Args:
        cursor: of the load's transaction.
        table: whose key it is.
        watermark: its column, if there is one.
        target: `staging`, or the table itself while it has no key yet.
        rows: how many there are.

    Returns:
        How many rows were dropped.

    Raises:
        ContractError: one key with different contents and nothing to tell the newest.
    """
    key = ", ".join(map(quoted, table.key))
    (distinct,) = fetch(cursor, f"select count(*) from (select from {target} group by {key}) as keys")
    if distinct == rows:
        return 0
    newest_rows = target
    if watermark:
        newest_rows = (
            f"(select *, rank() over (partition by {key} order by {_latest_first(watermark)}) as age"
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
    newest = f"{_latest_first(watermark)}, " if watermark else ""
    cursor.execute(
        f"delete from {target} as kept using (select ctid as place, row_number() over (partition by {key}"
        f" order by {newest}_row_hash) as rank from {target}) as ranked"
        " where kept.ctid = ranked.place and ranked.rank > 1"
    )
    return int(rows - distinct)


def replace_partitions(cursor: Cursor, table: BronzeTable, values: Sequence[str], shrink: Shrink) -> Written:
    """Make the named partitions hold exactly the staged rows; equal lines are told apart by their occurrence.

    Rows that stand unchanged, in whatever order, are not touched.

    Raises:
        ContractError: a partition would shrink too much, or staged rows belong to none of them.
    """
    if not values or table.partition is None:
        return Written()
    refuse_other_partitions(cursor, table, "staging", values)
    column = quoted(table.partition)
    chosen = ", ".join(map(literal, values))
    occurrence = f"row_number() over (partition by {column}, _row_hash) as occurrence"
    cursor.execute(
        f"create temp table stood on commit drop as select {column} as part, _row_hash, ctid as place, {occurrence}"
        f" from {table.qualified} where {column} in ({chosen})"
    )
    before = counts(cursor, "select part, count(*) from stood group by 1")
    after = counts(cursor, f"select {column}, count(*) from staging group by 1")
    for value in values:
        lost = before.get(value, 0) - after.get(value, 0)
        shrink.refuse(f"{table.name} {table.partition} {value}", lost, before.get(value, 0))
    if not before:
        return Written(inserted=insert(cursor, table))
    cursor.execute(
        f"create temp table arrived on commit drop as select {column} as part, _row_hash, ctid as place, {occurrence}"
        " from staging"
    )
    cursor.execute("analyze arrived; analyze stood")
    same = "stood.part = arrived.part and stood._row_hash = arrived._row_hash and stood.occurrence = arrived.occurrence"
    cursor.execute(
        f"delete from {table.qualified} as old using stood where old.ctid = stood.place"
        f" and not exists (select from arrived where {same})"
    )
    deleted = cursor.rowcount
    fresh = f"select place from arrived where not exists (select from stood where {same})"
    return Written(inserted=insert(cursor, table, fresh), deleted=deleted)


def refuse_other_partitions(cursor: Cursor, table: BronzeTable, target: str, values: Sequence[str]) -> None:
    """Stop a load with rows that nobody asked for.

    Raises:
        ContractError: rows of the target belong to none of the partitions.
    """
    asked = f"{quoted(str(table.partition))} in ({', '.join(map(literal, values))})" if values else "false"
    (strange,) = fetch(cursor, f"select count(*) from {target} where ({asked}) is not true")
    if strange:
        raise ContractError(
            f"{table.name}: found {strange} rows of another {table.partition}, expected only "
            f"{', '.join(values) or 'none'}. Nothing was loaded: the source served another period."
        )


def append(cursor: Cursor, table: BronzeTable) -> Written:
    """Add the staged rows that do not stand yet: by key, or by content and occurrence where there is no key."""
    if table.key:
        same = same_key(table, "known")
        fresh = f"select ctid from staging where not exists (select from {table.qualified} as known where {same})"
        return Written(inserted=insert(cursor, table, fresh))
    occurrence = "row_number() over (partition by _row_hash) as occurrence"
    fresh = (
        f"select place from (select ctid as place, _row_hash, {occurrence} from staging) as arrived"
        f" where not exists (select from (select _row_hash, {occurrence} from {table.qualified}"
        " where _row_hash in (select _row_hash from staging)) as stood"
        " where stood._row_hash = arrived._row_hash and stood.occurrence = arrived.occurrence)"
    )
    return Written(inserted=insert(cursor, table, fresh))


def insert(cursor: Cursor, table: BronzeTable, places: str | None = None) -> int:
    """Insert the rows of staging that lie in some places, or all of them, in the order in which they came."""
    listed = ", ".join(map(quoted, [*table.columns, "_row_hash"]))
    chosen = f" where ctid in ({places})" if places else ""
    cursor.execute(f"insert into {table.qualified} ({listed}) select {listed} from staging{chosen}")
    return cursor.rowcount


def same_key(table: BronzeTable, other: str) -> str:
    """Whether a staged row and one of another name have the same key."""
    return " and ".join(f"{other}.{quoted(column)} = staging.{quoted(column)}" for column in table.key)


def _latest_first(watermark: str) -> str:
    """The order of a watermark: whole numbers as numbers, dates and timestamps, written from the year on, as texts."""
    column = quoted(watermark)
    return (
        f"(case when {column} ~ '{WHOLE_NUMBER}' then {column}::numeric end) desc nulls last, {column} desc nulls last"
    )
