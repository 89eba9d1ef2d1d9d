"""What the texts of a column look like, told from a sample: by it a column that changed its shape is noticed.

A kind only ever widens (integer -> decimal -> text), so that small loads do not go to and fro between two of them.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

SAMPLE_ROWS = 1000
"""Of each part: looking at every value would take as long as the rest of the load."""
FEW = 30
"""Values below which nothing is concluded from a column that was not known before."""

PATTERNS = {
    "integer": r"^-?\d+$",
    "decimal": r"^-?(\d+|\d{1,3}([.,]\d{3})+)([.,]\d+)?([eE][+-]?\d+)?$",
    "boolean": r"^(?i:true|false|sim|não|nao)$",
    "date": r"^(\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4})$",
    "timestamp": r"^(\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4})([T ]\d{2}:\d{2}.*)?$",
    "json": r"(?s)^(\{.*\}|\[.*\])$",
}
"""From the narrowest kind on; what fits none is text."""
NESTED = {"object": r"(?s)^\{.*\}$", "array": r"(?s)^\[.*\]$"}
"""Of the JSON in columns of jsonb; what is neither is text."""
WIDER = {"integer": "decimal", "date": "timestamp"}


class Kinds:
    """The kind of each column over the parts of a run."""

    def __init__(self, nested: frozenset[str]) -> None:
        self._nested = nested
        self._found: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    def look_at(self, columns: Mapping[str, pa.Array]) -> None:
        """Take the first rows of some more arrays into account."""
        for column, texts in columns.items():
            values = texts.slice(0, SAMPLE_ROWS).drop_null()
            values = values.filter(pc.not_equal(values, ""))
            if len(values):
                kind = kind_of(values, NESTED if column in self._nested else PATTERNS)
                self._found[column] = join(self._found.get(column), kind)
                self._seen[column] = self._seen.get(column, 0) + len(values)

    def of(self, column: str, before: str | None) -> str | None:
        """The kind of a column, where it was of another before; None where too little is known."""
        found = self._found.get(column)
        if before is None:
            return found if self._seen.get(column, 0) >= FEW else None
        return join(before, found) if found else before


def kind_of(texts: pa.Array, patterns: Mapping[str, str]) -> str:
    """The narrowest kind that all of some texts have."""
    for kind, pattern in patterns.items():
        if pc.all(pc.match_substring_regex(texts, pattern)).as_py():
            return kind
    return "text"


def join(one: str | None, other: str) -> str:
    """The narrowest kind that holds both."""
    if one in (None, other):
        return other
    if WIDER.get(one) == other or WIDER.get(other) == one:  # type: ignore[arg-type]
        return "decimal" if "integer" in (one, other) else "timestamp"
    return "text"
