"""Generated data as a Catalog: everything follows from a seed and a scale."""

from collections.abc import Iterable
from functools import lru_cache

from lagoa.simulator.catalog import Document, Source, Table
from lagoa.simulator.facts import UFS
from lagoa.simulator.generated import budget, places, prices, purchases, transfers
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.places import state


class GeneratedCatalog:
    """The same seed and scale give the same data, byte for byte."""

    def __init__(self, seed: int, scale: float) -> None:
        self._seed = seed
        self._scale = scale
        self._budget_zip = lru_cache(maxsize=len(budget.YEARS))(budget.archive)
        self.editions: dict[Source, tuple[str, ...]] = {
            "portal_transparencia": EDITIONS,
            "pncp": EDITIONS,
            "transferegov": EDITIONS,
            "ibge": EDITIONS[-1:],
            "bcb": EDITIONS,
        }

    def budget_years(self) -> tuple[int, ...]:
        """Three closed exercícios."""
        return tuple(budget.YEARS)

    def budget_zip(self, year: int, edition: str) -> bytes | None:
        """About 6,000 rows a year at scale 1; the last few archives are kept."""
        return self._budget_zip(self._seed, self._scale, year, edition)

    def purchases(self, edition: str) -> Iterable[Document]:
        """About 1,500 contratações at scale 1, over twelve months."""
        return purchases.purchases(self._seed, self._scale, edition)

    def transfers(self, table: str, edition: str) -> Table:
        """About 3,000 orders of payment and 10,000 finalidades at scale 1."""
        return transfers.table(self._seed, self._scale, table, edition)

    def states(self, edition: str) -> list[Document]:
        """The 27 UFs."""
        return [state(uf) for uf in UFS]

    def municipalities(self, edition: str) -> list[Document]:
        """Some 600, whatever the scale."""
        return places.documents(self._seed)

    def ipca(self, edition: str) -> list[dict[str, str]]:
        """Monthly since 2020."""
        return prices.ipca(edition)
