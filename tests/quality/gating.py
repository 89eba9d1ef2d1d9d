"""What the tests of the gate share: suites on disk, loads in the ledger, a gate on them."""

from pathlib import Path

import psycopg2
import yaml

from lagoa.quality.gate import run_gate
from lagoa.quality.report import GateReport
from lagoa.settings import Settings

COUNTED = "select pg_stat_force_next_flush()"
"""Beside statements: Postgres counts their rows by the end of their transaction, not up to ten seconds later."""


def sql(settings: Settings, role: str, *statements: str) -> list[tuple]:
    connection = psycopg2.connect(settings.dsn(role))  # type: ignore[arg-type]
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def expectation(type: str, severity: str = "critical", meaning: str = "Vale o que se espera.", **rest: object) -> dict:
    return {"type": type, "severity": severity, "meaning": meaning, **rest}


def write_suite(folder: Path, table: str, *expectations: dict, layer: str = "silver", **rest: object) -> Path:
    path = folder / layer / f"{table}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    belongs = {"domain": "teste"} if layer != "bronze" else {}
    content = {
        "table": table,
        "description": "Uma tabela de teste.",
        "expectations": [*expectations],
        **belongs,
        **rest,
    }
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def gate(lake: Settings, folder: Path, *tables: str, layer: str = "silver", run_id: str = "run") -> GateReport:
    return run_gate(layer, tables or ("gate_coisas",), run_id=run_id, domain="teste", settings=lake, folder=folder)


def load(
    lake: Settings,
    run_id: str,
    announced: int | None,
    received: int,
    rows: int,
    age: str = "1 hour",
    resource: str = "coisas",
) -> None:
    """Note a successful load that changed nothing in the ledger."""
    sql(
        lake,
        "etl_user",
        "insert into ops.loads (run_id, source, resource, announced, received, rows_after, status, finished_at) values"
        f" ('{run_id}', 'gate', '{resource}', {'null' if announced is None else announced}, {received}, {rows},"
        f" 'success', now() - interval '{age}')",
    )
