"""What an expectation observed, as a short Portuguese text of counts, e.g. "3 de 1.376 linhas".

Only numbers and names of columns pass; a value of the data never does.
"""

from typing import Any

from lagoa.quality.ledger import Load
from lagoa.quality.plan import Check


def describe(check: Check, result: dict[str, Any], load: Load | None) -> str:
    """The text for a check that ran."""
    if check.expectation == "expect_table_columns_to_match_set":
        return _columns(check, set(result.get("observed_value") or ()))
    if load and check.expectation == "expect_row_count_to_match_ledger":
        return f"{number(result['observed_value'])} linhas, {number(load.rows_after)} no registro de cargas"
    if load and (text := describe_load(check.expectation, load)):
        return text
    if check.expectation == "unexpected_rows_expectation":  # its rows need not be rows of the table
        return f"{number(result['observed_value'])} divergências"
    if "unexpected_count" in result:
        # of an empty table the count is null
        return f"{number(result['unexpected_count'] or 0)} de {number(result['element_count'])} linhas"
    return f"{number(result['observed_value'])} linhas"


def describe_load(expectation: str, load: Load) -> str | None:
    """The text for a check that looks at the ledger's entry alone; None for any other."""
    if expectation == "expect_received_to_match_announced":
        announced = "sem total anunciado" if load.announced is None else f"{number(load.announced)} anunciados"
        return f"{number(load.received)} registros recebidos, {announced}"
    if expectation == "expect_load_to_be_recent":
        return f"última carga em {load.finished_at:%d/%m/%Y %H:%M}"
    return None


def number(value: int) -> str:
    """A whole number as Brazilians write it: 1.376."""
    return f"{int(value):,}".replace(",", ".")


def _columns(check: Check, found: set[str]) -> str:
    expected = set(check.gx_arguments["column_set"])
    missing = sorted(expected - found)
    surplus = sorted(found - expected) if check.gx_arguments["exact_match"] else []
    parts = [f"faltam {', '.join(missing)}"] if missing else []
    parts += [f"sobram {', '.join(surplus)}"] if surplus else []
    return "; ".join(parts) or f"{len(expected)} de {len(expected)} colunas presentes"
