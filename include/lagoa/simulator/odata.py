"""The part of OData 4 that the sources need.

$filter by one comparison (or an empty field), $select, $orderby, $top, $skip, $count, links.
Requests are answered from documents in the store; see lagoa.simulator.documents.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Cell, Column, Document, Table
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.rows import bounds, kept_sql, shortened, spoiled_page
from lagoa.simulator.store import StoredTable, quoted
from lagoa.simulator.world import World

COMPARISON = re.compile(r"(\w+) (ge|gt|le|lt|eq) ('[^']*'|\S+)( or \1 eq null)?")
OPERATORS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "eq": "="}


class BadRequest(Exception):
    """A query that the service refuses."""


@dataclass(frozen=True)
class Entity:
    """One entity set.

    Attributes:
        key: the field that identifies a document.
        changed: the field by which requests filter what is new; None = there is none.
        changes: the field in which a twin differs when a key is to come twice.
        lacks: the field that is left out when one is to be missing.
    """

    key: str
    changed: str | None
    changes: str
    lacks: str


@dataclass(frozen=True)
class ODataApi:
    """What one source offers: entity sets, and for an edition the documents of each."""

    world: World
    source: str
    entities: Mapping[str, Entity]
    make: Callable[[str, str], Iterable[Document]]
    most: int
    """Records an answer at most."""
    usual: int
    """Records an answer where nothing is asked for."""
    says_next: bool = False
    """Whether the server cuts pages and links to the next."""
    variant: str = ""
    """Tells apart in the store what one source shows in several ways."""
    _columns: tuple[Column, ...] = field(
        default=(
            Column("key", "text"),
            Column("place", "integer"),
            Column("changed", "text"),
            Column("document", "text"),
        )
    )

    def answer(self, request: Request, name: str, context: str) -> JSONResponse:
        """A page of an entity set; 400 for what the query language does not have here.

        Raises:
            BadRequest: the query cannot be answered.
        """
        entity, struck, query = self.entities[name], request.scope[FAULTS], request.query_params
        conditions, values = self._conditions(entity, query.get("$filter"))
        direction = self._order(entity, query.get("$orderby"))
        limit = min(self._size(request), self.most)
        offset = _whole(query.get("$skip", "0"))
        table = self._table(name)
        every = [*conditions, *kept_sql(struck)]
        total = self.world.store.count(table, every, values)
        found = self.world.store.page(
            table, [quoted("document")], every, values, direction, *bounds(offset, limit, total, struck)
        )
        records = [json.loads(str(document)) for (document,) in found]
        if "$select" in query:
            records = _selected(records, query["$select"].split(","), query.get("$expand", ""))
        shown = spoiled_page(shortened(records, struck), struck, changes=entity.changes, lacks=entity.lacks)
        body: Document = {"@odata.context": f"{context}/$metadata#{name}"}
        if query.get("$count") == "true":
            body["@odata.count"] = total
        body["value"] = shown
        if self.says_next and offset + limit < total:
            rest = "&".join(f"{key}={quote(value)}" for key, value in query.items() if key != "$skip")
            body["@odata.nextLink"] = f"{name}?{rest}&$skip={offset + limit}".replace("?&", "?")
        return JSONResponse(body)

    def _size(self, request: Request) -> int:
        """What is wished for: by $top, or where the server cuts pages by `Prefer: odata.maxpagesize`."""
        if self.says_next:
            wished = re.search(r"odata\.maxpagesize=(\d+)", request.headers.get("prefer", ""))
            return int(wished[1]) if wished else self.usual
        return _whole(request.query_params.get("$top", str(self.usual)))

    def _conditions(self, entity: Entity, text: str | None) -> tuple[list[str], list[Cell | float]]:
        if text is None:
            return [], []
        found = COMPARISON.fullmatch(text.strip())
        if found is None or found[1] != entity.changed:
            raise BadRequest(f"$filter={text}")
        or_empty = f" or {quoted('changed')} is null" if found[4] else ""
        return [f"({quoted('changed')} {OPERATORS[found[2]]} ?{or_empty})"], [found[3].strip("'")]

    def _order(self, entity: Entity, text: str | None) -> list[str]:
        """By the key; without an order, by nothing that a client could count on."""
        if text is None:
            return ["(rowid * 7919) % 10007", "rowid"]
        if text.split(" ")[0] != entity.key:
            raise BadRequest(f"$orderby={text}")
        return [quoted("place")]

    def _table(self, name: str) -> StoredTable:
        edition = self.world.editions.current(self.source)
        entity = self.entities[name]

        def rows() -> Iterator[tuple[Cell, ...]]:
            for place, document in enumerate(sorted(self.make(name, edition), key=lambda each: each[entity.key])):
                changed = document[entity.changed] if entity.changed else None
                text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
                yield str(document[entity.key]), place, changed, text

        return self.world.store.table(
            f"{self.source}.{name}{self.variant}@{edition}", lambda: Table(self._columns, rows())
        )


def _selected(records: list[Document], names: list[str], expanded: str) -> list[Document]:
    """Records with the named fields and those of $expand alone.

    Raises:
        BadRequest: a name is no field.
    """
    if records and (unknown := [name for name in names if name not in records[0]]):
        raise BadRequest(f"Property '{unknown[0]}' is invalid")
    wanted = {*names, *re.findall(r"\w+", expanded)}
    return [{name: value for name, value in each.items() if name in wanted} for each in records]


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise BadRequest(f"found {text!r}, expected a whole number")
    return int(text)
