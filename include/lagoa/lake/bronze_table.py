"""The tables of bronze: their columns, made and widened as the source's fields come and go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lagoa.errors import ContractError
from lagoa.lake.naming import MAX_IDENTIFIER, bronze_name
from lagoa.sources.spec import ReplacePartition, Resource, SourceSpec

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
    "_row_hash": "uuid not null",
    "_row_version": "integer not null default 1",
    "_deleted_at": "timestamptz",
}
"""What each row carries beside the source's fields. A uuid is 128 bits to Postgres, and nothing more is meant."""

UPDATED_FILL = 95
"""Percent of a page that is filled where rows are updated: a row that stays on its page needs no new index entry."""


@dataclass(frozen=True)
class BronzeTable:
    """One table: its name, the source's fields by column, which of them are jsonb, and the key's columns."""

    name: str
    columns: dict[str, str]
    """Column -> field as the source writes it, in the order of the row hash (by column name)."""
    nested: frozenset[str]
    key: list[str]
    """What no two rows share; `_row_hash` where equal lines are one fact, empty where nothing is."""
    partition: str | None = None
    """The column by which rows are replaced."""

    @property
    def qualified(self) -> str:
        """Schema and name, quoted."""
        return f'bronze."{self.name}"'

    def type_of(self, column: str) -> str:
        """The column's type in Postgres."""
        return "jsonb" if column in self.nested else "text"

    def widened(self, standing: Mapping[str, str]) -> "BronzeTable":
        """The same with the columns that the table in the database has beside these, of the types that they have."""
        others = {column: column for column in standing if column not in self.columns}
        nested = self.nested | {column for column in others if standing[column] == "jsonb"}
        return replace(self, columns=dict(sorted((others | self.columns).items())), nested=nested)

    def create_statement(self) -> str:
        """What makes the table where it does not exist; its key is added when the first rows are in."""
        columns = [f"{quoted(column)} {self.type_of(column)}" for column in self.columns]
        columns += [f"{name} {definition}" for name, definition in METADATA.items()]
        room = f" with (fillfactor = {UPDATED_FILL})" if self.key else ""
        return f"create table if not exists {self.qualified} ({', '.join(columns)}){room}"

    def retype_statement(self, column: str) -> str:
        """What gives a column that stands its type; a text that is no JSON becomes a text of JSON, and back."""
        name = quoted(column)
        as_json = f"case when {name} is json then {name}::jsonb else to_jsonb({name}) end"
        using = as_json if column in self.nested else f"{name} #>> '{{}}'"
        return f"alter table {self.qualified} alter column {name} type {self.type_of(column)} using {using}"

    def default_statement(self, constants: Mapping[str, str] | None = None) -> str:
        """What gives the load's columns their usual defaults, or SQL constants, which COPY need not work out by row."""
        usual = {name: f"current_setting('{setting}')" for name, (setting, _) in OF_THE_LOAD.items()}
        return f"alter table {self.qualified} " + ", ".join(
            f"alter column {name} set default {(constants or usual)[name]}::{type_}"
            for name, (_, type_) in OF_THE_LOAD.items()
        )

    def drop_indexes_statement(self) -> str:
        """What takes key and index off, so that rows are copied first and the indexes are built at once."""
        return (
            f"alter table {self.qualified} drop constraint if exists {self._name('pkey')};"
            f" drop index if exists bronze.{self._name('partition')}"
        )

    def add_key_statement(self) -> str:
        """What makes the key's columns the primary key."""
        columns = ", ".join(map(quoted, self.key))
        return f"alter table {self.qualified} add constraint {self._name('pkey')} primary key ({columns})"

    def has_key_statement(self) -> str:
        """What asks whether the table in the database has just this key."""
        columns = ", ".join(f"'{column}'" for column in self.key)
        return (
            "select coalesce((select array_agg(attname::text order by place) from pg_constraint"
            " cross join unnest(conkey) with ordinality as parts(attnum, place)"
            " join pg_attribute on attrelid = conrelid and pg_attribute.attnum = parts.attnum"
            f" where conrelid = '{self.qualified}'::regclass and contype = 'p') = array[{columns}], false)"
        )

    def add_index_statement(self) -> str:
        """What makes the partition's rows be found without reading the others."""
        column = quoted(str(self.partition))
        return f"create index if not exists {self._name('partition')} on {self.qualified} ({column})"

    def analyze_statement(self) -> str:
        """What tells the planner about the columns that loads and models search by."""
        searched = dict.fromkeys([*self.key, *filter(None, [self.partition]), "_load_id", "_row_hash", "_deleted_at"])
        return f"analyze {self.qualified} ({', '.join(map(quoted, searched))})"

    def _name(self, suffix: str) -> str:
        return quoted(f"{self.name[: MAX_IDENTIFIER - len(suffix) - 1]}_{suffix}")


def bronze_table(spec: SourceSpec, name: str, fields: Sequence[str]) -> BronzeTable:
    """The table of a resource that holds the given fields beside the declared ones.

    Raises:
        ContractError: two fields would share a column.
    """
    resource: Resource = spec.resources[name]
    every = dict.fromkeys([*resource.stored, *fields])
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
        nested=frozenset(column_of(resource, field) for field in resource.nested),
        key=resource.key or (["_row_hash"] if getattr(resource.write, "distinct", False) else []),
        partition=column_of(resource, resource.write.partition)
        if isinstance(resource.write, ReplacePartition)
        else None,
    )


def column_of(resource: Resource, field: str) -> str:
    """The column that holds a field of the source: the one of its former name, where it was renamed."""
    return bronze_name(resource.renamed.get(field, field))


def quoted(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'
