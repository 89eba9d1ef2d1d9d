"""The parents of a child resource: standing rows of their bronze tables -> what the child is asked for."""

from dataclasses import dataclass, field

from psycopg2.extensions import cursor as Cursor

from lagoa.errors import ConfigError
from lagoa.lake.bronze_table import quoted
from lagoa.lake.naming import bronze_name
from lagoa.lake.session import session
from lagoa.settings import Settings
from lagoa.sources.spec import Parent, Resource, SourceSpec


@dataclass(frozen=True)
class Parents:
    """What the child is asked for, once each: parameter -> value."""

    changed: list[dict[str, str]] = field(default_factory=list)
    """Parents that are new or changed since the load that the child saw last; all of them, where it saw none."""
    unchanged: list[dict[str, str]] = field(default_factory=list)
    """The others; those of `also` are left out."""
    load_id: int | None = None
    """The last load of the parents that changed a row; None of empty tables."""


def read_parents(settings: Settings, spec: SourceSpec, name: str, after: int | None) -> Parents:
    """The parents of a resource, as bronze holds them.

    Args:
        settings: where bronze is.
        spec: the source.
        name: the child.
        after: the parent's load that the child saw last; None = it saw none.

    Raises:
        ConfigError: the parent was never loaded.
    """
    parent = spec.resources[name].parent
    if parent is None:
        return Parents()
    with session(settings) as cursor:
        # One snapshot for all questions: a load in between would be passed over for good.
        cursor.execute("set transaction isolation level repeatable read, read only")
        for above in parent.resources:
            cursor.execute("select to_regclass(%s) is not null", (_table(spec, above),))
            if not _one(cursor):
                raise ConfigError(
                    f"{spec.source}.{name}: found no table {spec.table(above)}, expected the parents there. "
                    f"Ingest {above!r} first."
                )
        latest = " union all ".join(
            f"select max(_load_id) as id from {_table(spec, each)}" for each in parent.resources
        )
        cursor.execute(f"select max(id) from ({latest}) as loads")
        load_id = _one(cursor)
        cursor.execute(*_query(spec, parent, after))
        rows = cursor.fetchall()
    changed: list[dict[str, str]] = []
    unchanged: list[dict[str, str]] = []
    for *values, is_changed, is_always_asked in rows:
        if is_changed or is_always_asked:
            (changed if is_changed else unchanged).append(dict(zip(parent.fields, values, strict=True)))
    return Parents(changed, unchanged, load_id)


def _query(spec: SourceSpec, parent: Parent, after: int | None) -> tuple[str, list[object]]:
    """The statement that gives each parent once: its values, whether it changed, whether it is asked for anyway."""
    statements: list[str] = []
    values: list[object] = []
    for number, name in enumerate(parent.resources):
        above = spec.resources[name]
        wanted = [_text(above, field) for field in parent.fields.values()]
        conditions = ["_deleted_at is null", *(f"{text} is not null" for text in wanted)]
        conditions += [f"{_text(above, field)} = any(%s)" for field in parent.where]
        conditions += [f"{_text(above, field)} ~ %s" for field in parent.matching]
        columns = ", ".join(f"{text} as parameter{at}" for at, text in enumerate(wanted))
        statements.append(
            f"select {columns}, _load_id > coalesce(%s, -1) as is_changed, {number == 0} as is_always_asked"
            f" from {_table(spec, name)} where {' and '.join(conditions)}"
        )
        values += [after, *([chosen] if isinstance(chosen, str) else list(chosen) for chosen in parent.where.values())]
        values += [f"^(?:{expression})$" for expression in parent.matching.values()]
    places = ", ".join(f"parameter{at}" for at in range(len(parent.fields)))
    found = " union all ".join(statements)
    return (
        f"select {places}, bool_or(is_changed), bool_or(is_always_asked) from ({found}) as found"
        f" group by {places} order by {places}",
        values,
    )


def _table(spec: SourceSpec, name: str) -> str:
    return f'bronze."{spec.table(name)}"'


def _text(above: Resource, name: str) -> str:
    """A field of the parent as the text that it was before it became jsonb."""
    column = quoted(bronze_name(above.renamed.get(name, name)))
    return f"({column} #>> '{{}}')" if name in above.nested else column


def _one(cursor: Cursor) -> int | None:
    row = cursor.fetchone()
    return row[0] if row else None
