"""What a kind of data (recorded or generated) offers to the sources: editions and, per edition, rows.

An edition is one dated state of a source; asking the same source for two editions in order shows restatements,
new rows and deletions. Editions are named by their date and ordered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Source = str
Cell = int | str | None
Kind = Literal["integer", "number", "text"]
Document = dict[str, Any]

TRANSFER_TABLES = (
    "programa_especial",
    "ordem_pagamento_ordem_bancaria_especial",
    "historico_pagamento_especial",
    "finalidade_especial",
    "relatorio_gestao_novo_especial",
)


@dataclass(frozen=True)
class Column:
    """A column of a table: whole numbers as int; other numbers as their literal text, kept verbatim; or text."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """Columns, and rows that can be read once."""

    columns: tuple[Column, ...]
    rows: Iterable[tuple[Cell, ...]]


class Catalog(Protocol):
    """The data behind the simulated sources."""

    @property
    def editions(self) -> dict[Source, tuple[str, ...]]:
        """The editions of each source, oldest first; never empty."""

    def budget_years(self) -> tuple[int, ...]:
        """The exercícios that exist."""

    def budget_zip(self, year: int, edition: str) -> bytes | None:
        """The ZIP of a year, None when the portal has no such year."""

    def purchases(self, edition: str) -> Iterable[Document]:
        """PNCP contratações as the API shows them."""

    def transfers(self, table: str, edition: str) -> Table:
        """One of TRANSFER_TABLES."""

    def states(self, edition: str) -> list[Document]:
        """IBGE estados."""

    def municipalities(self, edition: str) -> list[Document]:
        """IBGE municípios."""

    def ipca(self, edition: str) -> list[dict[str, str]]:
        """SGS 433, oldest month first."""
