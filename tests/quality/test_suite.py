"""The grammar of suites, and that every table has one."""

from pathlib import Path

import pytest
import yaml

from lagoa.errors import ConfigError
from lagoa.quality.suite import SUITES, check_suites, load_suite
from lagoa.settings import PROJECT

GOOD = {
    "table": "coisas",
    "domain": "teste",
    "description": "Uma linha por coisa.",
    "expectations": [
        {
            "type": "expect_column_values_to_not_be_null",
            "column": "codigo",
            "severity": "critical",
            "meaning": "Toda coisa tem código.",
        }
    ],
}
TYPES = (
    "expect_column_values_to_be_between, expect_column_values_to_be_in_set, expect_column_values_to_be_unique, "
    "expect_column_values_to_exist_in_table, expect_column_values_to_match_regex, "
    "expect_column_values_to_not_be_null, expect_column_values_to_not_match_regex, "
    "expect_compound_columns_to_be_unique, expect_load_to_be_recent, expect_received_to_match_announced, "
    "expect_row_count_to_match_ledger, expect_rows_to_satisfy, expect_table_columns_to_match_set, "
    "expect_table_row_count_to_be_between, unexpected_rows_expectation"
)


def write(folder: Path, content: object, layer: str = "silver", table: str = "coisas") -> Path:
    path = folder / layer / f"{table}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path


def suite(**changes: object) -> dict:
    return {key: value for key, value in {**GOOD, **changes}.items() if value is not None}


def one(**changes: object) -> dict:
    """A suite of one expectation, the good one with changes; None takes a key away."""
    expectation = {**GOOD["expectations"][0], **changes}
    return suite(expectations=[{key: value for key, value in expectation.items() if value is not None}])


def test_every_suite_of_the_project_is_well_formed():
    assert len(check_suites()) >= 29


def test_every_bronze_table_of_the_specs_has_a_suite_that_names_its_ledger():
    specs = [yaml.safe_load(path.read_text()) for path in (PROJECT / "include" / "sources").glob("*.yml")]
    expected = {(spec["source"], resource) for spec in specs for resource in spec["resources"]}
    found = {(suite.source, suite.resource) for suite in check_suites() if suite.layer == "bronze"}
    assert expected
    assert found == expected


@pytest.mark.parametrize("layer", ["silver", "gold"])
def test_every_model_has_a_suite_in_its_own_domain(layer: str):
    models = list((PROJECT / "dbt_project" / "models" / layer).glob(f"*/{layer}__*.sql"))
    expected = {(path.stem.split("__", 1)[1], path.parent.name) for path in models}
    assert expected
    assert {(suite.table, suite.domain) for suite in check_suites() if suite.layer == layer} == expected


def test_every_bronze_suite_is_held_against_the_ledger():
    suites = [suite for suite in check_suites() if suite.layer == "bronze"]
    without = [
        suite.table
        for suite in suites
        if "expect_row_count_to_match_ledger" not in {expectation.type for expectation in suite.expectations}
        or suite.rows != "_deleted_at is null"
    ]
    assert without == []


def test_every_suite_can_stop_its_table():
    assert [s.name for s in check_suites() if not any(e.severity == "critical" for e in s.expectations)] == []


INVALID = {
    "not YAML": ("table: [", None),
    "a list": (
        "- table",
        "found list, expected a mapping of table, domain, source, resource, description, rows, expectations",
    ),
    "unknown key": (
        suite(owner="x"),
        "owner: unknown key; valid: table, domain, source, resource, description, rows, expectations",
    ),
    "layer in the file": (suite(layer="silver"), "layer: unknown key; the folder says it"),
    "another table": (suite(table="outras"), "table: found 'outras', expected 'coisas', the file's name"),
    "no description": (suite(description=None), "description: missing"),
    "no domain": (suite(domain=None), "suite: a silver suite needs `domain`, without `source` and `resource`"),
    "empty suite": (suite(expectations=[]), "expectations: found 0 items, expected at least 1"),
    "no type": (one(type=None), f"expectations.0.type: missing, valid: {TYPES}"),
    "a type that shows values": (
        one(type="expect_column_max_to_be_between"),
        f"expectations.0.type: found 'expect_column_max_to_be_between', valid: {TYPES}",
    ),
    "unknown argument": (
        one(colunm="a"),
        "expectations.0.colunm: unknown key; valid: severity, meaning, column, columns, mostly, type",
    ),
    "unknown severity": (
        one(severity="grave"),
        "expectations.0.severity: found 'grave', valid: 'critical', 'warning' or 'info'",
    ),
    "no meaning": (one(meaning=None), "expectations.0.meaning: missing"),
    "half a meaning": (
        one(meaning="Toda coisa tem código"),
        "expectations.0.meaning: found 'Toda coisa tem código', expected a sentence that ends with a full stop",
    ),
    "no column": (one(column=None), "expectations.0: one of `column` and `columns` is needed, not both"),
    "both columns": (one(columns=["a"]), "expectations.0: one of `column` and `columns` is needed, not both"),
    "a column that is none": (
        one(column="a; drop"),
        "expectations.0.column: found 'a; drop', expected a match of ^[a-z_][a-z0-9_]*$",
    ),
    "mostly above one": (one(mostly=2), "expectations.0.mostly: found 2, input should be less than or equal to 1"),
    "no regex": (one(type="expect_column_values_to_match_regex"), "expectations.0.regex: missing"),
    "a broken regex": (
        one(type="expect_column_values_to_match_regex", regex="("),
        "expectations.0.regex: not a regular expression: missing ), unterminated subpattern at position 0",
    ),
    "no bound": (
        one(type="expect_column_values_to_be_between"),
        "expectations.0: `min_value` or `max_value` is needed",
    ),
    "bounds the wrong way round": (
        one(type="expect_table_row_count_to_be_between", column=None, min_value=3, max_value=2),
        "expectations.0: min_value 3 is above max_value 2",
    ),
    "a bound that moves": (
        one(type="expect_column_values_to_be_between", max_value="today"),
        "expectations.0.max_value: found 'today', expected a number or a date written YYYY-MM-DD",
    ),
    "one column is no combination": (
        one(type="expect_compound_columns_to_be_unique", column=None, column_list=["a"]),
        "expectations.0.column_list: found 1 items, expected at least 2",
    ),
    "a query of another table": (
        one(type="unexpected_rows_expectation", column=None, unexpected_rows_query="select 1 from silver.outra"),
        "expectations.0.unexpected_rows_query: the query must name the checked table as {batch}",
    ),
    "not a query": (
        one(type="unexpected_rows_expectation", column=None, unexpected_rows_query="drop table {batch}"),
        "expectations.0.unexpected_rows_query: the query must begin with select or with",
    ),
    "an unknown placeholder": (
        one(type="expect_rows_to_satisfy", column=None, condition="a in (select b from {bach})"),
        "expectations.0.condition: unknown {bach}; valid: {batch}",
    ),
    "a table of published gold": (
        one(type="expect_column_values_to_exist_in_table", table="gold.municipios", key="codigo"),
        "expectations.0.table: found 'gold.municipios', expected a match of "
        "^(bronze|silver|gold_next|ops)\\.[a-z_][a-z0-9_]*$",
    ),
    "a ledger in silver": (
        one(type="expect_row_count_to_match_ledger", column=None),
        "suite: expect_row_count_to_match_ledger: only a bronze table has a ledger",
    ),
}


@pytest.mark.parametrize(("content", "problem"), INVALID.values(), ids=INVALID)
def test_an_invalid_suite_is_refused_with_place_and_valid_values(tmp_path: Path, content: object, problem: str | None):
    write(tmp_path, content)
    with pytest.raises(ConfigError) as refused:
        load_suite("silver", "coisas", tmp_path)
    if problem is None:
        assert str(refused.value).startswith(
            "quality suites: 1 problem(s), expected none.\n- silver/coisas.yml: not YAML: "
        )
    else:
        assert str(refused.value) == (f"quality suites: 1 problem(s), expected none.\n- silver/coisas.yml: {problem}.")


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path):
    write(tmp_path, one(severity="grave", meaning=None))
    write(tmp_path, suite(domain=None, table="notas"), layer="bronze", table="notas")
    write(tmp_path, suite(), layer="platinum")
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "leia-me.txt").write_text("")
    with pytest.raises(ConfigError) as refused:
        check_suites(tmp_path)
    assert str(refused.value).splitlines() == [
        "quality suites: 5 problem(s), expected none.",
        "- bronze/notas.yml: suite: a bronze suite needs `source` and `resource`.",
        "- gold/leia-me.txt: not a suite, expected a file called <table>.yml.",
        "- platinum/coisas.yml: no layer 'platinum'; valid: bronze, silver, gold.",
        "- silver/coisas.yml: expectations.0.severity: found 'grave', valid: 'critical', 'warning' or 'info'.",
        "- silver/coisas.yml: expectations.0.meaning: missing.",
    ]


def test_no_suites_at_all_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="no suites found, expected"):
        check_suites(tmp_path)


def test_a_missing_suite_names_the_file_to_write(tmp_path: Path):
    write(tmp_path, suite())
    with pytest.raises(ConfigError) as refused:
        load_suite("silver", "outras", tmp_path)
    assert str(refused.value) == (
        "silver table outras: no suite silver/outras.yml, expected one for every table that a gate checks"
        " (found: coisas). Write it; a table without expectations cannot pass."
    )


def test_the_suites_lie_in_the_project():
    assert SUITES == PROJECT / "include" / "quality"
