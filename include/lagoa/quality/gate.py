"""The gate between two layers: suites of the tables -> one checkpoint -> ops.quality_results -> pass, or GateError.

A critical failure stops what lies downstream; warnings and infos are recorded and shown. Great Expectations itself is
imported only when a gate runs.
"""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg2

from lagoa.errors import ConfigError, GateError
from lagoa.quality.ledger import read_columns, read_loads
from lagoa.quality.plan import plan
from lagoa.quality.report import GateReport, write_results
from lagoa.quality.suite import Suite, load_suite
from lagoa.settings import Role, Settings

logger = logging.getLogger(__name__)

READERS: dict[str, Role] = {"bronze": "etl_user", "silver": "dbt_user", "gold": "dbt_user"}
SHOWN_FAILURES = 10


def run_gate(
    layer: str,
    tables: Sequence[str],
    *,
    run_id: str,
    domain: str,
    settings: Settings,
    folder: Path | None = None,
) -> GateReport:
    """Check tables of a layer; gold is checked in gold_next, before it is published.

    Args:
        layer: bronze, silver or gold.
        tables: without their schema, e.g. pncp__contratacoes.
        run_id: what the results are filed under.
        domain: whose gate it is.
        settings: of the installation.
        folder: where the suites are; None = include/quality of the installation.

    Raises:
        ConfigError: no tables, an unknown layer, a missing or malformed suite. Nothing was checked.
        GateError: a critical failure. The results were written first.
    """
    started = time.monotonic()
    if not tables:
        raise ConfigError(f"gate {layer} of {domain}: no tables, expected at least one. Name what the gate checks.")
    suites = _load_suites(layer, tables, folder or settings.home / "include" / "quality")
    dsn = settings.dsn(READERS[layer])
    connection = psycopg2.connect(dsn, connect_timeout=10)
    try:
        columns = read_columns(connection, [suite.relation for suite in suites])
        loads = read_loads(connection) if layer == "bronze" else {}
    finally:
        connection.close()

    from lagoa.quality.checkpoint import Target, run_checkpoint  # four seconds: only where a gate runs

    targets = []
    for suite in suites:
        present, load = columns.get(suite.relation), loads.get((suite.source, suite.resource))
        targets.append(Target(suite, present is not None, plan(suite, present, load), load))
    site = settings.state_dir / "gx"
    results, is_critical = run_checkpoint(targets, dsn=dsn, run_id=run_id, folder=site)
    report = GateReport(
        layer=layer,
        domain=domain,
        run_id=run_id,
        tables=tuple(tables),
        results=tuple(results),
        data_docs=site / "data_docs" / "index.html",
        seconds=time.monotonic() - started,
    )
    write_results(report, settings)
    for failure in report.failures:
        logger.warning("%s: %s", failure.severity, failure)
    if is_critical or report.count("critical"):
        raise GateError(_message(report))
    return report


def _load_suites(layer: str, tables: Sequence[str], folder: Path) -> list[Suite]:
    suites, problems = [], []
    for table in dict.fromkeys(tables):
        try:
            suites.append(load_suite(layer, table, folder))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return suites


def _message(report: GateReport) -> str:
    """What failed and what it means for the reader of the data."""
    critical = [failure for failure in report.failures if failure.severity == "critical"]
    lines = [
        f"gate {report.layer} of {report.domain}: {len(critical)} of {len(report.results)} checks failed critically,"
        " expected none. Nothing downstream runs; gold keeps its last good version.",
        *(f"- {failure}" for failure in critical[:SHOWN_FAILURES]),
    ]
    if len(critical) > SHOWN_FAILURES:
        lines.append(f"- … and {len(critical) - SHOWN_FAILURES} more")
    lines.append(f"See {report.data_docs}, or ops.quality_results where run_id = '{report.run_id}'.")
    return "\n".join(lines)
