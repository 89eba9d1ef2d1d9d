"""Personal data inside a nested field: what is named is treated in its own way, in all the rest CPFs are masked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lagoa.sources.masks import with_masked_cpfs
from lagoa.sources.records import as_json, as_text, read_json

Treat = Callable[[str], str]
"""One text -> what is stored of it."""


@dataclass(frozen=True)
class Named:
    """The end of a path: whole, as the spec writes it, and what is done there; None = it is left out."""

    path: str
    treat: Treat | None


Branch = dict[str, "Branch | Named"]


class Inside:
    """The treatment of one nested field; lists on the way of a path are gone through."""

    def __init__(self, field: str, named: Mapping[str, Treat | None]) -> None:
        """Take the paths inside the field, dotted, none of which goes on where another ends."""
        self._tree: Branch = {}
        self._met: set[str] = set()
        self._missed: set[str] = set()
        for path, treat in named.items():
            *way, end = path.split(".")
            branch = self._tree
            for name in way:
                below = branch.setdefault(name, {})
                if isinstance(below, dict):
                    branch = below
            branch[end] = Named(f"{field}.{path}", treat)

    @property
    def unmatched(self) -> list[str]:
        """Paths that objects were searched for and that led to nothing in any of them."""
        return sorted(self._missed - self._met)

    def __call__(self, text: str) -> str:
        """The stored text of a nested value, treated."""
        return as_json(self._treated(read_json(text), self._tree)) or "null"

    def _treated(self, value: Any, branch: Branch) -> Any:
        if isinstance(value, list):
            return [self._treated(item, branch) for item in value]
        if not isinstance(value, dict):
            return with_masked_cpfs(value)
        self._missed.update(path for name in branch.keys() - value.keys() for path in _paths(branch[name]))
        found = {}
        for name, inner in value.items():
            below = branch.get(name, {})
            if isinstance(below, dict):
                found[name] = self._treated(inner, below)
                continue
            self._met.add(below.path)
            if below.treat is not None:
                found[name] = _each(inner, below.treat)
        return found


def _paths(below: Branch | Named) -> Iterator[str]:
    if isinstance(below, Named):
        yield below.path
    else:
        for each in below.values():
            yield from _paths(each)


def _each(value: Any, treat: Treat) -> Any:
    """A value, or each of a list; objects become the text that they are."""
    if isinstance(value, list):
        return [_each(item, treat) for item in value]
    text = as_text(value)
    treated = None if text is None else treat(text)
    return value if treated == text else treated
