"""The grammar as JSON Schema, walked beside a file: what may stand at a place, and how that is said.

pydantic's models -> JSON Schema -> Grammar. Messages, the editors' schema and the reference page all come from it.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from lagoa.sources.spec.base import Place

Schema = Mapping[str, Any]
PLURALS = {"text": "texts", "a whole number": "whole numbers", "a number": "numbers"}


class Grammar:
    """What a model allows."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    @cached_property
    def root(self) -> Schema:
        """The schema of the whole, with its definitions."""
        return self._model.model_json_schema()

    def resolved(self, schema: Schema) -> Schema:
        """A schema with its reference followed; what stands beside the reference wins. An optional one is itself."""
        while True:
            if "$ref" in schema:
                beside = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**self.root["$defs"][schema["$ref"].rpartition("/")[2]], **beside}
            elif len(some := self.alternatives(schema)) == 1:
                beside = {key: value for key, value in schema.items() if key != "anyOf"}
                schema = {**some[0], **beside}
            else:
                return schema

    def alternatives(self, schema: Schema) -> list[Schema]:
        """The kinds of value that one place takes, besides nothing."""
        return [each for each in schema.get("anyOf", []) if each.get("type") != "null"]

    def branches(self, schema: Schema) -> dict[str, Schema]:
        """The mappings that a key such as `kind` or `type` chooses from."""
        if "discriminator" not in schema:
            return {}
        return {tag: self.resolved({"$ref": ref}) for tag, ref in schema["discriminator"]["mapping"].items()}

    def locate(self, location: tuple[int | str, ...]) -> tuple[Place, Schema, list[Schema]]:
        """A location of pydantic's as the place in the file, the schema there, and the mappings on the way.

        pydantic puts the branch of a union into its locations: `resources.linhas.rest.write.merge.key`. Which part is a
        key and which a branch only the schema tells: a resource may be called "rest".
        """
        schema: Schema = self.resolved(self.root)
        place: list[int | str] = []
        way: list[Schema] = []
        for number, part in enumerate(location):
            if part == "[key]":
                schema = way[-1].get("propertyNames", {"type": "string"})
            elif branches := self.branches(schema):
                schema = branches.get(str(part), {})
            elif alternatives := self.alternatives(schema):
                chosen = _alternative(alternatives, str(part))
                if number + 1 < len(location):
                    schema = self.resolved(chosen)
            else:
                way.append(schema)
                place.append(part)
                schema = self.resolved(_inner(schema, part))
        return tuple(place), schema, way

    def phrase(self, schema: Schema) -> str:
        """What is expected there, as a message says it."""
        schema = self.resolved(schema)
        if told := schema.get("expected"):
            return str(told)
        if "const" in schema or "enum" in schema:
            values = schema.get("enum", [schema.get("const")])
            return ("one of: " if len(values) > 1 else "") + ", ".join(map(str, values))
        if branches := self.branches(schema):
            return f"a mapping whose `{schema['discriminator']['propertyName']}` is one of: {', '.join(branches)}"
        if alternatives := self.alternatives(schema):
            return " or ".join(dict.fromkeys(self.phrase(each) for each in alternatives))
        if "properties" in schema:
            return f"a mapping with some of the keys: {', '.join(schema['properties'])}"
        match schema.get("type"):
            case "array":
                items = self.phrase(schema.get("items", {}))
                least = " that is not empty" if schema.get("minItems") else ""
                plural = PLURALS.get(items.removesuffix(" that is not empty"), f"items, each {items}")
                return f"a list of {plural}{least}"
            case "object":
                least = " that is not empty" if schema.get("minProperties") else ""
                return f"a mapping{self._values(_inner(schema, ''))}{least}"
            case "string":
                return _text(schema)
            case "boolean":
                return "true or false"
            case "integer":
                return "a whole number" + _bounds(schema)
            case "number":
                return "a number" + _bounds(schema)
        return "a value"

    def _values(self, schema: Schema) -> str:
        """What the names of a mapping lead to, where not everything is allowed."""
        each = self.phrase(schema)
        if each == "a value" or "discriminator" in schema:
            return ""
        plural = PLURALS.get(each.removesuffix(" that is not empty"))
        return f" of names to {plural}" if plural else f" of names, each to {each}"

    def homes(self, key: str, schema: Schema) -> Iterator[str]:
        """The keys of a mapping under which an unknown key would have its place."""
        for name, inner in schema.get("properties", {}).items():
            inner = self.resolved(inner)
            if any(key in each.get("properties", {}) for each in (inner, *self.branches(inner).values())):
                yield name


def _inner(schema: Schema, part: int | str) -> Schema:
    if "properties" in schema:
        return schema["properties"].get(part, {})
    if "items" in schema:
        return schema["items"]
    inner = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
    return inner if isinstance(inner, dict) else {}


def _alternative(alternatives: list[Schema], branch: str) -> Schema:
    kind = {"list": "array", "dict": "object"}.get(branch.partition("[")[0], "")
    return next((each for each in alternatives if each.get("type") == kind), {})


def _text(schema: Schema) -> str:
    if schema.get("format") == "date":
        return "a date such as 2025-01-31"
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most == 1:
        return "one character" if least else "one character or none"
    return "text that is not empty" if least else "text"


def _bounds(schema: Schema) -> str:
    least, most, above = schema.get("minimum"), schema.get("maximum"), schema.get("exclusiveMinimum")
    if above is not None:
        return f" above {above:g}" + (f", at most {most:g}" if most is not None else "")
    if least is None:
        return ""
    return f" from {least:g} to {most:g}" if most is not None else f" of at least {least:g}"
