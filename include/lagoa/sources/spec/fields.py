"""Names of fields: each once, each declared, each a column of its own."""

from collections.abc import Iterator, Mapping, Sequence

from lagoa.lake.naming import bronze_name
from lagoa.sources.spec.base import Place, Problem, listed, meant


def name_problems(
    fields: Sequence[str], nested: Sequence[str], added: Sequence[str], named: Iterator[tuple[Place, str]]
) -> Iterator[Problem]:
    """The places that name a field which is not declared, and the declared ones that come twice."""
    known = list(dict.fromkeys([*fields, *nested, *added]))
    for place, name in named:
        if name not in known:
            yield Problem(
                place,
                f"{name!r}",
                f"a name among `fields`, `nested` or `keep` ({listed(known)})",
                meant(name, known, "Add it to `fields`"),
            )
    for key, names in (("fields", fields), ("nested", nested)):
        for number, name in enumerate(names):
            if name in names[:number]:
                yield Problem((key, number), f"{name!r} twice", "each field once", "Remove one of them")
    for number, name in enumerate(nested):
        if name in fields:
            yield Problem(
                ("nested", number), f"{name!r}, which is also under `fields`", "it in one of them", "Remove one of them"
            )


def column_problems(
    fields: Sequence[str], nested: Sequence[str], added: Sequence[str], renamed: Mapping[str, str]
) -> Iterator[Problem]:
    """Fields that would become the same column, and renamings that say nothing."""
    columns: dict[str, str] = {}
    places = [
        *((("fields", number), name) for number, name in enumerate(fields)),
        *((("nested", number), name) for number, name in enumerate(nested)),
        *((("keep",), name) for name in added),
    ]
    for place, name in places:
        column = bronze_name(name)
        if columns.setdefault(column, name) != name:
            yield Problem(
                place,
                f"{name!r}, whose column {column!r} is that of {columns[column]!r}, too",
                "a column of its own for each field",
                "Take one of them out",
            )
    for now, before in renamed.items():
        if before in columns.values():
            yield Problem(
                ("renamed", now),
                f"{before!r}, which is declared itself",
                "a former name that is not among `fields`",
                "Take it out of `fields`",
            )


WHOLE = ("keep", "mask_cpf", "drop")
"""What may be done with a nested field as a whole: it stays JSON, or goes."""


def path_problems(personal: Mapping[str, str], declared: Sequence[str], nested: Sequence[str]) -> Iterator[Problem]:
    """Dotted names that lead nowhere, values that two names treat, and treatments of which no JSON would be left."""
    names = list(personal)
    for name in names:
        outer, *inner = name.split(".")
        at: Place = ("personal", name)
        if name in nested and personal[name] not in WHOLE:
            yield Problem(
                at,
                f"`{personal[name]}` for {name!r}, which holds objects or arrays",
                f"one of: {listed(WHOLE)}",
                f"Choose one, or name a value inside it (`{name}.nome`)",
            )
        if name in declared or outer not in declared:
            continue
        if outer not in nested:
            yield Problem(
                at,
                f"a value inside {outer!r}, which is plain text",
                f"{outer!r} under `nested`",
                f"Move it there, or name {outer!r} itself",
            )
        elif not all(inner):
            yield Problem(at, repr(name), "a name between and after the dots", "Correct it")
        elif above := next((other for other in names if name.startswith(f"{other}.")), None):
            yield Problem(at, f"it beside {above!r}", "one treatment of each value", "Remove one of them")
