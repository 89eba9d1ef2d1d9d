"""The tables of bronze: their columns, made and widened as the source's fields come and go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lagoa.errors import ContractError
from lagoa.lake.naming import MAX_IDENTIFIER, bronze_name
from lagoa.sources.spec import Resource, SourceSpec

OF_THE_LOAD = {
    "_load_id": ("lagoa.load_id", "bigint"),
    "_run_id": ("lagoa.run_id", "text"),
    "_loaded_at": ("lagoa.loaded_at", "timestamptz"),
}
"""Columns that are the same in all rows of a load: the setting of its transaction that they default to, their type."""
METADATA = {
    **{
        name: f"{type_} not null default current_setting('{setting}')::{type_}"
        for name, (setting, type_) in OF_THE_LOAD.items()
    },
    "_row_hash": "text not null",
    "_row_version": "integer not null default 1",
    "_deleted_at": "timestamptz",
}
"""What each row carries beside the source's fields."""


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

    def widened(self, standing: Iterable[str]) -> "BronzeTable":
        """The same with the columns that the table in the database has beside these."""
        columns = {column: column for column in standing if column not in METADATA} | self.columns
        return replace(self, columns=dict(sorted(columns.items())))

    def create_statement(self) -> str:
        """What makes the table where it does not exist; its key is added when the first rows are in."""
        columns = [f"{quoted(column)} {self.type_of(column)}" for column in self.columns]
        columns += [f"{name} {definition}" for name, definition in METADATA.items()]
        return f"create table if not exists {self.qualified} ({', '.join(columns)})"

    def default_statement(self, constants: Mapping[str, str] | None = None) -> str:
        """What gives the load's columns their usual defaults, or SQL constants, which COPY need not work out by row."""
        usual = {name: f"current_setting('{setting}')" for name, (setting, _) in OF_THE_LOAD.items()}
        return f"alter table {self.qualified} " + ", ".join(
            f"alter column {name} set default {(constants or usual)[name]}::{type_}"
            for name, (_, type_) in OF_THE_LOAD.items()
        )

    def drop_key_statement(self) -> str:
        """What takes the key off an empty table, so that rows are copied first and the index is built at once."""
        return f"alter table {self.qualified} drop constraint if exists {self._key_name}"

    def add_key_statement(self) -> str:
        """What makes the key's columns the primary key."""
        columns = ", ".join(map(quoted, self.key))
        return f"alter table {self.qualified} add constraint {self._key_name} primary key ({columns})"

    def analyze_statement(self) -> str:
        """What tells the planner about the columns that loads and models search by."""
        columns = [*map(quoted, self.key), "_load_id", "_row_hash", "_deleted_at"]
        return f"analyze {self.qualified} ({', '.join(columns)})"

    @property
    def _key_name(self) -> str:
        return quoted(f"{self.name[: MAX_IDENTIFIER - len('_pkey')]}_pkey")


def bronze_table(spec: SourceSpec, name: str, fields: Sequence[str]) -> BronzeTable:
    """The table of a resource that holds the given fields beside the declared ones.

    Raises:
        ContractError: two fields would share a column.
    """
    resource: Resource = spec.resources[name]
    every = dict.fromkeys([*resource.fields, *resource.nested, *fields])
    columns: dict[str, str] = {}
    for field in every:
        other = columns.setdefault(bronze_name(field), field)
        if other != field:
            raise ContractError(
                f"{spec.table(name)}: found fields {other!r} and {field!r}, expected names that stay apart as columns "
                f"(both are {bronze_name(field)!r}). Nothing was loaded: the source changed its layout."
            )
    return BronzeTable(
        name=spec.table(name),
        columns=dict(sorted(columns.items())),
        nested=frozenset(bronze_name(field) for field in resource.nested),
        key=resource.key,
    )


def quoted(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'
