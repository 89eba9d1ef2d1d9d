"""A YAML file with its lines: text -> value, and the line of every key.

resources.linhas.write.key -> 17
"""

import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from lagoa.sources.spec.base import Place, Problem

UNREADABLE = "Correct the indentation, quotes or brackets around there"


class Unreadable(Exception):
    """The file is no YAML mapping."""

    def __init__(self, problem: Problem, line: int) -> None:
        self.problem, self.line = problem, line


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # nine times as fast
    """Safe YAML that passes over a key that comes twice: that is told with its line, together with all else."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose first of two equal keys wins."""
        seen: set[str] = set()
        kept = [(key, value) for key, value in node.value if key.value not in seen and not seen.add(key.value)]  # type: ignore[func-returns-value]
        return super().construct_mapping(yaml.MappingNode(node.tag, kept, node.start_mark, node.end_mark), deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        """A date; one that no calendar has stays a text, which is told with its line."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


class _AsWritten(_Loader):
    """The same without numbers, dates and booleans: a code such as 070002 stays what it is."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_AsWritten.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(~|null|)$"), ["~", "n", ""])


def text_of(path: Path) -> str:
    """A file's text.

    Raises:
        Unreadable: it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem((), "bytes that are not UTF-8", "UTF-8", "Save the file in that encoding")
        raise Unreadable(problem, line) from None


class Document:
    """A file's value and where each part of it stands."""

    def __init__(
        self,
        text: str,
        *,
        as_written: bool = False,
        expected: str = "a mapping with the keys of a source",
        remedy: str = "Begin with `source: <name>`",
    ) -> None:
        try:
            loader = (_AsWritten if as_written else _Loader)(text)
            root = loader.get_single_node()
            self.value: Any = None if root is None else loader.construct_document(root)
        except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:  # TypeError: a key that is a mapping
            raise _unreadable(text, error) from None
        if not isinstance(root, yaml.MappingNode) or not isinstance(self.value, dict):
            found = "an empty file" if root is None else "a list" if isinstance(root, yaml.SequenceNode) else "a text"
            raise Unreadable(Problem((), found, expected, remedy), 1)
        _refuse_circles(root, set(), set())
        self._root = root

    def line(self, place: Place) -> int:
        """The line of a place; of what is not there, the line of the mapping that lacks it."""
        return self._walk(place)[0]

    def depth(self, place: Place) -> int:
        """How many parts of a place are there."""
        return self._walk(place)[1]

    def repeated(self) -> Iterator[tuple[int, Problem]]:
        """Keys that come twice in one mapping, each with its line."""
        yield from _repeated(self._root, (), set())

    def _walk(self, place: Place) -> tuple[int, int]:
        node, line, depth = self._root, 1, 0
        for part in place:
            found = None
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if str(key.value) == str(part)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                found = (node.value[part], node.value[part])
            if found is None:
                break
            line, node, depth = found[0].start_mark.line + 1, found[1], depth + 1
        return line, depth


def _unreadable(text: str, error: Exception) -> Unreadable:
    """Why a file is no YAML, in the words of PyYAML's own parser, which do not depend on the installation."""
    try:
        yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as clearer:
        error = clearer
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    parts = [getattr(error, "context", None), getattr(error, "problem", None)]
    found = " ".join(filter(None, parts)).removeprefix("found ") or " ".join(str(error).split()) or type(error).__name__
    return Unreadable(Problem((), found, "YAML", UNREADABLE), mark.line + 1 if mark else 1)


def _refuse_circles(node: yaml.Node, around: set[int], seen: set[int]) -> None:
    """Raise for an anchor that is named inside itself: it would have no end."""
    if id(node) in around:
        remedy = "Write the part out in place of the alias"
        raise Unreadable(
            Problem((), "an anchor that holds itself", "a value with an end", remedy), node.start_mark.line + 1
        )
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    for part in parts:
        _refuse_circles(part, {*around, id(node)}, seen)


def _repeated(node: yaml.Node, place: Place, seen: set[int]) -> Iterator[tuple[int, Problem]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            if (before := first.setdefault(key.value, line)) != line and key.value != "<<":
                remedy = "Remove one: only one could count"
                yield line, Problem((*place, key.value), f"the key again, after line {before}", "each key once", remedy)
            yield from _repeated(value, (*place, key.value), seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeated(item, (*place, number), seen)
