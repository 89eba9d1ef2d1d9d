"""How a source's field name becomes a column of bronze."""

import re
import unicodedata

MAX_IDENTIFIER = 63
"""Postgres cuts longer identifiers silently; they are cut here, visibly."""
SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
"""Names that every table of Postgres has already."""


def bronze_name(name: str) -> str:
    """The snake_case column for a field as the source writes it.

    >>> bronze_name("numeroControlePNCP"), bronze_name("CÓDIGO ÓRGÃO SUPERIOR"), bronze_name("regiao-imediata")
    ('numero_controle_pncp', 'codigo_orgao_superior', 'regiao_imediata')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", spaced)
    column = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    if not column:
        return "coluna"
    if column[0].isdigit():
        column = f"_{column}"
    elif column in SYSTEM_COLUMNS:
        column = f"{column}_"
    return column[:MAX_IDENTIFIER].rstrip("_") if len(column) > MAX_IDENTIFIER else column
