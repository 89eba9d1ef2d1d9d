"""The grammar as a chapter: for each mapping its keys, what they take, what they are by default, what they mean."""

from collections.abc import Iterator
from typing import Any

from lagoa.reference.markdown import anchor, code, codes, table
from lagoa.sources.spec import SourceSpec
from lagoa.sources.spec.grammar import Grammar, Schema

GRAMMAR = Grammar(SourceSpec)
INTRODUCTION = """\
## The grammar

One file a source: `include/sources/<source>.yml`. Only what differs from the defaults is written; what several
resources share stands once under `defaults`. Unknown keys are refused, and every problem is told with its line by
`lagoa check-sources`. Editors with a YAML server complete from `source.schema.json`.

A name is of small letters, digits and _ and begins with a letter.
`{name}` in paths, parameters, headers and bodies is a parameter of the request, or else one of the agency
(`include/agencies/<agency>.yml`, `LAGOA_AGENCY_<NAME>`); `{secret:name}` is `LAGOA_SECRET_<NAME>`.
"""
SHARED = "Resource"
NAME = "a name of small letters, digits and _ that begins with a letter"
FAMILIES = ("kind", "type", "mode")


def grammar_chapter() -> str:
    """The chapter, ending with a line break."""
    sections = [INTRODUCTION, _section("A source", GRAMMAR.root)]
    definitions: dict[str, Schema] = GRAMMAR.root["$defs"]
    shared = _shared(definitions)
    resource = {"properties": shared, "required": [key for key in shared if _always_required(key, definitions)]}
    sections.append(_section(SHARED, {**resource, "description": "What a resource of every kind may say: one table."}))
    for name in _in_order():
        own = definitions[name]
        properties = {key: each for key, each in own["properties"].items() if not (_is_resource(own) and key in shared)}
        sections.append(_section(_title(name, own), {**own, "properties": properties}))
    return "\n".join(sections)


def _section(title: str, schema: Schema) -> str:
    required = schema.get("required", [])
    rows = [
        [code(key), _kind(each), "required" if key in required else _default(each), each.get("description", "")]
        for key, each in schema["properties"].items()
    ]
    description = schema.get("description", "").strip()
    return f"### {title}\n\n{description}\n\n{table(['key', 'takes', 'default', 'meaning'], rows)}\n"


def _shared(definitions: dict[str, Schema]) -> dict[str, Any]:
    """The keys that the resources of all kinds have."""
    kinds = [each for each in definitions.values() if _is_resource(each)]
    first, *others = kinds
    return {
        key: each
        for key, each in first["properties"].items()
        if key != "kind" and all(other["properties"].get(key) == each for other in others)
    }


def _always_required(key: str, definitions: dict[str, Schema]) -> bool:
    return all(key in each.get("required", []) for each in definitions.values() if _is_resource(each))


def _is_resource(schema: Schema) -> bool:
    return "kind" in schema["properties"]


def _in_order() -> Iterator[str]:
    """The definitions as the source's keys lead to them."""
    waiting, seen = [GRAMMAR.root["properties"]], []
    while waiting:
        for name in _references(waiting.pop(0)):
            if name not in seen:
                seen.append(name)
                waiting.append(GRAMMAR.root["$defs"][name])
    return iter(seen)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for key, inner in schema.items():
            if key != "discriminator":
                yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


def _title(name: str, schema: Schema) -> str:
    """`kind: rest`, `write.mode: merge`, `window`: how a mapping is written."""
    for tag in FAMILIES:
        if told := schema["properties"].get(tag, {}).get("const"):
            return f"{_key_of(name)}{tag}: {told}"
    return _key_of(name).rstrip(".") or name


def _key_of(name: str) -> str:
    """The key under which a mapping stands, with a dot."""
    for owner in (GRAMMAR.root, *GRAMMAR.root["$defs"].values()):
        for key, each in owner["properties"].items():
            if key not in ("resources", "defaults") and name in set(_references(each)):
                return f"{key}."
    return ""


def _kind(schema: Schema) -> str:
    """What a key takes, with links to the mappings."""
    names = list(dict.fromkeys(_references(schema)))
    if names:
        links = [_link(name) for name in names]
        resolved = GRAMMAR.resolved(schema)
        plain = [GRAMMAR.phrase(each) for each in GRAMMAR.alternatives(resolved) if not list(_references(each))]
        return ", ".join([*plain, *links]) if len(links) > 1 or plain else links[0]
    values = schema.get("enum")
    if values is None and len(some := GRAMMAR.alternatives(schema)) == 1:
        values = some[0].get("enum")
    if values or "const" in schema:
        return codes(values or [schema["const"]])
    return GRAMMAR.phrase(schema).replace(NAME, "a name").replace(" that is not empty", "")


def _link(name: str) -> str:
    title = _title(name, GRAMMAR.root["$defs"][name])
    return f"[{title}]({anchor(title)})"


def _default(schema: Schema) -> str:
    default = schema.get("default")
    if isinstance(default, dict) and (tag := default.get("type")):
        return code(f"type: {tag}")
    if default is None or default in ({}, []):
        return ""
    if isinstance(default, dict):
        return "see there"
    if default == "":
        return '`""`'
    return code(str(default).lower() if isinstance(default, bool) else default)
