"""The grammar as JSON Schema for editors: pydantic's, with what `defaults` may supply no longer required.

A resource and `defaults` are joined before they are checked, so each alone is a part of a resource: neither `kind` nor
`key` need stand in it. Whether the whole is right only `lagoa check-sources` tells.
"""

import copy
from collections.abc import Iterator
from typing import Any

from lagoa.sources.spec import SourceSpec

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the YAML servers of editors know best."""
OURS = ("expected", "remedy", "hidden", "discriminator")
"""Keys that say something to us alone."""


def editor_schema() -> dict[str, Any]:
    """The schema of include/sources/<source>.yml."""
    schema = copy.deepcopy(SourceSpec.model_json_schema())
    definitions = schema["$defs"]
    resource = next(iter(schema["properties"]["resources"]["patternProperties"].values()))
    for name in _reached(resource, definitions, set()):
        definitions[name].pop("required", None)
    parts = [resource, *(definitions[name] for name in _reached(resource, definitions, set()))]
    for part in parts:
        _any_of(part)
    schema["properties"]["resources"]["additionalProperties"] = False
    schema["properties"]["defaults"] = {
        "description": schema["properties"]["defaults"]["description"],
        "anyOf": copy.deepcopy(resource["anyOf"]),
    }
    _tidy(schema)
    return {"$schema": DIALECT, "title": "Lagoa source", **schema}


def _reached(schema: Any, definitions: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """The definitions that a schema is made of, each once."""
    if isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            yield name
            yield from _reached(definitions[name], definitions, seen)
        for inner in schema.values():
            yield from _reached(inner, definitions, seen)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _reached(inner, definitions, seen)


def _any_of(schema: Any) -> None:
    """A part without its tag may be one of several."""
    for inner in _mappings(schema):
        if "oneOf" in inner:
            inner["anyOf"] = inner.pop("oneOf")


def _tidy(schema: dict[str, Any]) -> None:
    for inner in _mappings(schema):
        for key in OURS:
            if not isinstance(inner.get(key), dict) or key == "discriminator":
                inner.pop(key, None)
        if isinstance(inner.get("title"), str):
            inner.pop("title")


def _mappings(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in list(schema.values()):
            yield from _mappings(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _mappings(inner)
