"""What a gate found: CheckResults -> a GateReport, and rows of ops.quality_results. Counts only, never values."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from lagoa.quality.expectations import Severity


@dataclass(frozen=True)
class CheckResult:
    """The answer to one check."""

    table: str
    expectation: str
    column: str | None
    severity: Severity
    success: bool
    observed: str
    """Counts, e.g. "3 de 1.376 linhas"."""
    meaning: str

    def __str__(self) -> str:
        """E.g. "pncp__contratacoes.srp: É verdadeiro ou falso. Observado: 3 de 1.376 linhas"."""
        subject = f"{self.table}.{self.column}" if self.column else self.table
        return f"{subject}: {self.meaning} Observado: {self.observed}"


@dataclass(frozen=True)
class GateReport:
    """The outcome of one gate."""

    layer: str
    domain: str
    run_id: str
    tables: tuple[str, ...]
    results: tuple[CheckResult, ...]
    data_docs: Path
    """The index page of the Data Docs site."""
    seconds: float
    unchanged: tuple[str, ...] = ()
    """The tables whose results still stood and were not asked for again."""

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """What failed, the gravest first."""
        order = ("critical", "warning", "info")
        failed = (result for result in self.results if not result.success)
        return tuple(sorted(failed, key=lambda result: order.index(result.severity)))

    def count(self, severity: Severity) -> int:
        """How many checks of a severity failed."""
        return sum(result.severity == severity for result in self.failures)

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return len(self.results) - len(self.failures)

    @property
    def summary(self) -> dict[str, int | str | float]:
        """Small enough for XCom and a line of a summary."""
        return {
            "layer": self.layer,
            "domain": self.domain,
            "tables": len(self.tables),
            "unchanged": len(self.unchanged),
            "checks": len(self.results),
            "passed": self.passed,
            "critical": self.count("critical"),
            "warning": self.count("warning"),
            "info": self.count("info"),
            "seconds": round(self.seconds, 2),
        }


def write_results(cursor: Cursor, report: GateReport) -> dt.datetime:
    """Append the results to ops.quality_results; all rows of one gate bear the same `checked_at`, which is returned."""
    checked_at = dt.datetime.now(dt.UTC)
    rows = [
        (
            report.run_id,
            report.layer,
            report.domain,
            result.table,
            result.expectation,
            result.column,
            result.severity,
            result.success,
            result.observed,
            result.meaning,
            checked_at,
        )
        for result in report.results
    ]
    execute_values(
        cursor,
        "insert into ops.quality_results (run_id, layer, domain, table_name, expectation, column_name,"
        " severity, success, observed, meaning, checked_at) values %s",
        rows,
    )
    return checked_at
