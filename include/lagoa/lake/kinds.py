"""What the texts of a column look like, told from a sample: by it a column that changed its shape is noticed.

A part of the rows only ever widens a kind (integer -> decimal -> text): small loads would go to and fro, as a column
of texts often holds nothing but numbers for some hundred rows. Another kind, and a narrower one than text, is told from
all rows: of a column of texts every value is looked at for that.
"""

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

SAMPLE_ROWS = 1000
"""About so many of each part, evenly spread: looking at every value would take as long as the rest of the load."""
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
    """The kind of each column over the parts of a run, and which columns have any value."""

    def __init__(self, nested: frozenset[str], texts: Collection[str] = ()) -> None:
        """Begin with nothing seen.

        Args:
            nested: the columns of jsonb.
            texts: columns that were of text before: of these every value is looked at, up to one that is.
        """
        self._nested, self._texts = nested, texts
        self._found: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        self._waiting: dict[str, list[pa.Array]] = {}
        self.filled: set[str] = set()

    def look_at(self, columns: Mapping[str, pa.Array], part_rows: int) -> None:
        """Take some more rows into account, of a part of so many."""
        every = max(1, part_rows // SAMPLE_ROWS)
        places = pa.array(range(0, max(map(len, columns.values()), default=0), every))
        for column, texts in columns.items():
            if texts.null_count < len(texts):
                self.filled.add(column)
            if self._found.get(column) == "text" and self._seen[column] >= FEW:
                continue
            sample = texts if every == 1 or column in self._texts else texts.take(places)
            waiting = self._waiting.setdefault(column, [])
            waiting.append(sample)
            if sum(map(len, waiting)) >= SAMPLE_ROWS:
                self._conclude(column)

    def _conclude(self, column: str) -> None:
        """Tell the kind of what waits; to look at little many times would take long."""
        values = pa.chunked_array(self._waiting.pop(column, []), pa.string()).drop_null()
        values = values.filter(pc.not_equal(values, ""))
        if len(values):
            kind = kind_of(values, NESTED if column in self._nested else PATTERNS)
            self._found[column] = join(self._found.get(column), kind)
            self._seen[column] = self._seen.get(column, 0) + len(values)

    def of(self, column: str, before: str | None, *, all_rows: bool = False) -> str | None:
        """The kind of a column, None where too little is known.

        Args:
            column: which.
            before: its kind as it was known.
            all_rows: the run brought the whole table, so that what was before need not hold any more.
        """
        self._conclude(column)
        found = self._found.get(column)
        are_many = self._seen.get(column, 0) >= FEW
        if before is None:
            return found if are_many else None
        if found is None:
            return before
        both = join(before, found)
        return found if all_rows and are_many and both == "text" else both


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
