"""Partitions that a source lists no more leave the bronze table: listing + partitions that stand -> rows removed."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from lagoa.lake.bronze_table import BronzeTable, quoted
from lagoa.lake.bronze_write import Shrink, Written
from lagoa.lake.statements import counts, fetch, literal

NAMED = 5
"""How many partitions a message names."""


def remove_unlisted(
    cursor: Cursor, table: BronzeTable, listed: Sequence[str] | None, shrink: Shrink, *, before: int
) -> Written:
    """Remove the partitions that the source does not list any more; done before the listed ones are replaced.

    Staged rows of partitions that are new count against the loss: a file under another name takes nothing away.

    Args:
        cursor: of the load's transaction.
        table: whose partitions they are.
        listed: what the source lists; nothing is removed where that is not known, or nothing at all.
        shrink: how many rows the table may lose.
        before: how many rows it has.

    Raises:
        ContractError: it would lose too many.
    """
    if not listed or table.partition is None:
        return Written()
    standing = _partitions_of(cursor, table)
    if not (vanished := sorted(standing - set(listed))):
        return Written()
    column, more = quoted(table.partition), f" and {len(vanished) - NAMED} more" if len(vanished) > NAMED else ""
    chosen = f"{column} in ({', '.join(map(literal, vanished))})"
    (lost,) = fetch(cursor, f"select count(*) from {table.qualified} where {chosen}")
    come = counts(cursor, f"select {column}, count(*) from staging group by 1")
    gained = sum(count for value, count in come.items() if value not in standing)
    name = f"{table.name} {table.partition} {', '.join(vanished[:NAMED])}{more}, not listed any more"
    shrink.refuse(name, lost - gained, before)
    cursor.execute(f"delete from {table.qualified} where {chosen}")
    return Written(deleted=cursor.rowcount)


def _partitions_of(cursor: Cursor, table: BronzeTable) -> set[str]:
    """The partitions that a table holds, from one to the next by their index, without reading all rows."""
    column = quoted(str(table.partition))
    cursor.execute(
        f"with recursive standing(part) as (select min({column}) from {table.qualified} union all"
        f" select (select min({column}) from {table.qualified} where {column} > part)"
        " from standing where part is not null) select part from standing where part is not null"
    )
    return {part for (part,) in cursor.fetchall()}
