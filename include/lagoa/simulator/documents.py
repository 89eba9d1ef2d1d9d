"""JSON documents in the store: a resource's documents with the columns that requests filter by -> one page of them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from lagoa.simulator.catalog import Cell, Column, Document, Kind, Table
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import bounds, kept_sql, shortened, spoiled_page
from lagoa.simulator.store import StoredTable
from lagoa.simulator.world import World

Filtered = tuple[tuple[Cell, ...], Document]
"""The cells of the filter columns, and the document."""


@dataclass(frozen=True)
class Documents:
    """A resource.

    Attributes:
        name: of the resource; with `source` and the edition it names the table in the store.
        columns: what requests filter by, in order.
        make: the edition's name -> its documents.
        changes: the field in which a twin differs when a key is to come twice.
        lacks: the field that is left out when one is to be missing.
    """

    source: str
    name: str
    columns: Mapping[str, Kind]
    make: Callable[[str], Iterable[Filtered]]
    changes: str
    lacks: str

    def page(
        self,
        world: World,
        request: Request,
        conditions: Sequence[str],
        values: Sequence[Cell | float],
        number: int,
        size: int,
        order: Sequence[str] = (),
    ) -> tuple[list[Document], int]:
        """The documents of a page counted from 1, and how many there are in all."""
        struck: Striking = request.scope[FAULTS]
        table = self._table(world)
        every = [*conditions, *kept_sql(struck)]
        total = world.store.count(table, every, values)
        limit, offset = bounds((number - 1) * size, size, total, struck)
        found = world.store.page(table, ["document"], every, values, [*order, "rowid"], limit, offset)
        records: list[Document] = [json.loads(str(document)) for (document,) in found]
        return spoiled_page(shortened(records, struck), struck, changes=self.changes, lacks=self.lacks), total

    def _table(self, world: World) -> StoredTable:
        edition = world.editions.current(self.source)
        columns = (*(Column(name, kind) for name, kind in self.columns.items()), Column("document", "text"))

        def rows() -> Iterator[tuple[Cell, ...]]:
            for cells, document in self.make(edition):
                yield (*cells, json.dumps(document, ensure_ascii=False, separators=(",", ":")))

        return world.store.table(f"{self.source}.{self.name}@{edition}", lambda: Table(columns, rows()))
