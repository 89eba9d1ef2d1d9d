"""What the fields of some records look like, told without their values: kinds, lengths, how often they are there."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

KINDS = (
    ("true or false", re.compile(r"true|false", re.IGNORECASE)),
    ("whole number", re.compile(r"-?\d+")),
    ("number", re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")),
    ("Brazilian number", re.compile(r"-?\d{1,3}(\.?\d{3})*,\d+")),
    ("date", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("Brazilian date", re.compile(r"\d{2}/\d{2}/\d{4}")),
    ("timestamp", re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*|\d{2}/\d{2}/\d{4} \d{2}:\d{2}.*")),
)
OBJECT, LIST, TEXT = "object", "list", "text"
SENSITIVE = re.compile(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}|\S+@\S+\.\S+")
"""A CPF or an e-mail address: not shown, whatever the spec says of its field."""


@dataclass(frozen=True)
class FieldShape:
    """One field of some records."""

    name: str
    seen: int
    """Records in which it has a value."""
    kinds: tuple[str, ...]
    """What its values look like, the most frequent first; empty where there is none."""
    shortest: int
    longest: int
    """Characters."""
    example: str | None
    """A value that holds neither a CPF nor an address; to be shown only where somebody asks for it."""

    @property
    def is_nested(self) -> bool:
        """Whether some value is an object or a list."""
        return bool({OBJECT, LIST} & set(self.kinds))


def shapes(table: pa.Table) -> list[FieldShape]:
    """The fields of a table of texts, in its order."""
    return [_shape(name, table.column(name).to_pylist()) for name in table.column_names]


def _shape(name: str, values: Sequence[str | None]) -> FieldShape:
    texts = [value for value in values if value not in (None, "")]
    known = [text for text in texts if text is not None]
    kinds = [kind_of(text) for text in known]
    told = sorted(set(kinds), key=lambda kind: -kinds.count(kind))
    lengths = [len(text) for text in known] or [0]
    example = next((text for text in known if not SENSITIVE.search(text)), None)
    return FieldShape(name, len(known), tuple(_joined(told)), min(lengths), max(lengths), example)


def _joined(kinds: Iterable[str]) -> list[str]:
    """A column of numbers some of which are whole is one of numbers."""
    found = list(kinds)
    return [kind for kind in found if not (kind == "whole number" and {"number", "Brazilian number"} & set(found))]


def kind_of(text: str) -> str:
    """What one text looks like."""
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        try:
            value = json.loads(stripped)
        except ValueError:
            return TEXT
        return OBJECT if isinstance(value, dict) else LIST
    return next((kind for kind, pattern in KINDS if pattern.fullmatch(stripped)), TEXT)
