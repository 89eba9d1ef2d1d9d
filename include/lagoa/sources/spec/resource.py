"""What the resources of every kind of connector share: one resource becomes one bronze table."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from lagoa.lake.naming import bronze_name
from lagoa.sources.spec.base import (
    ALMOST,
    Path,
    Place,
    Problem,
    Strict,
    Text,
    Whole,
    listed,
    malformed,
    meant,
    placeholders,
    texts,
    unquoted,
)
from lagoa.sources.spec.credentials import written_in
from lagoa.sources.spec.fields import column_problems, name_problems, path_problems
from lagoa.sources.spec.parent import Parent
from lagoa.sources.spec.partition import parameter_of, partition_problems
from lagoa.sources.spec.promises import Completeness, Sla
from lagoa.sources.spec.time import Schedule, schedule_problem
from lagoa.sources.spec.window import Window
from lagoa.sources.spec.write import Merge, Write

Treatment = Literal["keep", "mask", "mask_id", "mask_cpf", "pseudonym", "drop"]
"""Of personal data, before it is stored; `Resource.personal` says what each is."""
ListName = Annotated[str, Field(json_schema_extra={"expected": "the name of a list in include/agencies/<agency>.yml"})]


class Resource(Strict):
    """One table of a source."""

    title: Text
    """One line for people, in Portuguese."""
    path: Path = "/"
    """Below the connection's address; may hold `{name}`, a parameter of the request."""
    params: dict[str, str | Whole] = {}
    """Of the query; values may hold `{name}`, a parameter of the request or of the agency."""
    for_each: dict[str, ListName] = {}
    """Parameter (of the query, `{name}` in path or body) -> the agency's list for it; an empty list leaves it out."""
    window: Window | None = None
    """Date parameters that cut the resource into slices."""
    parent: Parent | None = None
    """The resource whose rows this one is asked for."""
    keep: list[str] = []
    """Parameters that become a field of each record, because the records do not tell (the file's day, the UG)."""
    write: Write
    """How the records are written to bronze."""
    fields: list[Text] = Field(min_length=1)
    """Every field of a record, as the source writes it: one that does not come fails the run."""
    nested: list[Text] = []
    """Fields that hold objects or arrays: `jsonb` in bronze."""
    optional: list[str] = []
    """Fields that the source may leave out altogether."""
    renamed: dict[str, str] = {}
    """Field as the source writes it now -> as it wrote it before: both fill the column of the former name."""
    personal: dict[str, Treatment] = {}
    """Fields with personal data, and what is done with them before they are stored; dotted where they are inside a
    nested field. `keep`: nothing; `mask`: `***.456.789-**` of a CPF, the first letter of anything but a CNPJ;
    `mask_id`: an identifier that may be a CPF is masked where it is one; `mask_cpf`: each CPF inside a text is;
    `pseudonym`: a keyed HMAC that still joins; `drop`: it is not stored."""
    completeness: Completeness = Completeness()
    """How much may be missing before a run fails."""
    sla: Sla = Sla()
    """What is promised to the readers of the table."""
    schedule: Schedule | None = None
    """Where it differs from the source's; runs by the clock pass it over while it is not due."""
    owner: Text | None = None
    """Where it differs from the source's."""
    licence: Text | None = None
    """Where it differs from the source's."""

    def problems(self) -> Iterator[Problem]:
        """Names that nothing declares, requests that cannot be made, runs that contradict one another."""
        yield from name_problems(self.fields, self.nested, self.added, self._named())
        yield from column_problems(self.fields, self.nested, self.added, self.renamed)
        yield from path_problems(self.personal, self.declared, self.nested)
        yield from self._unsafe_writes()
        yield from self._requests()
        if self.schedule is not None:
            yield from schedule_problem(self.schedule)

    def _named(self) -> Iterator[tuple[Place, str]]:
        """Where a field is named, and which."""
        for number, name in enumerate(self.key_fields):
            yield ("write", "key", number), name
        for at in ("watermark", "partition"):
            if (other := getattr(self.write, at, None)) is not None:
                yield ("write", at), other
        yield from ((("optional", number), name) for number, name in enumerate(self.optional))
        yield from ((("personal", name), self._root(name)) for name in self.personal)
        yield from ((("renamed", name), name) for name in self.renamed)

    def _root(self, name: str) -> str:
        """The field that a dotted name is inside of; any other name as it is."""
        outer = name.partition(".")[0]
        return outer if outer in self.declared and name not in self.declared else name

    def _unsafe_writes(self) -> Iterator[Problem]:
        for number, name in enumerate(self.key_fields):
            if name in self.key_fields[:number]:
                yield Problem(
                    ("write", "key", number), f"{name!r} twice", "each field of the key once", "Remove one of them"
                )
        written = {name: place for place, name in self._named() if place[0] == "write"}
        for name, place in written.items():
            if name in self.optional:
                yield Problem(
                    place, f"{name!r}, which is `optional`", "a field of every record", "Take it out of `optional`"
                )
            if self.personal.get(name) in ("drop", "mask", "mask_id", "mask_cpf"):
                yield Problem(
                    ("personal", name),
                    f"`{self.personal[name]}` for a field named under `write`",
                    "keep or pseudonym, which still tell rows apart",
                    "Choose one",
                )
        if self.window and self.window.trailing_days is not None and getattr(self.write, "watermark", None):
            yield Problem(
                ("window", "trailing_days"),
                f"{self.window.trailing_days} beside `write.watermark`",
                "one of them: both say where a run begins",
                "Remove one of them",
            )
        if "look_back_days" in self.write.model_fields_set and not self.looks_back:
            yield Problem(
                ("write", "look_back_days"),
                "it where no run begins at a watermark",
                "it beside `watermark` and `window`; a database needs no window",
                "Remove it, or add what is missing",
            )
        yield from partition_problems(self)

    def _requests(self) -> Iterator[Problem]:
        known = self.parameters
        yield from malformed(self.path, ("path",))
        if set("{}") & set(ALMOST.sub("", self.path.partition("?")[0])):
            yield Problem(
                ("path",), repr(self.path), "braces around names only, as in /pedidos/{pedido}", "Correct the braces"
            )
        yield from malformed(self.params, ("params",))
        yield from written_in(self.templates, known)
        yield from unquoted(self.templates, known)
        for name in sorted(placeholders(self.path) - set(known)):
            yield Problem(
                ("path",),
                f"{{{name}}}, which nothing fills",
                f"a parameter of `for_each`, `params`, `window` or `parent` ({listed(dict.fromkeys(known))})",
                meant(name, known, f"Add {name!r} to one of them"),
            )
        for name in sorted({name for name in known if known.count(name) > 1}):
            yield Problem(
                (),
                f"parameter {name!r} more than once",
                "it in one place of `params`, `for_each`, `window`, `parent` and `paging`",
                "Remove the others",
            )
        for number, name in enumerate(self.keep):
            if name not in known:
                yield Problem(
                    ("keep", number),
                    f"{name!r}, which is no parameter",
                    f"one of: {listed(dict.fromkeys(known))}",
                    meant(name, known, "Remove it, or ask for it by `for_each`"),
                )

    @property
    def templates(self) -> dict[str, Any]:
        """What may hold `{name}`, by key: filled for each request."""
        return {"path": self.path, "params": {name: str(value) for name, value in self.params.items()}}

    @property
    def written(self) -> set[str]:
        """The names that stand as `{name}` in what is asked for."""
        return {name for _, text in texts(self.templates) for name in placeholders(text)}

    @property
    def agency_names(self) -> list[tuple[Place, str]]:
        """Where `{name}` stands for the agency's parameter, and which: no parameter of the request has that name."""
        known = set(self.parameters)
        return [
            (place, name)
            for place, text in texts(self.templates)
            for name in sorted(placeholders(text))
            if name not in known and not name.startswith("secret:")
        ]

    @property
    def parameters(self) -> list[str]:
        """Every parameter of a request that the spec fills, in order; one given twice stands there twice."""
        return [
            *self.params,
            *self.for_each,
            *(self.window.parameters if self.window else []),
            *(self.parent.fields if self.parent else []),
        ]

    @property
    def added(self) -> list[str]:
        """Parameters that are fields of every record, too."""
        return list(dict.fromkeys([*self.keep, *(self.parent.fields if self.parent else [])]))

    @property
    def declared(self) -> list[str]:
        """Every field of a record: the source's, plain and nested, and the added ones."""
        return list(dict.fromkeys([*self.fields, *self.nested, *self.added]))

    @property
    def stored(self) -> list[str]:
        """Every field as it is stored: without those that `personal` drops, renamed ones under their former name."""
        kept = [name for name in self.declared if self.personal.get(name) != "drop"]
        return [self.renamed.get(name, name) for name in kept]

    @property
    def key_fields(self) -> list[str]:
        """The key's fields as the source writes them; empty where there is none."""
        return list(getattr(self.write, "key", []))

    @property
    def key(self) -> list[str]:
        """The key's columns in bronze; empty where there is none."""
        return [bronze_name(self.renamed.get(name, name)) for name in self.key_fields]

    @property
    def watermark(self) -> str | None:
        """The watermark's column in bronze."""
        name = getattr(self.write, "watermark", None)
        return bronze_name(self.renamed.get(name, name)) if name else None

    @property
    def looks_back(self) -> bool:
        """Whether runs go on from the watermark; where not, it only tells which of two versions is newer."""
        return self.watermark is not None and self.window is not None

    @property
    def partition_parameter(self) -> str | None:
        """The parameter whose value is a partition of `replace_partition`; None where there is none."""
        return parameter_of(self)

    @property
    def told_apart_by(self) -> list[str]:
        """The parameters that tell one slice of a run from the others."""
        return [
            *self.for_each,
            *([self.window.start] if self.window else []),
            *(self.parent.fields if self.parent else []),
        ]

    @property
    def lists_partitions(self) -> bool:
        """Whether a run is told by the source which partitions there are, so that it notices when one has vanished."""
        return False

    @property
    def marks_vanished(self) -> bool:
        """Whether a full run marks the rows that it does not bring."""
        return self.write.mode == "snapshot" or (isinstance(self.write, Merge) and bool(self.write.full_every_days))

    def address(self, asked: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The path with what it names filled in, and the rest of what is asked for as the query."""
        inside = {key: value for key, value in asked.items() if f"{{{key}}}" in self.path}
        path = re.sub(r"{(.*?)}", lambda found: inside.get(found[1], found[0]), self.path)
        return path, {key: value for key, value in asked.items() if key not in inside}
