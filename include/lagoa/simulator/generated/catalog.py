"""Generated data as a Catalog."""

from collections.abc import Iterable

from lagoa.simulator.catalog import Document, Source, Table


class GeneratedCatalog:
    """Everything follows from the seed and the scale."""

    def __init__(self, seed: int, scale: float) -> None:
        raise NotImplementedError

    @property
    def editions(self) -> dict[Source, tuple[str, ...]]:
        raise NotImplementedError

    def budget_years(self) -> tuple[int, ...]:
        raise NotImplementedError

    def budget_zip(self, year: int, edition: str) -> bytes | None:
        raise NotImplementedError

    def purchases(self, edition: str) -> Iterable[Document]:
        raise NotImplementedError

    def transfers(self, table: str, edition: str) -> Table:
        raise NotImplementedError

    def states(self, edition: str) -> list[Document]:
        raise NotImplementedError

    def municipalities(self, edition: str) -> list[Document]:
        raise NotImplementedError

    def ipca(self, edition: str) -> list[dict[str, str]]:
        raise NotImplementedError
