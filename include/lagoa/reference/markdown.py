"""Tables and links of a Markdown page."""

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what a cell's text would break is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def anchor(title: str) -> str:
    """The link to a heading, as the renderers of Git hosts make it."""
    return "#" + re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def code(text: object) -> str:
    """A text as it is written in a file."""
    return f"`{text}`"


def codes(names: Iterable[object]) -> str:
    """Several of them."""
    return ", ".join(map(code, names))


def _cell(text: str) -> str:
    """In one line; what Markdown would take for a column, emphasis or HTML is harmless outside of code."""
    pieces = re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|").split("`")
    return "`".join(
        piece if number % 2 else piece.replace("<", "&lt;").replace("*", "\\*") for number, piece in enumerate(pieces)
    )
