"""Run the checks of several tables as one Great Expectations checkpoint: Checks -> CheckResults, and Data Docs.

Each gate has a context of its own in memory, with no connection string on disk and nothing that two gates could write
at once; only validation results and the Data Docs site are files (see `data_docs`). Import it lazily: it imports Great
Expectations.
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import errorcodes
from sqlalchemy import event

from lagoa.errors import GateError, LakehouseUnavailableError
from lagoa.file_lock import file_lock
from lagoa.quality.data_docs import build_site, context_config
from lagoa.quality.gx import FailureSeverity, FewUnexpectedRows, expectations, gx
from lagoa.quality.observed import describe
from lagoa.quality.plan import ROWS_QUERY, Check, Target
from lagoa.quality.report import CheckResult

RESULT_FORMAT = {
    "result_format": "BASIC",
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}
"""Counts, but no value of the data."""
STATEMENT_TIMEOUT_SECONDS = 300
SAFE_CLASSES = ("08", "42", "53", "57")
"""Classes of SQLSTATE whose messages name tables and columns, not values."""
LOST_STATES = ("08", "53", "57P")
"""How SQLSTATEs begin that tell of the server, not of the check: connection, resources, shutdown and start."""


class CannotRunError(GateError):
    """A query of a check failed; the message is free of data values."""


def run_checkpoint(targets: list[Target], *, dsn: str, run_id: str, folder: Path) -> tuple[list[CheckResult], bool]:
    """Run everything and bring the Data Docs up to date.

    Args:
        targets: the tables.
        dsn: libpq URL of the role that reads them.
        run_id: the run that the results are filed under.
        folder: where validation results and Data Docs live.

    Returns:
        the result of every check, in order, and whether Great Expectations saw a critical failure.

    Raises:
        LakehouseUnavailableError: the server went away meanwhile: nothing is known of the data, and nothing is filed.
    """
    with file_lock(folder / "lock"):  # the first one writes the stores' ids
        context = gx.get_context(mode="ephemeral", project_config=context_config(folder))
    add_postgres: Any = context.data_sources.add_postgres  # its type stub lacks the argument kwargs
    source = add_postgres(
        "lagoa",
        connection_string=dsn.replace("postgresql://", "postgresql+psycopg2://", 1),
        kwargs={
            "hide_parameters": True,
            "connect_args": {"connect_timeout": 10, "options": f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s"},
        },
    )
    definitions = [_definition(context, source, target) for target in targets]
    lost: list[str] = []
    event.listen(source.get_execution_engine().engine, "handle_error", partial(_without_values, lost=lost))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name="gate", validation_definitions=definitions, result_format=RESULT_FORMAT)
    )
    outcome = checkpoint.run(run_id=gx.RunIdentifier(run_name=re.sub(r"[^A-Za-z0-9_.-]", "-", run_id)))
    if lost:
        raise LakehouseUnavailableError(
            f"gate: the database could not be asked ({lost[0]}), expected it to stay. Nothing was checked. Try again; "
            "if it stays, see `lagoa status`."
        )
    build_site(context, folder, list(outcome.run_results))
    by_suite = {result.suite_name: result for result in outcome.run_results.values()}
    results: list[CheckResult] = []
    for target in targets:
        results += _results(target, by_suite[target.suite.name].results)
    is_critical = any(result.get_max_severity_failure() == FailureSeverity.CRITICAL for result in by_suite.values())
    return results, is_critical


def _definition(context: Any, source: Any, target: Target) -> Any:
    """The validation definition of a table: its rows as a query asset, its checks as a suite."""
    suite = target.suite
    query = f"select * from {suite.relation}" + (f" where {suite.rows}" if suite.rows else "")
    if not target.exists:
        query = "select null as tabela_inexistente where false"
    asset = source.add_query_asset(suite.relation, query=query)
    runnable = [_expectation(index, check) for index, check in enumerate(target.checks) if not check.cannot_run]
    gx_suite = context.suites.add(gx.ExpectationSuite(suite.name, expectations=runnable))
    return context.validation_definitions.add(
        gx.ValidationDefinition(name=suite.name, data=asset.add_batch_definition("rows"), suite=gx_suite)
    )


def _expectation(index: int, check: Check) -> Any:
    """The Great Expectations object of a check; `meta` leads the result back to it."""
    shared: dict[str, Any] = {"severity": check.severity, "description": check.meaning, "meta": {"check": index}}
    if check.gx_type == ROWS_QUERY:
        return FewUnexpectedRows(**check.gx_arguments, **shared)
    name = "".join(word.capitalize() for word in check.gx_type.split("_"))
    return getattr(expectations, name)(**check.gx_arguments, **shared)


def _results(target: Target, gx_results: list[Any]) -> list[CheckResult]:
    """The results in the order of the checks; what could not run has failed."""
    found = {result.expectation_config.meta["check"]: result for result in gx_results}
    results = []
    for index, check in enumerate(target.checks):
        severity, success = check.severity, False
        if check.cannot_run:
            observed = f"não verificada: {check.cannot_run}"
        elif problem := _exception(found[index]):
            observed, severity = f"não pôde ser verificada: {problem}", "critical"
        else:
            success = bool(found[index].success)
            observed = describe(check, found[index].result, target.load)
        if index == 0 and not target.exists:
            observed = "a tabela não existe"
        results.append(
            CheckResult(check.table, check.expectation, check.column, severity, success, observed, check.meaning)
        )
    return results


def _exception(result: Any) -> str | None:
    """Why an expectation could not be evaluated, in one line."""
    info = result.exception_info or {}
    nested = [info] if "raised_exception" in info else list(info.values())
    messages = [item["exception_message"] for item in nested if item.get("raised_exception")]
    return str(messages[0]).splitlines()[0] if messages else None


def _without_values(context: Any, *, lost: list[str]) -> Exception:
    """In place of a database error: its kind, and its text only where that cannot quote a value.

    Great Expectations takes each for the check's own; one that tells of a server that is gone is added to `lost`.
    """
    original = context.original_exception
    code = getattr(original, "pgcode", None) or ""
    reason = errorcodes.lookup(code).lower().replace("_", " ") if code else type(original).__name__
    if isinstance(original, psycopg2.Error) and code[:2] in SAFE_CLASSES:
        reason = original.diag.message_primary or reason
    is_lost = isinstance(original, psycopg2.OperationalError | psycopg2.InterfaceError) and not code
    if is_lost:
        reason = str(original).split("\n")[0]  # libpq's own: of the connection, not of rows
    if is_lost or code.startswith(LOST_STATES):
        lost.append(reason)
    original.args = (reason,)  # the traceback, which Great Expectations keeps, prints this one too
    return CannotRunError(reason)
