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


@cache
def domains(manifest_path: Path) -> dict[str, Domain]:
    """Every domain of a manifest, by name.

    Raises:
        ConfigError: there is no manifest.
    """
    if not manifest_path.is_file():
        raise ConfigError(f"dbt: found no manifest at {manifest_path}, expected one. Run `make up`, which compiles it.")
    manifest: dict[str, Any] = json.loads(manifest_path.read_text(encoding="utf-8"))
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and len(node["fqn"]) > 3
    }
    names = sorted({node["fqn"][2] for node in nodes.values()})
    return {name: _domain(name, nodes, manifest["sources"]) for name in names}


def _domain(name: str, nodes: dict[str, Any], sources: dict[str, Any]) -> Domain:
    own = [node for node in nodes.values() if node["fqn"][2] == name]
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
    )
