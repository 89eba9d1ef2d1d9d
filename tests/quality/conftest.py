"""Tables for the tests of the gate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.quality.gating import COUNTED, expectation, sql, write_suite

from lagoa.settings import Settings

TABLES = ("silver.gate_coisas", "silver.gate_tipos", "silver.gate_vazia")
LEDGER = (
    expectation("expect_row_count_to_match_ledger", meaning="Tantas linhas quantas a carga registrou."),
    expectation("expect_received_to_match_announced", meaning="Tudo o que a fonte anunciou."),
    expectation("expect_load_to_be_recent", "warning", "A fonte foi lida há pouco.", max_days=2),
)


@pytest.fixture
def lake(postgres: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Five things of two kinds in silver, and a state folder of the test's own."""
    sql(
        postgres,
        "dbt_user",
        *(f"drop table if exists {table}" for table in TABLES),
        "create table silver.gate_tipos (codigo text)",
        "insert into silver.gate_tipos values ('01'), ('02')",
        "create table silver.gate_vazia (codigo text)",
        "create table silver.gate_coisas (codigo text, tipo text, inicial numeric, final numeric, dia date)",
        "insert into silver.gate_coisas values"
        " ('001', '01', 10, 10, '2025-01-01'), ('002', '01', 20, 15, '2025-02-01'),"
        " ('003', '02', 30, 30, '2025-03-01'), ('004', '02', 40, 40, '2025-04-01'), ('005', '02', 50, 0, null)",
    )
    yield postgres.model_copy(update={"state_dir": tmp_path / "state"})
    sql(postgres, "dbt_user", *(f"drop table if exists {table}" for table in TABLES))


@pytest.fixture
def bronze(lake: Settings, tmp_path: Path) -> Iterator[Path]:
    """A bronze table of three standing rows and one that vanished, and its suite."""
    sql(
        lake,
        "etl_user",
        "create table bronze.gate__coisas (codigo text, _deleted_at timestamptz)",
        "insert into bronze.gate__coisas values ('1', null), ('2', null), ('3', null), ('3', now())",
        COUNTED,
    )
    rows = {"source": "gate", "resource": "coisas", "rows": "_deleted_at is null"}
    unique = expectation("expect_column_values_to_be_unique", column="codigo")
    yield write_suite(tmp_path, "gate__coisas", *LEDGER, unique, layer="bronze", **rows)
    sql(lake, "etl_user", "drop table bronze.gate__coisas", "delete from ops.loads where source = 'gate'")
