"""The reference is what the specs and their grammar say, and the schema of the editors agrees with the loader."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from tests.sources.test_spec import FEATURES
from tests.sources.valid_specs import BANCO, CAIXA, FONTE, NOTAS, PADRAO

from lagoa.reference import drifted, generated, write
from lagoa.reference.schema import editor_schema
from lagoa.settings import PROJECT
from lagoa.sources.spec import load_specs

SPECS = sorted((PROJECT / "include" / "sources").glob("*.yml"))


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    """What an editor does with the schema."""
    Draft7Validator.check_schema(editor_schema())
    return Draft7Validator(editor_schema())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project of the shipped specs alone."""
    shutil.copytree(PROJECT / "include" / "sources", tmp_path / "include" / "sources")
    write(tmp_path)
    return tmp_path


def wrong(validator: Draft7Validator, text: str) -> list[str]:
    """The places of a spec that the schema refuses."""
    return sorted(error.json_path for error in validator.iter_errors(as_json(yaml.safe_load(text))))


def as_json(value: Any) -> Any:
    """A YAML value as an editor sees it: a date is a text."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value


# --- what is checked in


def test_what_is_checked_in_is_what_is_generated() -> None:
    assert drifted(PROJECT) == []


def test_what_is_generated_does_not_depend_on_the_run(home: Path) -> None:
    assert generated(home) == generated(home)
    assert write(home) == []


def test_a_changed_page_a_missing_schema_and_a_spec_without_its_line_are_told(home: Path) -> None:
    page, schema, spec = (
        home / name for name in ("docs/reference/sources.md", "docs/reference/source.schema.json", "")
    )
    page.write_text("x", encoding="utf-8")
    schema.unlink()
    spec = home / "include" / "sources" / "ibge.yml"
    spec.write_text(spec.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    line = "# yaml-language-server: $schema=../../docs/reference/source.schema.json"
    assert drifted(home) == [
        "docs/reference/source.schema.json: found another text or none, expected what the specs say. "
        "Run `lagoa reference`.",
        "docs/reference/sources.md: found another text or none, expected what the specs say. Run `lagoa reference`.",
        f"include/sources/ibge.yml:1: found no line for editors, expected `{line}`. Run `lagoa reference`.",
    ]
    write(home)
    assert drifted(home) == []


# --- the schema


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_schema_takes_every_shipped_spec(validator: Draft7Validator, path: Path) -> None:
    assert wrong(validator, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", [FONTE, PADRAO, BANCO, CAIXA, NOTAS], ids=["web", "defaults", "sql", "mail", "soap"])
def test_the_schema_takes_every_kind(validator: Draft7Validator, text: str) -> None:
    assert wrong(validator, text) == []


@pytest.mark.parametrize("feature", FEATURES)
def test_the_schema_takes_every_feature(validator: Draft7Validator, feature: str) -> None:
    text, before, after = FEATURES[feature]
    assert wrong(validator, text.replace(before, after, 1)) == []


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("title: Fonte\n", "titel: Fonte\n", "$"),
        ("title: Fonte\n", "", "$"),
        ("attempts: 3", "attempts: 0", "$.connection.attempts"),
        ("attempts: 3", "attempts: three", "$.connection.attempts"),
        ("attempts: 3", "tries: 3", "$.connection"),
        ("format: csv", "format: pdf", "$.resources.anos"),
        ("format: csv", "fromat: csv", "$.resources.anos"),
        ("  anos:", "  os anos:", "$.resources"),
        ("mode: replace_partition", "mode: replace", "$.resources.anos"),
    ],
    ids=["slip", "missing", "value", "type", "unknown key", "unknown format", "a resource's slip", "name", "mode"],
)
def test_the_schema_refuses_a_mistake(validator: Draft7Validator, before: str, after: str, place: str) -> None:
    assert before in FONTE
    assert place in wrong(validator, FONTE.replace(before, after, 1))


def test_what_defaults_may_supply_is_not_required(validator: Draft7Validator) -> None:
    resource = yaml.safe_load(PADRAO)["resources"]["uns"]
    assert not {"kind", "paging"} & set(resource)
    assert wrong(validator, PADRAO) == []


def test_every_key_is_described() -> None:
    lacking = [
        f"{name}.{key}"
        for name, definition in editor_schema()["$defs"].items()
        for key, each in definition["properties"].items()
        if key not in ("kind", "type", "mode") and not each.get("description")
    ]
    assert lacking == []


# --- the page


def test_every_source_table_and_key_stands_in_the_page(home: Path) -> None:
    page = generated(home)[Path("docs/reference/sources.md")]
    for source, spec in load_specs(home / "include" / "sources").items():
        assert f"\n### {source}\n" in page
        for name in spec.resources:
            assert f"| `{spec.table(name)}` |" in page
        for secret in spec.secrets:
            assert f"`LAGOA_SECRET_{secret.upper()}`" in page
    for definition in editor_schema()["$defs"].values():
        for key in definition["properties"]:
            assert f"| `{key}` |" in page


def test_every_link_of_the_page_leads_to_a_heading(home: Path) -> None:
    page = generated(home)[Path("docs/reference/sources.md")]
    headings = {slug(line.lstrip("# ")) for line in page.splitlines() if line.startswith("#")}
    assert set(links(page)) - headings == set()


def links(page: str) -> Iterator[str]:
    return iter(re.findall(r"\]\(#([^)]+)\)", page))


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_schema_is_json(home: Path) -> None:
    assert json.loads(generated(home)[Path("docs/reference/source.schema.json")]) == editor_schema()
