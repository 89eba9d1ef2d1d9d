"""include/sources/<source>.yml -> SourceSpec; every problem of every file at once, each with its line and remedy.

    pncp.yml:23: resources.contratacoes.paging.page_size: found 0, expected a whole number above 0. Change it.

What contradicts within a resource is told once its keys are of the right kind: before that it would only be guessed.
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lagoa.errors import ConfigError
from lagoa.sources.spec.base import Place, Problem, Wrong, dotted
from lagoa.sources.spec.document import Document, Unreadable, text_of
from lagoa.sources.spec.grammar import Grammar
from lagoa.sources.spec.source import SourceSpec
from lagoa.sources.spec.translation import translated

GRAMMAR = Grammar(SourceSpec)
STAND_INS = {
    "source": "x",
    "title": "x",
    "url": "https://x",
    "domain": "x",
    "owner": "x",
    "licence": "x",
    "schedule": "@daily",
}
"""For keys of a source that are wrong, while the rest of it is looked at."""


def load_specs(folder: Path) -> dict[str, SourceSpec]:
    """Every `<source>.yml` of a folder, by source name.

    Raises:
        ConfigError: naming each problem of each file, all at once.
    """
    specs: dict[str, SourceSpec] = {}
    told: list[str] = []
    tables: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        spec, problems = read_spec(path)
        told += [f"{path.name}:{line}: {text}" for line, text in problems]
        if spec is None:
            continue
        specs[spec.source] = spec
        for name in spec.resources:
            if (other := tables.setdefault(spec.table(name), path.name)) != path.name:
                told.append(
                    f"{path.name}:1: resources.{name}: found the table {spec.table(name)}, which {other} has, too, "
                    "expected one source a table. Rename the resource."
                )
    if told:
        raise ConfigError(
            "source specs:\n  " + "\n  ".join(told) + "\nMend the files named, then `lagoa check-sources`."
        )
    if not specs:
        raise ConfigError(f"source specs: found none in {folder}, expected <source>.yml files. Restore the folder.")
    return specs


def read_spec(path: Path) -> tuple[SourceSpec | None, list[tuple[int, str]]]:
    """The spec of a file, and what is wrong with it: lines and what is told of them, in the order of the file."""
    try:
        return parse_spec(text_of(path), path.stem)
    except Unreadable as error:
        return None, [(error.line, _told(error.problem))]


def parse_spec(text: str, name: str) -> tuple[SourceSpec | None, list[tuple[int, str]]]:
    """The spec of a text that stands, or is to stand, in `<name>.yml`, and what is wrong with it, as `read_spec`."""
    try:
        document = Document(text)
    except Unreadable as error:
        return None, [(error.line, _told(error.problem))]
    problems = [*document.repeated()]
    spec = None
    try:
        spec = SourceSpec.model_validate(copy.deepcopy(document.value))
    except ValidationError as error:
        found = translated(error, GRAMMAR)
        problems += [_placed(document, problem) for problem in [*found, *_second_look(document.value, found)]]
    source = document.value.get("source")
    if isinstance(source, str) and source != name:
        remedy = "Rename one of them"
        problems.append(
            (document.line(("source",)), Problem(("source",), repr(source), f"the file's name {name!r}", remedy))
        )
    lines = {(line, _told(problem)) for line, problem in problems}
    return None if lines else spec, sorted(lines)


def _told(problem: Problem) -> str:
    return f"{dotted(problem.place)}: {problem.message}"


def _placed(document: Document, problem: Problem) -> tuple[int, Problem]:
    """A problem with its line; what a resource has from `defaults` is told there, and so only once."""
    place = problem.place
    shared: Place = ("defaults", *place[2:])
    if place[:1] != ("resources",) or len(place) < 3 or document.depth(place) >= document.depth(shared) + 1:
        return document.line(place), problem
    alone = document.depth(shared) == len(shared) or document.depth(place) == 2
    return document.line(shared), Problem(shared, problem.found, problem.expected, problem.remedy) if alone else problem


def _second_look(values: dict[str, Any], found: list[Problem]) -> Iterator[Problem]:
    """What shows only in the whole source (parents, addresses), where a part of it is wrong and was left out."""
    wrong = {problem.place[:2] for problem in found}
    resources = values.get("resources")
    if not isinstance(resources, dict) or any(place[0] == "connection" for place in wrong if place):
        return
    kept = {name: each for name, each in resources.items() if ("resources", name) not in wrong}
    while orphans := [name for name, each in kept.items() if _parent(each) in resources and _parent(each) not in kept]:
        kept = {name: each for name, each in kept.items() if name not in orphans}
    sound = {key: value for key, value in values.items() if key in SourceSpec.model_fields and (key,) not in wrong}
    try:
        SourceSpec.model_validate(copy.deepcopy({**STAND_INS, **sound, "resources": kept}))
    except ValidationError as error:
        for item in error.errors():
            if not item["loc"] and isinstance(problems := item.get("ctx", {}).get("error"), Wrong):
                yield from problems.problems


def _parent(resource: Any) -> str | None:
    parent = resource.get("parent") if isinstance(resource, dict) else None
    name = parent.get("resource") if isinstance(parent, dict) else None
    return name if isinstance(name, str) else None
