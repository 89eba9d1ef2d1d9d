"""A table that is as it was when it passed: its results stand; whatever could change an answer has it checked anew."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.quality.gating import COUNTED, expectation, gate, load, sql, write_suite

from lagoa.errors import GateError
from lagoa.quality.checkpoint import run_checkpoint
from lagoa.quality.expectations import looks_elsewhere
from lagoa.quality.plan import Target
from lagoa.quality.report import CheckResult, GateReport
from lagoa.settings import Settings

TABLE = "gate__coisas"
UNIQUE = "expect_column_values_to_be_unique"


def check(lake: Settings, folder: Path, run_id: str) -> GateReport:
    return gate(lake, folder, TABLE, layer="bronze", run_id=run_id)


@pytest.fixture
def others(lake: Settings) -> Iterator[None]:
    """A second bronze table, empty."""
    sql(lake, "etl_user", "create table bronze.gate__outras (codigo text)")
    yield
    sql(lake, "etl_user", "drop table bronze.gate__outras")


def observed(report: GateReport) -> dict[str, str]:
    return {result.expectation: result.observed for result in report.results}


def test_an_unchanged_table_is_not_read_again(lake: Settings, bronze: Path, monkeypatch: pytest.MonkeyPatch):
    load(lake, "gate-1", 3, 3, 3, age="2 hours")
    first = check(lake, bronze, "passes-1")
    assert first.unchanged == ()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing is to be checked")

    monkeypatch.setattr("lagoa.quality.checkpoint.run_checkpoint", refuse)
    load(lake, "gate-2", None, 2, 3)
    second = check(lake, bronze, "passes-2")
    assert second.unchanged == (TABLE,)
    assert second.summary["unchanged"] == 1
    ((checked_at,),) = sql(
        lake, "etl_user", "select distinct checked_at from ops.quality_results where run_id = 'passes-1'"
    )
    since = f"; sem mudança desde a verificação de {checked_at:%d/%m/%Y %H:%M}"
    then, now = observed(first), observed(second)
    assert list(now) == list(then)
    assert now[UNIQUE] == f"0 de 3 linhas{since}"
    assert now["expect_row_count_to_match_ledger"] == f"3 linhas, 3 no registro de cargas{since}"
    assert now["expect_received_to_match_announced"] == "2 registros recebidos, sem total anunciado"
    assert now["expect_load_to_be_recent"].startswith("última carga em ")
    assert now["expect_load_to_be_recent"] != then["expect_load_to_be_recent"]

    third = check(lake, bronze, "passes-3")
    assert observed(third) == now
    stored = sql(
        lake,
        "etl_user",
        "select run_id, count(*), bool_and(success) from ops.quality_results"
        " where run_id like 'passes-%' group by 1 order by 1",
    )
    assert stored == [(f"passes-{turn}", len(first.results), True) for turn in (1, 2, 3)]


CHANGES = {
    "a row by hand": ("etl_user", f"update bronze.{TABLE} set codigo = '9' where codigo = '1'"),
    "a row more and one less": (
        "etl_user",
        f"insert into bronze.{TABLE} values ('9', null); delete from bronze.{TABLE} where codigo = '1'",
    ),
    "emptied and filled again": (
        "etl_user",
        f"create temp table kept as table bronze.{TABLE}; truncate bronze.{TABLE};"
        f" insert into bronze.{TABLE} table kept",
    ),
    "a column gone": ("etl_user", f"alter table bronze.{TABLE} drop column codigo"),
    "a column that no check names": ("etl_user", f"alter table bronze.{TABLE} add column nome text"),
    "a column emptied by its going and coming": (
        "etl_user",
        f"alter table bronze.{TABLE} drop column codigo, add column codigo text",
    ),
    "statistics reset": ("lagoa_admin", f"select pg_stat_reset_single_table_counters('bronze.{TABLE}'::regclass)"),
    "a load that changed rows": (
        "etl_user",
        "insert into ops.loads (run_id, source, resource, received, rows_after, inserted, updated, deleted,"
        " status, finished_at) values ('gate-2', 'gate', 'coisas', 3, 3, 0, 1, 0, 'success', now())",
    ),
    "other rows in the ledger": (
        "etl_user",
        "insert into ops.loads (run_id, source, resource, received, rows_after, status, finished_at)"
        " values ('gate-2', 'gate', 'coisas', 3, 4, 'success', now())",
    ),
    "a load that was short": (
        "etl_user",
        "insert into ops.loads (run_id, source, resource, announced, received, rows_after, status,"
        " finished_at) values ('gate-2', 'gate', 'coisas', 4, 3, 3, 'success', now())",
    ),
    "a load of the day before": (
        "etl_user",
        "update ops.loads set finished_at = now() - interval '25 hours' where source = 'gate'",
    ),
    "a check of yesterday": (
        "etl_user",
        "update ops.quality_passes set checked_at = checked_at - interval '25 hours';"
        " update ops.quality_results set checked_at = checked_at - interval '25 hours' where run_id = 'changes-1'",
    ),
    "results that are gone": ("lagoa_admin", "delete from ops.quality_results where run_id = 'changes-1'"),
}


@pytest.mark.parametrize(("role", "statement"), CHANGES.values(), ids=CHANGES.keys())
def test_whatever_could_matter_has_it_checked_anew(
    lake: Settings, bronze: Path, role: str, statement: str, monkeypatch: pytest.MonkeyPatch
):
    load(lake, "gate-1", 3, 3, 3)
    check(lake, bronze, "changes-1")
    assert check(lake, bronze, "changes-2").unchanged == (TABLE,)
    sql(lake, role, statement, COUNTED)
    checked = []

    def spy(targets: list[Target], **rest: Any) -> tuple[list[CheckResult], bool]:
        checked.extend(target.suite.table for target in targets)
        return run_checkpoint(targets, **rest)

    monkeypatch.setattr("lagoa.quality.checkpoint.run_checkpoint", spy)
    with contextlib.suppress(GateError):  # some of the changes are wrong as well
        check(lake, bronze, "changes-3")
    assert checked == [TABLE]


def test_a_suite_that_asks_for_more_checks_anew(lake: Settings, bronze: Path):
    load(lake, "gate-1", 3, 3, 3)
    check(lake, bronze, "suite-1")
    path = bronze / "bronze" / f"{TABLE}.yml"
    suite = yaml.safe_load(path.read_text())
    suite["expectations"].append(expectation("expect_column_values_to_match_regex", column="codigo", regex="^[12]$"))
    path.write_text(yaml.safe_dump(suite))
    with pytest.raises(GateError, match="1 de 3 linhas"):
        check(lake, bronze, "suite-2")
    with pytest.raises(GateError, match="1 de 3 linhas"):  # what failed is asked for again each time
        check(lake, bronze, "suite-3")


def test_other_rows_of_the_suite_check_anew(lake: Settings, bronze: Path):
    load(lake, "gate-1", 3, 3, 3)
    check(lake, bronze, "rows-1")
    path = bronze / "bronze" / f"{TABLE}.yml"
    path.write_text(path.read_text().replace("_deleted_at is null", "codigo is not null"))
    with pytest.raises(GateError, match="2 de 4 linhas"):
        check(lake, bronze, "rows-2")


@pytest.mark.parametrize(
    "elsewhere",
    [
        expectation("expect_rows_to_satisfy", condition="codigo in (select codigo from bronze.gate__outras)"),
        expectation(
            "expect_column_values_to_exist_in_table", column="codigo", table="bronze.gate__outras", key="codigo"
        ),
        expectation(
            "unexpected_rows_expectation",
            unexpected_rows_query="select * from {batch} where codigo not in (select codigo from bronze.gate__outras)",
        ),
    ],
    ids=lambda each: each["type"],
)
@pytest.mark.usefixtures("others")
def test_a_suite_that_looks_at_another_table_is_always_asked(lake: Settings, bronze: Path, elsewhere: dict):
    sql(lake, "etl_user", "insert into bronze.gate__outras values ('1'), ('2'), ('3')", COUNTED)
    rows = {"source": "gate", "resource": "coisas", "rows": "_deleted_at is null"}
    write_suite(bronze, TABLE, elsewhere, layer="bronze", **rows)
    load(lake, "gate-1", 3, 3, 3)
    check(lake, bronze, "elsewhere-1")
    sql(lake, "etl_user", "delete from bronze.gate__outras where codigo = '3'")
    with pytest.raises(GateError, match="Observado: 1 "):
        check(lake, bronze, "elsewhere-2")


def test_what_failed_is_not_remembered_as_passed(lake: Settings, bronze: Path):
    load(lake, "gate-1", 3, 3, 3)
    check(lake, bronze, "failed-1")
    sql(lake, "etl_user", f"update bronze.{TABLE} set codigo = '2' where codigo = '1'", COUNTED)
    with pytest.raises(GateError, match="2 de 3 linhas"):
        check(lake, bronze, "failed-2")
    assert sql(lake, "etl_user", "select state, run_id from ops.quality_passes where table_name = 'gate__coisas'") == [
        ("", "failed-2")
    ]


@pytest.mark.usefixtures("others")
def test_a_table_with_a_warning_is_asked_for_again_and_others_are_not(lake: Settings, bronze: Path):
    warning = expectation("expect_table_row_count_to_be_between", "warning", min_value=1)
    write_suite(bronze, "gate__outras", warning, layer="bronze", source="gate", resource="outras")
    load(lake, "gate-1", 3, 3, 3)
    load(lake, "gate-1", 0, 0, 0, resource="outras")
    for turn, unchanged in ((1, ()), (2, (TABLE,))):
        report = gate(lake, bronze, TABLE, "gate__outras", layer="bronze", run_id=f"warning-{turn}")
        assert report.unchanged == unchanged
        assert [failure.table for failure in report.failures] == ["gate__outras"]


@pytest.mark.parametrize(
    ("condition", "elsewhere"),
    [
        ("inicial >= final", False),
        ("left(id, 2) = '35' and nome_atual <> ''", False),
        ("codigo in ('1', '2') and not (localidade = 'x' or valor_atual > 0)", False),
        ("numero ~ '^[0-9]{6}$'", False),
        ("id in (select id from bronze.outra)", True),
        ("exists (table bronze.outra)", True),
        ("dia <= current_date", True),
        ("dia <= CURRENT_TIMESTAMP", True),
        ("atualizado_at < now()", True),
        ("dia <= 'today'", True),
        ("dia < 'tomorrow'", True),
        ("bronze.conhecido(codigo)", True),
        ("codigo <> gen_random_uuid ()::text", True),
        ("age(dia) < interval '1 year'", True),
    ],
)
def test_a_condition_that_may_ask_for_more_than_the_row(condition: str, elsewhere: bool):
    assert looks_elsewhere(condition) is elsewhere
