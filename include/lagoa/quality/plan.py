"""From what a suite says to what is run: (Suite, columns found, last load) -> Checks.

A check that cannot run (its table or column is not there, the ledger has no load) is decided here, as failed, with the
reason; all others carry the Great Expectations expectation that decides them. No database, no Great Expectations.
"""

from dataclasses import dataclass, field
from typing import Any

from lagoa.quality.expectations import (
    ColumnExpectation,
    ExistInTable,
    Expectation,
    LoadRecent,
    ReceivedAsAnnounced,
    RowsMatchLedger,
    RowsSatisfy,
    Severity,
    UnexpectedRows,
)
from lagoa.quality.ledger import Load
from lagoa.quality.suite import Suite

ROWS_QUERY = "few_unexpected_rows"
"""The expectation of `gx.FewUnexpectedRows`; the argument `unexpected_rows_query` is the query."""


@dataclass(frozen=True)
class Check:
    """One question about one table, with the expectation that answers it or the reason why none can."""

    table: str
    expectation: str
    """The type, as the suite writes it."""
    severity: Severity
    meaning: str
    column: str | None = None
    gx_type: str = ""
    gx_arguments: dict[str, Any] = field(default_factory=dict)
    cannot_run: str | None = None


@dataclass(frozen=True)
class Target:
    """One table with its suite, its checks and its last load (bronze only)."""

    suite: Suite
    present: frozenset[str] | None
    """The table's columns; None = there is no such table."""
    checks: tuple[Check, ...]
    load: Load | None

    @property
    def exists(self) -> bool:
        """Whether there is such a table."""
        return self.present is not None


def plan(suite: Suite, present: frozenset[str] | None, load: Load | None) -> tuple[Check, ...]:
    """The checks of a suite; the first asks whether the table and the named columns are there.

    Args:
        suite: what is expected.
        present: the table's columns; None = there is no such table.
        load: the last successful load of a bronze table, None = the ledger has none.
    """
    checks = [_presence(suite)]
    for expectation in suite.expectations:
        missing = sorted(set(expectation.named_columns) - (present or frozenset()))
        if present is None:
            checks.append(_check(suite, expectation, None, cannot_run="a tabela não existe"))
        elif missing and not isinstance(expectation, ColumnExpectation):
            checks.append(_check(suite, expectation, None, cannot_run=f"falta a coluna {', '.join(missing)}"))
        elif isinstance(expectation, ColumnExpectation):
            for column in expectation.named_columns:
                reason = f"falta a coluna {column}" if column in missing else None
                checks.append(_check(suite, expectation, column, cannot_run=reason))
        else:
            checks.append(_ledger_or_query(suite, expectation, load))
    return tuple(checks)


def _presence(suite: Suite) -> Check:
    return Check(
        table=suite.table,
        expectation="expect_table_columns_to_match_set",
        severity="critical",
        meaning=f"A tabela {suite.relation} existe e tem as colunas que as verificações usam.",
        gx_type="expect_table_columns_to_match_set",
        gx_arguments={"column_set": list(suite.named_columns), "exact_match": False},
    )


def _check(
    suite: Suite,
    expectation: Expectation,
    column: str | None,
    *,
    gx_type: str | None = None,
    gx_arguments: dict[str, Any] | None = None,
    cannot_run: str | None = None,
) -> Check:
    """A check of the expectation, as Great Expectations knows it unless told otherwise."""
    own_type: str = getattr(expectation, "type", "")
    if isinstance(expectation, ExistInTable) and column:
        gx_type = ROWS_QUERY
        nowhere = "".join(
            f' and not exists (select 1 from {table} as other where other."{expectation.key}" = checked."{column}")'
            for table in (expectation.table, *expectation.also)
        )
        gx_arguments = _rows_query(
            f'select 1 from {{batch}} where checked."{column}" is not null{nowhere}', expectation.mostly
        )
    if gx_arguments is None:
        own = expectation.arguments
        gx_arguments = {"column": column, **own} if column else own
    named = column or ", ".join(expectation.named_columns) or None
    return Check(
        table=suite.table,
        expectation=own_type,
        severity=expectation.severity,
        meaning=expectation.meaning,
        column=named,
        gx_type=gx_type or own_type,
        gx_arguments=gx_arguments,
        cannot_run=cannot_run,
    )


def _ledger_or_query(suite: Suite, expectation: Expectation, load: Load | None) -> Check:
    """A check on the whole table."""
    no_load = None if load else f"nenhuma carga de {suite.source}.{suite.resource} em ops.loads"
    match expectation:
        case RowsMatchLedger():
            return _check(
                suite,
                expectation,
                None,
                gx_type="expect_table_row_count_to_equal",
                gx_arguments={"value": load.rows_after if load else 0},
                cannot_run=no_load,
            )
        case ReceivedAsAnnounced(tolerance=tolerance):
            condition = f"announced * {1 - tolerance} <= received"
            return _on_ledger(suite, expectation, load, condition, no_load)
        case LoadRecent(max_days=days):
            return _on_ledger(suite, expectation, load, f"finished_at > now() - interval '{days} days'", no_load)
        case UnexpectedRows(unexpected_rows_query=query):
            return _check(suite, expectation, None, gx_type=ROWS_QUERY, gx_arguments=_rows_query(query, 1.0))
        case RowsSatisfy(condition=condition, mostly=mostly):
            query = f"select 1 from {{batch}} where not ({condition})"
            return _check(suite, expectation, None, gx_type=ROWS_QUERY, gx_arguments=_rows_query(query, mostly))
        case _:
            return _check(suite, expectation, None)


def _on_ledger(suite: Suite, expectation: Expectation, load: Load | None, condition: str, no_load: str | None) -> Check:
    """A check on the row of ops.loads that describes the last load."""
    query = f"select 1 from ops.loads where load_id = {load.load_id if load else 0} and not ({condition})"
    return _check(
        suite, expectation, None, gx_type=ROWS_QUERY, gx_arguments=_rows_query(query, 1.0), cannot_run=no_load
    )


def _rows_query(query: str, mostly: float) -> dict[str, Any]:
    """The query with the checked rows as the common table expression `checked`.

    Great Expectations gives the batch an alias or none, as it sees a join or not; a CTE is read in both ways.
    """
    literal = query.replace("{batch}", "checked").replace("{", "{{").replace("}", "}}")
    checked = "with checked as not materialized (select * from {batch})"
    return {"unexpected_rows_query": f"{checked} select * from ({literal}) as found", "mostly": mostly}
