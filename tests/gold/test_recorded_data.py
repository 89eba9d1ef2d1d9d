"""What dbt makes of the recorded data: gold equals its recomputation, and incremental runs equal full ones.

The tests run in the order of this file, on one lakehouse; the last one changes its bronze tables.
"""

from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
from tests.gold import recompute

from lagoa.settings import Settings

Dbt = Callable[..., None]
pytestmark = pytest.mark.slow
SILVER = ("--select", "path:models/silver")


def contents(settings: Settings, columns: str = "") -> dict[str, tuple[int, str]]:
    """Rows and a digest of each silver table; `columns` adds system columns such as xmin to what is digested."""
    connection = psycopg2.connect(settings.dsn("dbt_user"))
    digests = {}
    with connection, connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'silver' order by tablename")
        for (table,) in cursor.fetchall():
            cursor.execute(
                "select count(*), coalesce(md5(string_agg(line, ',' order by line collate \"C\")), '')"
                f" from (select md5(concat_ws('|', t::text {columns})) as line from silver.{table} as t) as lines"
            )
            digests[table] = cursor.fetchone()
    connection.close()
    return digests


def test_gold_equals_its_recomputation_from_the_recorded_files(recorded_lake: Settings, real_data: Path) -> None:
    connection = psycopg2.connect(recorded_lake.dsn("dbt_user"))

    found = recompute.differences(connection, real_data, schema="gold_next")

    connection.close()
    assert found == {}


def test_every_gold_table_is_recomputed(recorded_lake: Settings) -> None:
    with psycopg2.connect(recorded_lake.dsn("dbt_user")) as connection, connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'gold_next'")
        assert {table for (table,) in cursor.fetchall()} == set(recompute.TABLES)
    connection.close()


def test_a_second_run_with_nothing_new_writes_no_row(recorded_lake: Settings, run_dbt: Dbt) -> None:
    rebuilt = {"ufs", "municipios", "ipca", "selic", "cambio_dolar"}  # small: made anew each time
    before = contents(recorded_lake, ", t.xmin, t.ctid")

    run_dbt("run", *SILVER)

    after = contents(recorded_lake, ", t.xmin, t.ctid")
    assert {table: digest for table, digest in after.items() if table not in rebuilt} == {
        table: digest for table, digest in before.items() if table not in rebuilt
    }


def test_incremental_runs_over_the_editions_equal_a_full_one(recorded_lake: Settings, run_dbt: Dbt) -> None:
    incremental = contents(recorded_lake)

    run_dbt("run", "--full-refresh", *SILVER)

    assert contents(recorded_lake) == incremental


def test_an_incremental_run_equals_a_full_one_after_losses_and_returns(recorded_lake: Settings, run_dbt: Dbt) -> None:
    """Rows leave a partition without a trace, a partition vanishes, keyed rows vanish, change and come back."""
    before = contents(recorded_lake)
    changes = (
        "delete from bronze.portal_transparencia__orcamento_despesa where ctid = ("
        " select min(ctid) from bronze.portal_transparencia__orcamento_despesa where exercicio = '2015')",
        "delete from bronze.portal_transparencia__orcamento_despesa where exercicio = '2014'",
        "update bronze.pncp__contratacoes set _deleted_at = now(), _load_id = _load_id + 1000"
        " where numero_controle_pncp like '%/2024'",
        "update bronze.pncp__contratacoes set _deleted_at = null, _load_id = _load_id + 1000"
        " where _deleted_at is not null and numero_controle_pncp not like '%/2024'",
        "update bronze.transferegov__relatorio_gestao_novo_especial set _load_id = _load_id + 1000,"
        " _row_version = _row_version + 1, valor_pendente_relatorio_gestao_novo = '3e+05'"
        " where id_plano_acao like '1%'",
    )
    with psycopg2.connect(recorded_lake.dsn("etl_user")) as connection, connection.cursor() as cursor:
        for change in changes:
            cursor.execute(change)
            assert cursor.rowcount > 0
    connection.close()

    run_dbt("run", *SILVER)
    incremental = contents(recorded_lake)
    run_dbt("run", "--full-refresh", *SILVER)

    assert contents(recorded_lake) == incremental
    changed = {table for table in before if before[table] != incremental[table]}
    assert changed == {"execucao_orcamentaria", "contratacoes", "transferencias_especiais_relatorios"}
