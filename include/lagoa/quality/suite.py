"""Suites as data: include/quality/<layer>/<table>.yml -> a checked, frozen Suite.

A key that is not in the grammar, a table that is not the file's, an expectation without a meaning: all of a file's
problems are reported at once, with the place and the valid values. Check all files without a database:
`python -m lagoa.quality.suite`.
"""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lagoa.errors import ConfigError
from lagoa.quality.expectations import AnyExpectation, Name, looks_elsewhere
from lagoa.settings import PROJECT

Layer = Literal["bronze", "silver", "gold"]
SUITES = PROJECT / "include" / "quality"
SCHEMAS: dict[Layer, str] = {"bronze": "bronze", "silver": "silver", "gold": "gold_next"}
"""Where the gate of a layer looks; gold is checked before it is published."""


class Suite(BaseModel):
    """What is expected of one table."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    layer: Layer
    table: Name
    domain: Name | None = None
    source: Name | None = None
    resource: Name | None = None
    """Source and resource name the rows of the ledger (bronze only)."""
    description: Annotated[str, Field(min_length=10)]
    rows: str | None = None
    """An SQL condition; only the rows that meet it are checked."""
    expectations: Annotated[tuple[AnyExpectation, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _belongs_to_a_layer(self) -> "Suite":
        if self.layer == "bronze" and (self.source is None or self.resource is None):
            raise ValueError("a bronze suite needs `source` and `resource`")
        if self.layer != "bronze" and (self.domain is None or self.source is not None or self.resource is not None):
            raise ValueError(f"a {self.layer} suite needs `domain`, without `source` and `resource`")
        if self.layer != "bronze" and (ledger := sorted({e.type for e in self.expectations} & LEDGER_TYPES)):
            raise ValueError(f"{', '.join(ledger)}: only a bronze table has a ledger")
        return self

    @property
    def name(self) -> str:
        """The name of the suite in Great Expectations, e.g. bronze.pncp__contratacoes."""
        return f"{self.layer}.{self.table}"

    @property
    def relation(self) -> str:
        """The checked table with its schema, e.g. gold_next.municipios."""
        return f"{SCHEMAS[self.layer]}.{self.table}"

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column that an expectation needs, each once, sorted."""
        return tuple(sorted({column for expectation in self.expectations for column in expectation.named_columns}))

    @property
    def looks_elsewhere(self) -> bool:
        """Whether an answer can change while the table and its ledger do not: with another table, or with time."""
        return looks_elsewhere(self.rows or "") or any(each.looks_elsewhere for each in self.expectations)


LEDGER_TYPES = {
    "expect_row_count_to_match_ledger",
    "expect_received_to_match_announced",
    "expect_load_to_be_recent",
}


def load_suite(layer: str, table: str, folder: Path = SUITES) -> Suite:
    """Read and check the suite of a table.

    Raises:
        ConfigError: no such layer or file, or a file that breaks the grammar; every problem is named.
    """
    if layer not in SCHEMAS:
        raise ConfigError(f"quality gate: no layer {layer!r}; valid: {', '.join(SCHEMAS)}.")
    path = folder / layer / f"{table}.yml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yml"))) or "none"
        raise ConfigError(
            f"{layer} table {table}: no suite {_shown(path)}, expected one for every table that a gate checks"
            f" (found: {known}). Write it; a table without expectations cannot pass."
        )
    suite, problems = _read(path)
    if suite is None:
        raise ConfigError(_message(problems))
    return suite


def check_suites(folder: Path = SUITES) -> list[Suite]:
    """Read all suites, without a database.

    Raises:
        ConfigError: with every problem of every file.
    """
    suites, problems = [], []
    for path in sorted(folder.glob("*/*")):
        suite, found = _read(path)
        problems += found
        suites += [suite] if suite else []
    if not suites and not problems:
        problems = [f"{_shown(folder)}: no suites found, expected <layer>/<table>.yml"]
    if problems:
        raise ConfigError(_message(problems))
    return suites


def _read(path: Path) -> tuple[Suite | None, list[str]]:
    """The suite of a file, or what is wrong with it."""
    shown = _shown(path)
    if path.suffix != ".yml":
        return None, [f"{shown}: not a suite, expected a file called <table>.yml"]
    if path.parent.name not in SCHEMAS:
        return None, [f"{shown}: no layer {path.parent.name!r}; valid: {', '.join(SCHEMAS)}"]
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return None, [f"{shown}: not YAML: {' '.join(str(error).split())}"]
    if not isinstance(content, dict):
        return None, [f"{shown}: found {type(content).__name__}, expected a mapping of {', '.join(_valid_keys(()))}"]
    problems = []
    if "layer" in content:
        problems.append(f"{shown}: layer: unknown key; the folder says it")
        content.pop("layer")
    if isinstance(content.get("table"), str) and content["table"] != path.stem:
        problems.append(f"{shown}: table: found {content['table']!r}, expected {path.stem!r}, the file's name")
    try:
        suite = Suite.model_validate({**content, "layer": path.parent.name})
    except ValidationError as error:
        items = [item for item in error.errors() if not _is_consequence(item, error.errors())]
        return None, problems + [f"{shown}: {_describe(item)}" for item in items]
    return (None if problems else suite), problems


def _is_consequence(item: Any, items: list[Any]) -> bool:
    """Whether a list is too short only because one of its members was refused."""
    place = item["loc"]
    return item["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in items
    )


def _describe(item: Any) -> str:
    """One pydantic error as `path: found, expected`."""
    place = [str(part) for part in item["loc"] if part not in _TYPES]
    where = ".".join(place) or "suite"
    context, found = item.get("ctx", {}), item.get("input")
    match item["type"]:
        case "extra_forbidden":
            return f"{where}: unknown key; valid: {', '.join(_valid_keys(item['loc']))}"
        case "missing":
            return f"{where}: missing"
        case "literal_error":
            return f"{where}: found {found!r}, valid: {context['expected']}"
        case "union_tag_invalid":
            return f"{where}.type: found {context['tag']!r}, valid: {', '.join(sorted(_TYPES))}"
        case "union_tag_not_found":
            return f"{where}.type: missing, valid: {', '.join(sorted(_TYPES))}"
        case "value_error":
            return f"{where}: {context['error']}"
        case "string_pattern_mismatch" if place[-1] == "meaning":
            return f"{where}: found {found!r}, expected a sentence that ends with a full stop"
        case "string_pattern_mismatch":
            return f"{where}: found {found!r}, expected a match of {context['pattern']}"
        case "too_short":
            return f"{where}: found {context['actual_length']} items, expected at least {context['min_length']}"
        case _:
            return f"{where}: found {found!r}, {item['msg'][0].lower()}{item['msg'][1:]}"


def _valid_keys(place: tuple[int | str, ...]) -> list[str]:
    """The keys that the grammar knows where an unknown one was found."""
    models = [_TYPES[str(part)] for part in place if str(part) in _TYPES]
    model: type[BaseModel] = models[-1] if models else Suite
    return [key for key in model.model_fields if key != "layer"]


def _message(problems: list[str]) -> str:
    return "\n".join([f"quality suites: {len(problems)} problem(s), expected none.", *(f"- {p}." for p in problems)])


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else f"{path.parent.name}/{path.name}"


_TYPES: dict[str, type[BaseModel]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(get_args(AnyExpectation)[0])
}

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{len(check_suites())} suites are well formed.\n")
    except ConfigError as error:
        sys.exit(str(error))
