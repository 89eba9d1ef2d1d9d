"""Titles and notes compared as people read them: quotes, capitals and repeated spaces make no difference."""

import pyarrow as pa
import pyarrow.compute as pc

BETWEEN_WORDS = r'["\s\p{Z}]+'


def spaced(text: str | None) -> str:
    """A text without quotes, its words one space apart."""
    return " ".join((text or "").replace('"', " ").split())


def normalised(text: str | None) -> str:
    """A text as it is compared."""
    return spaced(text).lower()


def normalised_column(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same of many texts at once."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, BETWEEN_WORDS, " ")))
