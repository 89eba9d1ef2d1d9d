"""Rows of a database's table or query."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lagoa.sources.spec.base import Problem, Text, Whole
from lagoa.sources.spec.resource import Resource


class SqlResource(Resource):
    """Rows of a table or of a query, in chunks; incremental where `write.watermark` names a column that only grows."""

    kind: Literal["sql"]
    table: str | None = Field(
        default=None,
        pattern=r"^[\w$]+(\.[\w$]+)*$",
        json_schema_extra={"expected": "a table such as vendas or loja.vendas"},
    )
    """Its name, with the schema where it needs one."""
    query: Text | None = None
    """A select in place of a table."""
    chunk_rows: Whole = Field(default=50_000, gt=0)
    """Rows that are fetched and written at a time."""

    def problems(self) -> Iterator[Problem]:
        """Nothing or two things to read, a statement that does not read."""
        yield from super().problems()
        if self.table is None and self.query is None:
            yield Problem(("table",), "nothing", "`table` or `query`", "Add one of them")
        if self.table is not None and self.query is not None:
            yield Problem(("query",), "it beside `table`", "one of them", "Remove one")
        if self.query is not None and not self.query.lower().lstrip("( \n").startswith(("select", "with")):
            yield Problem(("query",), f"a statement that begins {self.query.split()[0]!r}", "a select", "Rewrite it")

    @property
    def looks_back(self) -> bool:
        """The database itself is asked from the watermark on."""
        return self.watermark is not None
