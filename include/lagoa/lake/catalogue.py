"""What the specs say of sources and tables, for SQL to ask: SourceSpec -> ops.sources, ops.resources, at every load."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from lagoa.lake.bronze_table import column_of
from lagoa.lake.statements import literal
from lagoa.sources.spec import Resource, SourceSpec

OF_A_SOURCE = ("source", "title", "domain", "owner", "licence", "url")
OF_A_RESOURCE = (
    "source",
    "resource",
    "title",
    "table_name",
    "mode",
    "owner",
    "licence",
    "schedule",
    "freshness_hours",
    "availability",
    "personal_columns",
)


def describe(cursor: Cursor, spec: SourceSpec) -> None:
    """Bring the entries of a source up to date; where nothing changed, nothing is written or locked."""
    source = [[literal(str(getattr(spec, name))) for name in OF_A_SOURCE]]
    _synchronise(cursor, "ops.sources", OF_A_SOURCE, 1, source)
    resources = [_values(spec, name, resource) for name, resource in sorted(spec.resources.items())]
    _synchronise(cursor, "ops.resources", OF_A_RESOURCE, 2, resources)
    known = ", ".join(map(literal, spec.resources))
    cursor.execute(
        f"delete from ops.resources where source = {literal(spec.source)} and resource not in ({known})"
        " and exists (select from ops.resources as gone"
        f" where gone.source = {literal(spec.source)} and gone.resource not in ({known}))"
    )


def _values(spec: SourceSpec, name: str, resource: Resource) -> list[str]:
    personal = sorted(column_of(resource, field) for field, what in resource.personal.items() if what != "drop")
    texts = [
        spec.source,
        name,
        resource.title,
        spec.table(name),
        resource.write.mode,
        resource.owner or spec.owner,
        resource.licence or spec.licence,
        resource.schedule or spec.schedule,
    ]
    listed = ", ".join(map(literal, personal))
    sla = resource.sla
    return [*map(literal, texts), f"{sla.freshness_hours}", f"{sla.availability}", f"array[{listed}]::text[]"]


def _synchronise(cursor: Cursor, table: str, columns: Sequence[str], key: int, rows: Sequence[Sequence[str]]) -> None:
    listed = ", ".join(columns)
    cursor.execute(
        f"insert into {table} ({listed}) select {listed} from (values"
        f" {', '.join('(' + ', '.join(row) + ')' for row in rows)}) as told ({listed})"
        f" where not exists (select from {table} as known"
        f" where {' and '.join(f'known.{name} is not distinct from told.{name}' for name in columns)})"
        f" on conflict ({', '.join(columns[:key])}) do update set"
        f" {', '.join(f'{name} = excluded.{name}' for name in columns[key:])}"
    )
