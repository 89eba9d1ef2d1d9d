"""The gate between two layers: suites of the tables -> one checkpoint -> ops.quality_results -> pass, or GateError.

A critical failure stops what lies downstream; warnings and infos are recorded and shown. Great Expectations itself is
imported only when a gate runs.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

import psycopg2

from lagoa.errors import ConfigError, GateError
from lagoa.lake.session import session
from lagoa.quality.ledger import read_columns, read_loads
from lagoa.quality.passes import read_states, remember, standing
from lagoa.quality.plan import Target, plan
from lagoa.quality.report import CheckResult, GateReport, write_results
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
    with closing(psycopg2.connect(dsn, connect_timeout=10)) as connection:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)  # all of one moment
        columns = read_columns(connection, [suite.relation for suite in suites])
        loads = read_loads(connection) if layer == "bronze" else {}
        targets = []
        for suite in suites:
            present, load = columns.get(suite.relation), loads.get((suite.source, suite.resource))
            targets.append(Target(suite, present, plan(suite, present, load), load))
        states = read_states(connection, targets)
        stands = standing(connection, domain, targets, states)

    asked = [target for target in targets if target.suite.table not in stands]
    site = settings.state_dir / "gx"
    found, is_critical = _checked(asked, dsn=dsn, run_id=run_id, folder=site)
    report = GateReport(
        layer=layer,
        domain=domain,
        run_id=run_id,
        tables=tuple(tables),
        results=(*chain.from_iterable(stands.values()), *found),
        data_docs=site / "data_docs" / "index.html",
        seconds=time.monotonic() - started,
        unchanged=tuple(stands),
    )
    failed = {result.table for result in report.failures}
    checked = {table: "" if table in failed else state for table, state in states.items() if table not in stands}
    with session(settings) as cursor:
        remember(cursor, checked, run_id, write_results(cursor, report))
    if stands:
        logger.info("gate %s: %d of %d tables unchanged since they passed", layer, len(stands), len(suites))
    for failure in report.failures:
        logger.warning("%s: %s", failure.severity, failure)
    if is_critical or report.count("critical"):
        raise GateError(_message(report))
    return report


def _checked(targets: list[Target], *, dsn: str, run_id: str, folder: Path) -> tuple[list[CheckResult], bool]:
    """As `run_checkpoint`, which takes seconds to import, where there is anything to check."""
    if not targets:
        return [], False
    from lagoa.quality.checkpoint import run_checkpoint

    return run_checkpoint(targets, dsn=dsn, run_id=run_id, folder=folder)


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
