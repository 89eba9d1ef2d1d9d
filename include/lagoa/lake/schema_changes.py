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
    """One load's side of the columns, inside the load's transaction.

    What is not there tells something of a run only that asked for everything: other days, or some parents, may lack a
    column that the source still has.
    """

    def __init__(self, cursor: Cursor, manifest: Manifest, optional: frozenset[str]) -> None:
        """Begin with what is known.

        Args:
            cursor: of the load's transaction.
            manifest: of the run.
            optional: columns whose field the source may leave out: they are there if they have a value.
        """
        self.cursor, self.manifest, self.optional = cursor, manifest, optional
        self.asked_all = manifest.full and not manifest.backfill and bool(manifest.parts)
        self.brought_all = self.asked_all and not any(item.unchanged for item in manifest.slices)
        self.resource = f"source = {literal(manifest.source)} and resource = {literal(manifest.resource)}"
        self.added: list[str] = []
        self.vanished: list[str] = []
        self.standing: set[str] = set()
        self.known: dict[str, Known] = {}

    @property
    def texts(self) -> frozenset[str]:
        """The columns of text that may turn out to be of a narrower kind now."""
        return frozenset(name for name, column in self.known.items() if self.brought_all and column.kind == "text")

    def shape(self, table: BronzeTable) -> BronzeTable:
        """Make or widen the table, and find out what is known of its columns.

        Args:
            table: with the columns of the run.

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
        self.standing = standing.keys() - METADATA.keys()
        for column in sorted(table.columns.keys() & self.standing):
            if standing[column] != table.type_of(column):  # the spec has moved the field from or to `nested`
                cursor.execute(table.retype_statement(column))
        for column in sorted(table.columns.keys() - self.standing):
            cursor.execute(f"alter table {table.qualified} add column {quoted(column)} {table.type_of(column)}")
            self.added.append(column)
            self._note(column, "added")
        cursor.execute(f"select column_name, place, kind from ops.columns where {self.resource} order by place")
        self.known = {name: Known(place, kind) for name, place, kind in cursor.fetchall()}
        return table.widened({column: standing[column] for column in self.standing})

    def record_columns(self, table: BronzeTable, kinds: Kinds) -> None:
        """Note columns that vanished or returned, changed their kind or look renamed, and keep what is known now.

        What was known of a column that vanished stays: it may return.
        """
        gone = self._gone()
        self._note_absence(table, kinds, gone)
        now = self._now(table, kinds)
        for column, found in now.items():
            before = self.known.get(column)
            if before and before.kind and before.kind != found.kind:
                self._note(column, "re-typed", f"{before.kind} -> {found.kind}")
        present = {name: column for name, column in self.known.items() if name not in gone}
        for column in self.added:
            if column in now and (former := renamed_from(column, now, present, self.vanished)):
                self._note(column, "renamed", f"from {former}?")
        self._keep({column: found for column, found in now.items() if self.known.get(column) != found})

    def _gone(self) -> set[str]:
        """The columns that had vanished before."""
        self.cursor.execute(
            "select distinct on (column_name) column_name, change from ops.schema_changes"
            f" where {self.resource} and change in ('added', 'vanished', 'returned') order by column_name, id desc"
        )
        return {column for column, change in self.cursor.fetchall() if change == "vanished"}

    def _note_absence(self, table: BronzeTable, kinds: Kinds, gone: set[str]) -> None:
        fields = set(self.manifest.fields)
        seen = {column for column, field in table.columns.items() if field in fields}
        seen -= self.optional - kinds.filled
        for column in sorted(self.standing - seen - gone) if self.asked_all else []:
            if column not in self.optional or (self.brought_all and self._had_values(column)):
                self.vanished.append(column)
                self._note(column, "vanished")
        for column in sorted(self.standing & seen & gone) if not self.manifest.backfill else []:
            self._note(column, "returned")
        for column in sorted(self.optional & kinds.filled & self.standing - gone) if self.known else []:
            if not self._had_values(column):  # the table has had it since it was made
                self._note(column, "added")

    def _had_values(self, column: str) -> bool:
        known = self.known.get(column)
        return known is not None and known.kind is not None

    def _now(self, table: BronzeTable, kinds: Kinds) -> dict[str, Known]:
        """The columns that came; a place among the others is only told by a run that asked for everything."""
        by_field = {field: column for column, field in table.columns.items()}
        now: dict[str, Known] = {}
        for place, column in enumerate(by_field[field] for field in self.manifest.fields if field in by_field):
            before = self.known.get(column)
            kind = kinds.of(column, before.kind if before else None, all_rows=self.brought_all)
            now[column] = Known(place if before is None or self.asked_all else before.place, kind)
        return now

    def _keep(self, changed: dict[str, Known]) -> None:
        if not changed:
            return
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
