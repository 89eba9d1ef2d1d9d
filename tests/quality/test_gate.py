"""The gate on a real Postgres: what passes, what stops, what is written, and what is never written."""

import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection
from tests.quality.gating import expectation, gate, load, sql, write_suite

from lagoa.errors import ConfigError, GateError, LakehouseUnavailableError
from lagoa.quality.gate import run_gate
from lagoa.quality.report import CheckResult
from lagoa.settings import Settings

CPF = "390.533.447-05"


def stored(lake: Settings, run_id: str) -> list[tuple]:
    return sql(
        lake,
        "etl_user",
        "select layer, domain, table_name, expectation, column_name, severity, success, observed, meaning"
        f" from ops.quality_results where run_id = '{run_id}' order by id",
    )


KINDS = {
    "not null": (
        expectation("expect_column_values_to_not_be_null", columns=["codigo", "tipo"]),
        "update silver.gate_coisas set tipo = null where codigo = '001'",
        "gate_coisas.tipo: Vale o que se espera. Observado: 1 de 5 linhas",
    ),
    "unique": (
        expectation("expect_column_values_to_be_unique", column="codigo"),
        "update silver.gate_coisas set codigo = '001' where codigo = '002'",
        "gate_coisas.codigo: Vale o que se espera. Observado: 2 de 5 linhas",
    ),
    "unique combination": (
        expectation("expect_compound_columns_to_be_unique", column_list=["codigo", "tipo"]),
        "insert into silver.gate_coisas values ('001', '01', 10, 10, '2025-01-01')",
        "gate_coisas.codigo, tipo: Vale o que se espera. Observado: 2 de 6 linhas",
    ),
    "value set": (
        expectation("expect_column_values_to_be_in_set", column="tipo", value_set=["01", "02"]),
        "update silver.gate_coisas set tipo = '1' where tipo = '01'",
        "gate_coisas.tipo: Vale o que se espera. Observado: 2 de 5 linhas",
    ),
    "regex": (
        expectation("expect_column_values_to_match_regex", column="codigo", regex="^[0-9]{3}$"),
        "update silver.gate_coisas set codigo = ltrim(codigo, '0')",
        "gate_coisas.codigo: Vale o que se espera. Observado: 5 de 5 linhas",
    ),
    "forbidden regex": (
        expectation("expect_column_values_to_not_match_regex", column="codigo", regex="Ã"),
        "update silver.gate_coisas set codigo = 'AÃ§Ã£o' where codigo = '005'",
        "gate_coisas.codigo: Vale o que se espera. Observado: 1 de 5 linhas",
    ),
    "between numbers": (
        expectation("expect_column_values_to_be_between", column="inicial", min_value=0, max_value=50),
        "update silver.gate_coisas set inicial = -1 where codigo = '001'",
        "gate_coisas.inicial: Vale o que se espera. Observado: 1 de 5 linhas",
    ),
    "between dates": (
        expectation("expect_column_values_to_be_between", column="dia", min_value="2025-01-01", max_value="2025-12-31"),
        "update silver.gate_coisas set dia = '1925-01-01' where codigo = '001'",
        "gate_coisas.dia: Vale o que se espera. Observado: 1 de 5 linhas",
    ),
    "mostly": (
        expectation("expect_column_values_to_be_between", column="inicial", min_value=20, mostly=0.8),
        "update silver.gate_coisas set inicial = 0 where codigo <= '002'",
        "gate_coisas.inicial: Vale o que se espera. Observado: 2 de 5 linhas",
    ),
    "row count": (
        expectation("expect_table_row_count_to_be_between", min_value=5),
        "delete from silver.gate_coisas where codigo = '001'",
        "gate_coisas: Vale o que se espera. Observado: 4 linhas",
    ),
    "columns": (
        expectation("expect_table_columns_to_match_set", column_set=["codigo", "dia"]),
        "alter table silver.gate_coisas drop column dia",
        "gate_coisas: Vale o que se espera. Observado: faltam dia",
    ),
    "exactly these columns": (
        expectation(
            "expect_table_columns_to_match_set",
            column_set=["codigo", "tipo", "inicial", "final", "dia"],
            exact_match=True,
        ),
        "alter table silver.gate_coisas add column extra text",
        "gate_coisas: Vale o que se espera. Observado: sobram extra",
    ),
    "exists in another table": (
        expectation(
            "expect_column_values_to_exist_in_table", column="tipo", table="silver.gate_tipos", key="codigo", mostly=0.7
        ),
        "delete from silver.gate_tipos where codigo = '01'",
        "gate_coisas.tipo: Vale o que se espera. Observado: 2 de 5 linhas",
    ),
    "exists in one of several tables": (
        expectation(
            "expect_column_values_to_exist_in_table",
            column="tipo",
            table="silver.gate_coisas",
            also=["silver.gate_tipos"],
            key="codigo",
            mostly=0.7,
        ),
        "delete from silver.gate_tipos where codigo = '01'",
        "gate_coisas.tipo: Vale o que se espera. Observado: 2 de 5 linhas",
    ),
    "accounting identity": (
        expectation("expect_rows_to_satisfy", columns=["final", "inicial"], condition="final <= inicial + 0.01"),
        "update silver.gate_coisas set final = 50.02 where codigo = '005'",
        "gate_coisas.final, inicial: Vale o que se espera. Observado: 1 de 5 linhas",
    ),
    "condition with braces and a join": (
        expectation(
            "unexpected_rows_expectation",
            unexpected_rows_query="select c.codigo from {batch} as c join silver.gate_tipos as t on c.tipo = t.codigo"
            " where c.codigo !~ '^[0-9]{3}$';",
        ),
        "update silver.gate_coisas set codigo = '1' where codigo = '001'",
        "gate_coisas: Vale o que se espera. Observado: 1 divergências",
    ),
    "reconciliation": (
        expectation(
            "unexpected_rows_expectation",
            unexpected_rows_query="with somas as (select sum(inicial) as soma from {batch})\n"
            "select soma from somas where soma <> 150",
        ),
        "update silver.gate_coisas set inicial = inicial + 0.01 where codigo = '001'",
        "gate_coisas: Vale o que se espera. Observado: 1 divergências",
    ),
}


@pytest.mark.parametrize(("check", "poison", "failure"), KINDS.values(), ids=KINDS)
def test_each_kind_passes_on_good_data_and_stops_on_bad(
    lake: Settings, tmp_path: Path, check: dict, poison: str, failure: str
):
    folder = write_suite(tmp_path, "gate_coisas", check)
    report = gate(lake, folder)
    assert (report.failures, report.passed >= 2) == ((), True)
    sql(lake, "dbt_user", poison)
    with pytest.raises(GateError) as stopped:
        gate(lake, folder)
    lines = str(stopped.value).splitlines()
    assert lines[0].startswith("gate silver of teste: 1 of ")
    assert lines[0].endswith(
        " checks failed critically, expected none. Nothing downstream runs; gold keeps its last good version."
    )
    assert lines[1:] == [
        f"- {failure}",
        f"See {tmp_path}/state/gx/data_docs/index.html, or ops.quality_results where run_id = 'run'.",
    ]


def test_every_result_is_written_with_counts_severity_and_meaning(lake: Settings, tmp_path: Path):
    folder = write_suite(
        tmp_path,
        "gate_coisas",
        expectation("expect_column_values_to_not_be_null", "warning", "Toda coisa tem dia.", columns=["codigo", "dia"]),
        expectation("expect_table_row_count_to_be_between", "info", "Há muitas coisas.", min_value=1000),
    )
    report = gate(lake, folder, run_id="written")
    exists = "A tabela silver.gate_coisas existe e tem as colunas que as verificações usam."
    assert stored(lake, "written") == [
        ("silver", "teste", "gate_coisas", kind, column, severity, success, observed, meaning)
        for kind, column, severity, success, observed, meaning in (
            ("expect_table_columns_to_match_set", None, "critical", True, "2 de 2 colunas presentes", exists),
            ("expect_column_values_to_not_be_null", "codigo", "warning", True, "0 de 5 linhas", "Toda coisa tem dia."),
            ("expect_column_values_to_not_be_null", "dia", "warning", False, "1 de 5 linhas", "Toda coisa tem dia."),
            ("expect_table_row_count_to_be_between", None, "info", False, "5 linhas", "Há muitas coisas."),
        )
    ]
    assert sql(
        lake, "etl_user", "select count(distinct checked_at) from ops.quality_results where run_id = 'written'"
    ) == [(1,)]
    assert {key: value for key, value in report.summary.items() if key != "seconds"} == {
        "layer": "silver",
        "domain": "teste",
        "tables": 1,
        "unchanged": 0,
        "checks": 4,
        "passed": 2,
        "critical": 0,
        "warning": 1,
        "info": 1,
    }
    assert report.data_docs.is_file()


def test_warnings_are_logged_and_do_not_stop(lake: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    folder = write_suite(
        tmp_path, "gate_coisas", expectation("expect_column_values_to_not_be_null", "warning", column="dia")
    )
    with caplog.at_level(logging.WARNING, logger="lagoa"):
        gate(lake, folder)
    assert "warning: gate_coisas.dia: Vale o que se espera. Observado: 1 de 5 linhas" in caplog.messages


def test_a_critical_failure_is_written_before_it_stops(lake: Settings, tmp_path: Path):
    folder = write_suite(tmp_path, "gate_coisas", expectation("expect_column_values_to_not_be_null", column="dia"))
    with pytest.raises(GateError):
        gate(lake, folder, run_id="stopped")
    assert [row[5:8] for row in stored(lake, "stopped")] == [
        ("critical", True, "1 de 1 colunas presentes"),
        ("critical", False, "1 de 5 linhas"),
    ]


def test_a_missing_table_and_a_missing_column_are_named(lake: Settings, tmp_path: Path):
    column = expectation("expect_column_values_to_not_be_null", "warning", columns=["codigo", "nome"])
    condition = expectation("expect_rows_to_satisfy", "warning", columns=["nome"], condition="nome <> ''")
    write_suite(tmp_path, "gate_coisas", column, condition)
    write_suite(tmp_path, "gate_nenhuma", column)
    with pytest.raises(GateError) as stopped:
        gate(lake, tmp_path, "gate_coisas", "gate_nenhuma", run_id="missing")
    assert str(stopped.value).splitlines()[1:3] == [
        "- gate_coisas: A tabela silver.gate_coisas existe e tem as colunas que as verificações usam. "
        "Observado: faltam nome",
        "- gate_nenhuma: A tabela silver.gate_nenhuma existe e tem as colunas que as verificações usam. "
        "Observado: a tabela não existe",
    ]
    assert [(row[2], row[4], row[6], row[7]) for row in stored(lake, "missing")] == [
        ("gate_coisas", None, False, "faltam nome"),
        ("gate_coisas", "codigo", True, "0 de 5 linhas"),
        ("gate_coisas", "nome", False, "não verificada: falta a coluna nome"),
        ("gate_coisas", "nome", False, "não verificada: falta a coluna nome"),
        ("gate_nenhuma", None, False, "a tabela não existe"),
        ("gate_nenhuma", "codigo, nome", False, "não verificada: a tabela não existe"),
    ]


def test_a_check_that_cannot_run_is_critical_whatever_its_severity(lake: Settings, tmp_path: Path):
    folder = write_suite(
        tmp_path,
        "gate_coisas",
        expectation("expect_rows_to_satisfy", "info", condition="preco > 0"),
        expectation(
            "expect_column_values_to_exist_in_table", "warning", column="tipo", table="silver.gate_nada", key="codigo"
        ),
    )
    with pytest.raises(GateError) as stopped:
        gate(lake, folder)
    assert str(stopped.value).splitlines()[1:3] == [
        '- gate_coisas: Vale o que se espera. Observado: não pôde ser verificada: column "preco" does not exist',
        "- gate_coisas.tipo: Vale o que se espera. "
        'Observado: não pôde ser verificada: relation "silver.gate_nada" does not exist',
    ]


def test_a_database_that_goes_away_says_nothing_of_the_data(lake: Settings, tmp_path: Path, admin: Connection):
    slow = "codigo <> '001' or pg_sleep(3) is not null"
    write_suite(tmp_path, "gate_coisas", expectation("expect_rows_to_satisfy", condition=slow))

    def end_the_query() -> None:
        with admin.cursor() as cursor:
            for _ in range(600):
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'dbt_user' and wait_event = 'PgSleep'"
                )
                if cursor.rowcount:
                    return
                time.sleep(0.05)

    with ThreadPoolExecutor() as beside:
        ended = beside.submit(end_the_query)
        with pytest.raises(LakehouseUnavailableError) as lost:
            gate(lake, tmp_path, run_id="lost")
        ended.result()

    assert str(lost.value) == (
        "gate: the database could not be asked (server closed the connection unexpectedly), expected it to stay. "
        "Nothing was checked. Try again; if it stays, see `lagoa status`."
    )
    assert stored(lake, "lost") == []


def test_no_value_of_the_data_leaves_the_database(
    lake: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    sql(
        lake,
        "dbt_user",
        f"insert into silver.gate_coisas select '{CPF}', '{CPF}', 1, 2, null from generate_series(1, 2)",
    )
    folder = write_suite(
        tmp_path,
        "gate_coisas",
        expectation("expect_column_values_to_match_regex", columns=["codigo", "tipo"], regex="^[0-9]{2,3}$"),
        expectation("expect_column_values_to_be_in_set", column="codigo", value_set=["001"]),
        expectation("expect_column_values_to_be_unique", column="codigo"),
        expectation("expect_column_values_to_be_between", column="codigo", max_value="2000-01-01"),
        expectation("expect_compound_columns_to_be_unique", column_list=["codigo", "tipo"]),
        expectation("expect_column_values_to_exist_in_table", column="tipo", table="silver.gate_tipos", key="codigo"),
        expectation("unexpected_rows_expectation", unexpected_rows_query="select * from {batch}"),
        expectation("expect_rows_to_satisfy", columns=["codigo"], condition="codigo::numeric > 0"),
        expectation("expect_rows_to_satisfy", columns=["codigo"], condition="codigo::date > '2020-01-01'"),
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(GateError) as stopped:
        gate(lake, folder, run_id="private")
    observed = [row[7] for row in stored(lake, "private")]
    assert observed[-2:] == [
        "não pôde ser verificada: invalid text representation",
        "não pôde ser verificada: invalid datetime format",
    ]
    pages = [path.read_text() for path in (tmp_path / "state" / "gx").rglob("*") if path.suffix in (".html", ".json")]
    assert len(pages) >= 3
    output = capfd.readouterr()
    texts = [*pages, str(stored(lake, "private")), str(stopped.value), caplog.text, output.out, output.err]
    assert [text for text in texts if CPF in text or CPF[:7] in text] == []


def test_passwords_are_not_in_the_state_folder(lake: Settings, tmp_path: Path):
    gate(lake, write_suite(tmp_path, "gate_coisas", expectation("expect_column_values_to_be_unique", column="codigo")))
    assert lake.dbt_password is not None
    secret = lake.dbt_password.get_secret_value().encode()
    assert [path for path in (tmp_path / "state").rglob("*") if path.is_file() and secret in path.read_bytes()] == []


def test_an_empty_table_fails_what_asks_for_rows(lake: Settings, tmp_path: Path):
    folder = write_suite(
        tmp_path,
        "gate_vazia",
        expectation("expect_column_values_to_not_be_null", column="codigo"),
        expectation("expect_table_row_count_to_be_between", min_value=1),
    )
    with pytest.raises(GateError, match=r"- gate_vazia: Vale o que se espera\. Observado: 0 linhas"):
        gate(lake, folder, "gate_vazia")


def test_a_gate_without_tables_suites_or_a_known_layer_is_a_configuration_error(lake: Settings, tmp_path: Path):
    with pytest.raises(ConfigError, match="gate silver of teste: no tables, expected at least one"):
        run_gate("silver", [], run_id="none", domain="teste", settings=lake, folder=tmp_path)
    with pytest.raises(ConfigError) as missing:
        gate(lake, tmp_path, "gate_coisas", "gate_tipos", run_id="none")
    assert [line.split(", expected")[0] for line in str(missing.value).splitlines()] == [
        "silver table gate_coisas: no suite silver/gate_coisas.yml",
        "silver table gate_tipos: no suite silver/gate_tipos.yml",
    ]
    with pytest.raises(ConfigError, match="no layer 'prata'; valid: bronze, silver, gold"):
        gate(lake, tmp_path, layer="prata", run_id="none")
    assert stored(lake, "none") == []


def test_bronze_is_held_against_the_ledger(lake: Settings, bronze: Path):
    with pytest.raises(GateError, match=r"não verificada: nenhuma carga de gate\.coisas em ops\.loads"):
        gate(lake, bronze, "gate__coisas", layer="bronze")

    load(lake, "gate-1", 3, 3, 3)
    report = gate(lake, bronze, "gate__coisas", layer="bronze")
    assert report.failures == ()
    assert [result.observed for result in report.results[1:3]] == [
        "3 linhas, 3 no registro de cargas",
        "3 registros recebidos, 3 anunciados",
    ]

    load(lake, "gate-2", None, 3, 3)
    assert gate(lake, bronze, "gate__coisas", layer="bronze").results[2].observed == (
        "3 registros recebidos, sem total anunciado"
    )

    load(lake, "gate-3", 1500, 1490, 4, age="3 days")
    with pytest.raises(GateError) as stopped:
        gate(lake, bronze, "gate__coisas", layer="bronze", run_id="ledger")
    assert str(stopped.value).splitlines()[1:3] == [
        "- gate__coisas: Tantas linhas quantas a carga registrou. Observado: 3 linhas, 4 no registro de cargas",
        "- gate__coisas: Tudo o que a fonte anunciou. Observado: 1.490 registros recebidos, 1.500 anunciados",
    ]
    assert [row[5:7] for row in stored(lake, "ledger")] == [
        ("critical", True),
        ("critical", False),
        ("critical", False),
        ("warning", False),
        ("critical", True),
    ]


def test_gold_is_checked_in_gold_next(lake: Settings, tmp_path: Path):
    sql(
        lake,
        "dbt_user",
        "create table gold_next.gate_ouro (codigo text)",
        "insert into gold_next.gate_ouro values ('1')",
    )
    folder = write_suite(
        tmp_path, "gate_ouro", expectation("expect_column_values_to_be_unique", column="codigo"), layer="gold"
    )
    try:
        report = gate(lake, folder, "gate_ouro", layer="gold")
    finally:
        sql(lake, "dbt_user", "drop table gold_next.gate_ouro")
    assert report.results[0] == CheckResult(
        table="gate_ouro",
        expectation="expect_table_columns_to_match_set",
        column=None,
        severity="critical",
        success=True,
        observed="1 de 1 colunas presentes",
        meaning="A tabela gold_next.gate_ouro existe e tem as colunas que as verificações usam.",
    )


def test_data_docs_show_the_last_three_runs_and_need_no_network(lake: Settings, tmp_path: Path):
    folder = write_suite(
        tmp_path, "gate_coisas", expectation("expect_column_values_to_not_be_null", "warning", column="dia")
    )
    for run in range(5):
        report = gate(lake, folder, run_id=f"manual__2026-11-20T08:00:0{run}+00:00")
    site = report.data_docs.parent
    pages = sorted(path.parent.parent.name for path in site.glob("validations/**/*.html"))
    assert pages == [f"manual__2026-11-20T08-00-0{run}-00-00" for run in (2, 3, 4)]
    index = report.data_docs.read_text()
    assert index.count("com alerta") == 3
    remote = [
        path for path in site.rglob("*.html") if "<script" in path.read_text() or "https://cdn" in path.read_text()
    ]
    assert remote == []


def test_a_result_that_was_cut_short_stops_no_gate(lake: Settings, tmp_path: Path):
    write_suite(tmp_path, "gate_coisas", expectation("expect_column_values_to_be_unique", column="codigo"))
    gate(lake, tmp_path, run_id="killed")
    site = tmp_path / "state" / "gx"
    (torn,) = site.glob("validations/**/*.json")
    torn.write_text("")

    assert gate(lake, tmp_path, run_id="next").count("critical") == 0

    assert (site / "data_docs" / "index.html").read_text().count("<td>silver.gate_coisas</td>") == 1


GATE_IN_A_PROCESS = """
import sys
from pathlib import Path
from lagoa.quality.gate import run_gate
from lagoa.settings import Settings
settings = Settings.model_validate_json(sys.stdin.read())
for turn in range(2):
    run_id = f"{sys.argv[2]}-{turn}"
    run_gate("silver", [sys.argv[2]], run_id=run_id, domain="teste", settings=settings, folder=Path(sys.argv[1]))
"""


def test_gates_of_several_processes_share_the_data_docs(lake: Settings, tmp_path: Path):
    tables = ("gate_coisas", "gate_tipos", "gate_vazia")
    for table in tables:
        write_suite(tmp_path, table, expectation("expect_column_values_to_be_unique", column="codigo"))
    plain = lake.model_dump(mode="json", exclude_none=True) | {
        name: getattr(lake, name).get_secret_value() for name in ("etl_password", "dbt_password")
    }
    given = Settings.model_validate(plain).model_dump_json(exclude_none=True)
    for name in ("etl_password", "dbt_password"):
        given = given.replace(f'"{name}":"**********"', f'"{name}":"{plain[name]}"')
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", GATE_IN_A_PROCESS, str(tmp_path), table],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for table in tables
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()
    for process in processes:
        assert process.stderr is not None
        assert (process.wait(timeout=120), process.stderr.read()[-2000:]) == (0, "")
    index = (tmp_path / "state" / "gx" / "data_docs" / "index.html").read_text()
    assert {table: index.count(f"<td>silver.{table}</td>") for table in tables} == dict.fromkeys(tables, 2)


def test_great_expectations_is_imported_only_to_run_and_without_its_heavy_parts():
    script = (
        "import sys, lagoa.quality.gate\n"
        "assert 'great_expectations' not in sys.modules\n"
        "import lagoa.quality.gx\n"
        "assert 'great_expectations' in sys.modules\n"
        "assert not {'scipy.stats', 'altair'} & sys.modules.keys()\n"
        "import altair, scipy.stats\n"
        "assert altair.Chart and scipy.stats.norm\n"
        "from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as late\n"
        "assert late.stats.entropy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("mostly", "unexpected", "total", "passes"),
    [
        (0.9, 1, 10, True),
        (0.8, 1, 5, True),
        (0.9, 2, 10, False),
        (1.0, 0, 10, True),
        (1.0, 1, 10, False),
    ],
)
def test_the_share_that_must_comply_is_enough_itself(mostly: float, unexpected: int, total: int, passes: bool):
    from lagoa.quality.gx import FewUnexpectedRows

    check = FewUnexpectedRows(unexpected_rows_query="select 1 from {batch}", mostly=mostly)
    metrics = {"unexpected_rows_query.row_count": unexpected, "table.row_count": total}
    assert check._validate(metrics)["success"] == passes
