"""What the dbt manifest says of a domain: its tables by layer, the sources and the other domains that feed it."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lagoa.errors import ConfigError


@dataclass(frozen=True)
class Domain:
    """One domain of the dbt project."""

    name: str
    silver: tuple[str, ...]
    """Tables of schema silver, sorted."""
    gold: tuple[str, ...]
    """Tables of schema gold, sorted."""
    bronze: tuple[str, ...]
    """Bronze tables that its models read, sorted."""
    upstream: tuple[str, ...]
    """Other domains whose models it reads, sorted."""
    left_out: tuple[str, ...] = ()
    """Models that rest on a source that does not run here, sorted by their name in dbt."""


@cache
def domains(manifest_path: Path, tables: frozenset[str] | None = None) -> dict[str, Domain]:
    """The domains of a manifest by name, each without the models that rest on bronze tables that nobody loads.

    Args:
        manifest_path: where the manifest lies.
        tables: the bronze tables of the sources that run; None = all.

    Raises:
        ConfigError: there is no manifest.
    """
    nodes, sources = _read(manifest_path)
    without = _left_out(nodes, sources, tables)
    names = sorted({node["fqn"][2] for key, node in nodes.items() if key not in without})
    return {name: _domain(name, nodes, without, sources) for name in names}


def left_out(manifest_path: Path, tables: frozenset[str]) -> list[str]:
    """The models of every domain that rest on a bronze table that nobody loads, by their name in dbt; sorted."""
    nodes, sources = _read(manifest_path)
    return sorted(nodes[key]["name"] for key in _left_out(nodes, sources, tables))


def _read(manifest_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The models of domains, and the sources."""
    if not manifest_path.is_file():
        raise ConfigError(f"dbt: found no manifest at {manifest_path}, expected one. Run `make up`, which compiles it.")
    manifest: dict[str, Any] = json.loads(manifest_path.read_text(encoding="utf-8"))
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and len(node["fqn"]) > 3
    }
    return nodes, manifest["sources"]


def _left_out(nodes: dict[str, Any], sources: dict[str, Any], tables: frozenset[str] | None) -> set[str]:
    """The models that rest, over however many others, on a bronze table that is not among those."""
    if tables is None:
        return set()
    lacking = {key for key, source in sources.items() if source["identifier"] not in tables}
    while True:
        more = {key for key, node in nodes.items() if key not in lacking and lacking & set(node["depends_on"]["nodes"])}
        if not more:
            return lacking & nodes.keys()
        lacking |= more


def _domain(name: str, nodes: dict[str, Any], without: set[str], sources: dict[str, Any]) -> Domain:
    own = [node for key, node in nodes.items() if node["fqn"][2] == name and key not in without]
    parents = {parent for node in own for parent in node["depends_on"]["nodes"]}
    return Domain(
        name=name,
        silver=tuple(sorted(node["alias"] for node in own if node["fqn"][1] == "silver")),
        gold=tuple(sorted(node["alias"] for node in own if node["fqn"][1] == "gold")),
        bronze=tuple(
            sorted(
                sources[parent]["identifier"]
                for parent in parents
                if parent in sources and sources[parent]["schema"] == "bronze"
            )
        ),
        upstream=tuple(sorted({nodes[parent]["fqn"][2] for parent in parents if parent in nodes} - {name})),
        left_out=tuple(sorted(nodes[key]["name"] for key in without if nodes[key]["fqn"][2] == name)),
    )
