"""The tables of bronze: their columns, made and widened as the source's fields come and go."""

from collections.abc import Sequence
from dataclasses import dataclass

from lagoa.lake.naming import bronze_name
from lagoa.sources.spec import Resource, SourceSpec

METADATA = {
    "_load_id": "bigint not null default current_setting('lagoa.load_id')::bigint",
    "_run_id": "text not null default current_setting('lagoa.run_id')",
    "_loaded_at": "timestamptz not null default now()",
    "_row_hash": "text not null",
    "_row_version": "integer not null default 1",
    "_deleted_at": "timestamptz",
}
"""What each row carries beside the source's fields. The defaults read what the load has set for its transaction."""


@dataclass(frozen=True)
class BronzeTable:
    """One table: its name, the source's fields by column, which of them are jsonb, and the key's columns."""

    name: str
    columns: dict[str, str]
    """Column -> field as the source writes it, in the order of the row hash (by column name)."""
    nested: frozenset[str]
    key: list[str]

    @property
    def qualified(self) -> str:
        """Schema and name, quoted."""
        return f'bronze."{self.name}"'

    def type_of(self, column: str) -> str:
        """The column's type in Postgres."""
        return "jsonb" if column in self.nested else "text"

    def create_statements(self) -> list[str]:
        """What makes the table where it does not exist."""
        columns = [f"{quoted(column)} {self.type_of(column)}" for column in self.columns]
        columns += [f"{name} {definition}" for name, definition in METADATA.items()]
        if self.key:
            columns.append(f"primary key ({', '.join(map(quoted, self.key))})")
        return [f"create table if not exists {self.qualified} ({', '.join(columns)})"]


def bronze_table(spec: SourceSpec, name: str, fields: Sequence[str]) -> BronzeTable:
    """The table of a resource that holds the given fields beside the declared ones."""
    resource: Resource = spec.resources[name]
    every = dict.fromkeys([*resource.fields, *resource.nested, *fields])
    columns = {bronze_name(field): field for field in every}
    return BronzeTable(
        name=spec.table(name),
        columns=dict(sorted(columns.items())),
        nested=frozenset(bronze_name(field) for field in resource.nested),
        key=resource.key,
    )


def quoted(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'
