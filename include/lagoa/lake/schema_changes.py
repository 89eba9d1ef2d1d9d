"""The columns of a bronze table as the source's fields come and go, and what changed of them: ops.schema_changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from lagoa.lake.bronze_table import METADATA, BronzeTable, quoted
from lagoa.lake.kinds import Kinds
from lagoa.lake.manifest import Manifest
from lagoa.lake.statements import literal


@dataclass(frozen=True)
class Known:
    """What is known of a column: its place among the source's fields, and what its values looked like."""

    place: int
    kind: str | None


class SchemaChanges:
    """One load's side of the columns, inside the load's transaction."""

    def __init__(self, cursor: Cursor, manifest: Manifest) -> None:
        self.cursor, self.manifest = cursor, manifest
        self.resource = f"source = {literal(manifest.source)} and resource = {literal(manifest.resource)}"
        self.added: list[str] = []
        self.vanished: list[str] = []

    def shape(self, table: BronzeTable, *, noted: bool) -> BronzeTable:
        """Make or widen the table.

        Args:
            table: with the columns of the run.
            noted: whether what came and what went is written down; a replay does not, it was.

        Returns:
            The table with the columns that it has beside those that came.
        """
        cursor = self.cursor
        cursor.execute(table.create_statement())
        cursor.execute(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = 'bronze' and table_name = {literal(table.name)}"
        )
        standing = dict(cursor.fetchall())
        if standing["_row_hash"] == "text":  # made before it was 16 bytes wide
            cursor.execute(f"alter table {table.qualified} alter column _row_hash type uuid using _row_hash::uuid")
        columns = standing.keys() - METADATA.keys()
        for column in sorted(table.columns.keys() - columns):
            cursor.execute(f"alter table {table.qualified} add column {quoted(column)} {table.type_of(column)}")
            self.added.append(column)
            self._note(column, "added")
        if self.manifest.parts and noted:
            self._note_absence(table, columns)
        return table.widened(columns)

    def _note_absence(self, table: BronzeTable, standing: set[str]) -> None:
        fields = set(self.manifest.fields)
        received = {column for column, field in table.columns.items() if field in fields}
        self.cursor.execute(
            "select distinct on (column_name) column_name, change from ops.schema_changes"
            f" where {self.resource} and change in ('added', 'vanished', 'returned') order by column_name, id desc"
        )
        latest = dict(self.cursor.fetchall())
        for column in sorted(standing - received):
            if latest.get(column) != "vanished":
                self.vanished.append(column)
                self._note(column, "vanished")
        for column in sorted(standing & received):
            if latest.get(column) == "vanished":
                self._note(column, "returned")

    def record_columns(self, table: BronzeTable, kinds: Kinds) -> None:
        """Note columns whose values changed their shape or that look renamed, and keep what is known now."""
        self.cursor.execute(f"select column_name, place, kind from ops.columns where {self.resource} order by place")
        known = {name: Known(place, kind) for name, place, kind in self.cursor.fetchall()}
        by_field = {field: column for column, field in table.columns.items()}
        arrived = [by_field[field] for field in self.manifest.fields if field in by_field]
        now = {
            column: Known(place, kinds.of(column, known[column].kind if column in known else None))
            for place, column in enumerate(arrived)
        }
        for column, found in now.items():
            before = known.get(column)
            if before and before.kind and before.kind != found.kind:
                self._note(column, "re-typed", f"{before.kind} -> {found.kind}")
        for column in self.added:
            if column in now and (former := renamed_from(column, now, known, self.vanished)):
                self._note(column, "renamed", f"from {former}?")
        if self.vanished:
            self.cursor.execute(
                f"delete from ops.columns where {self.resource} and column_name in"
                f" ({', '.join(map(literal, self.vanished))})"
            )
        if changed := {column: found for column, found in now.items() if known.get(column) != found}:
            resource = f"{literal(self.manifest.source)}, {literal(self.manifest.resource)}"
            rows = ", ".join(
                f"({resource}, {literal(column)}, {found.place}, {literal(found.kind) if found.kind else 'null'})"
                for column, found in changed.items()
            )
            self.cursor.execute(
                f"insert into ops.columns (source, resource, column_name, place, kind) values {rows}"
                " on conflict (source, resource, column_name) do update set place = excluded.place,"
                " kind = excluded.kind"
            )

    def _note(self, column: str, change: str, detail: str | None = None) -> None:
        manifest = self.manifest
        values = [manifest.run_id, manifest.source, manifest.resource, column, change]
        told = literal(detail) if detail else "null"
        self.cursor.execute(
            "insert into ops.schema_changes (run_id, source, resource, column_name, change, detail, detected_at)"
            f" values ({', '.join(map(literal, values))}, {told}, clock_timestamp())"
        )


def renamed_from(column: str, now: dict[str, Known], known: dict[str, Known], vanished: Sequence[str]) -> str | None:
    """The vanished column that a new one seems to be: of the same kind, between the same neighbours."""
    after, before = neighbours(now, column), {name: neighbours(known, name) for name in vanished if name in known}
    alike = [
        name
        for name, around in before.items()
        if around[0] == after[0] or around[1] == after[1]
        if None in (now[column].kind, known[name].kind) or now[column].kind == known[name].kind
    ]
    return alike[0] if len(alike) == 1 else None


def neighbours(columns: dict[str, Known], column: str) -> tuple[str | None, str | None]:
    """The columns on both sides, in the source's order."""
    ordered = [None, *sorted(columns, key=lambda name: columns[name].place), None]
    place = ordered.index(column)
    return ordered[place - 1], ordered[place + 1]
