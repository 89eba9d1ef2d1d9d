"""What pydantic found wrong, in our own sentences: errors -> Problems."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from lagoa.sources.spec.base import Place, Problem, Wrong, listed, meant
from lagoa.sources.spec.grammar import Grammar, Schema

SHOWN_CHARACTERS = 60


def translated(error: ValidationError, grammar: Grammar) -> list[Problem]:
    """Every error as a problem, in pydantic's order, each once.

    Where a value may be of several kinds, pydantic tells for each kind what it is not: one problem says all of it, and
    none if the value is of one kind and something further in is wrong.
    """
    found: dict[Place, list[Problem]] = {}
    for item in error.errors():
        place, schema, way = grammar.locate(item["loc"])
        for problem in _problems(item, place, schema, way, grammar):
            if problem not in found.setdefault(problem.place, []):
                found[problem.place].append(problem)
    forked = {grammar.locate(item["loc"])[0] for item in error.errors() if _is_fork(item["loc"], grammar)}
    return [
        problem
        for place, problems in found.items()
        if not (place in forked and any(other[: len(place)] == place and other != place for other in found))
        for problem in problems
    ]


def _is_fork(location: tuple[int | str, ...], grammar: Grammar) -> bool:
    """Whether a location ends in one of several kinds of value."""
    return bool(location) and bool(grammar.alternatives(grammar.locate(location[:-1])[1]))


def _problems(item: Any, place: Place, schema: Schema, way: Sequence[Schema], grammar: Grammar) -> Iterator[Problem]:
    context, value = item.get("ctx", {}), item.get("input")
    match item["type"]:
        case "value_error" if isinstance(context["error"], Wrong):
            yield from (problem.under(place) for problem in context["error"].problems)
        case "value_error":
            yield Problem(place, shown(value, schema), str(context["error"]), "Change it")
        case "missing":
            defaults = " here or under `defaults`" if place[0] == "resources" and len(place) > 2 else ""
            yield Problem(place, "nothing", grammar.phrase(schema), f"Add it{defaults}")
        case "extra_forbidden" | "invalid_key":
            yield _unknown_key(place, way[-1], grammar)
        case "union_tag_not_found" | "union_tag_invalid":
            key, tags = context["discriminator"].strip("'"), list(grammar.branches(schema))
            found = shown(context["tag"], {}) if "tag" in context else "nothing"
            expected = f"one of: {', '.join(tags)}"
            yield Problem((*place, key), found, expected, meant(context.get("tag", ""), tags, "Choose one"))
        case _:
            yield Problem(place, shown(value, schema), grammar.phrase(schema), _remedy(value, schema, grammar))


def _unknown_key(place: Place, mapping: Schema, grammar: Grammar) -> Problem:
    key, known = str(place[-1]), list(mapping.get("properties", {}))
    homes = list(grammar.homes(key, mapping))
    otherwise = f"Move it under `{homes[0]}`" if homes else "Remove it"
    if not homes and (
        others := [tag for tag, each in _siblings(mapping, grammar) if key in each.get("properties", {})]
    ):
        otherwise = f"Remove it: it belongs to {' and '.join(others)}"
    exact = bool(homes)
    remedy = otherwise if exact else meant(key, known, otherwise)
    return Problem(place, "an unknown key", f"one of: {listed(known)}", remedy)


def _siblings(mapping: Schema, grammar: Grammar) -> Iterator[tuple[str, Schema]]:
    """The other mappings that a tag could have chosen, each as `kind: file`."""
    for tag in ("kind", "type", "mode"):
        own = mapping.get("properties", {}).get(tag, {}).get("const")
        for name, other in grammar.root["$defs"].items():
            told = other.get("properties", {}).get(tag, {}).get("const")
            if own is not None and told not in (None, own) and _family(name) == _family(mapping["title"]):
                yield f"`{tag}: {told}`", other


def _family(name: str) -> str:
    """Models that one tag chooses from: FileResource and RestResource, BasicAuth and NoAuth; the rest are alike."""
    return next((ending for ending in ("Resource", "Auth") if name.endswith(ending)), "")


def _remedy(value: Any, schema: Schema, grammar: Grammar) -> str:
    if told := schema.get("remedy"):
        return str(told)
    schema = grammar.resolved(schema)
    if choices := schema.get("enum"):
        return meant(value, map(str, choices), "Choose one")
    kinds = grammar.alternatives(schema) or [schema]
    may_be_text = any(kind.get("type") == "string" for kind in kinds)
    if may_be_text and isinstance(value, bool):
        return "Put it between quotes: YAML reads yes, no, on and off as true and false"
    if may_be_text and isinstance(value, dict) and value and not any(value.values()):
        return "Put it between quotes: YAML reads braces as a mapping"
    wants_text = may_be_text and all(kind.get("format") != "date" for kind in kinds)
    fits = re.search(schema.get("pattern", ""), str(value))
    if wants_text and fits and isinstance(value, int | float | dt.date):
        return "Put it between quotes"
    if isinstance(value, str) and schema.get("type") in ("integer", "number") and re.fullmatch(r"\d+(\.\d+)?", value):
        return "Take the quotes away"
    if schema.get("type") == "array" and isinstance(value, str | int) and not isinstance(value, bool):
        return f"Write [{str(value)[:SHOWN_CHARACTERS]}]"
    return "Change it"


def shown(value: Any, schema: Schema) -> str:
    """A value as a message tells it: short, without what may be a secret."""
    if schema.get("hidden") and value is not None:
        return "something else (not shown: it may be the secret)"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        safe = re.sub(r"//[^/@\s]*@", "//…@", value)
        return repr(safe if len(safe) <= SHOWN_CHARACTERS else safe[: SHOWN_CHARACTERS - 1] + "…")
    if isinstance(value, dict | BaseModel):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return str(value)
