"""Names with `*` and `?` -> the files of folders, whatever holds the folders: a disk, a bucket, a web server."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What a folder holds: a file or another folder."""

    name: str
    is_folder: bool = False
    changed: str = ""
    """When, as a text that sorts; empty where the folder does not tell."""


ASIDE = (".", "~$")
"""How the names of hidden files begin, and of those that office programs leave beside a document that is open."""
Listed = Callable[[str], list[Entry]]
"""A folder's path -> its entries."""


def is_pattern(text: str) -> bool:
    """Whether a name stands for several."""
    return "*" in text or "?" in text


def pattern(text: str) -> re.Pattern[str]:
    """A name with `*` and `?`, to be matched whole; capitals are told apart, as servers do."""
    return re.compile(re.escape(text).replace(r"\*", "[^/]*").replace(r"\?", "[^/]"), re.DOTALL)


def split(path: str) -> tuple[str, str]:
    """A path as the folder that is named in full, and the rest, which holds patterns.

    >>> split("/a/b/x_*.csv"), split("/a/*/x.csv")
    (('/a/b', 'x_*.csv'), ('/a', '*/x.csv'))
    """
    parts = path.split("/")
    first = next(number for number, part in enumerate(parts) if is_pattern(part))
    return "/".join(parts[:first]), "/".join(parts[first:])


def found(path: str, listed: Listed) -> list[str]:
    """The files below the folder that a path names in full, by when they changed, then by name."""
    folder, rest = split(path)
    return [entry.name for entry in sorted(_below(folder, rest, listed), key=lambda entry: (entry.changed, entry.name))]


def _below(folder: str, rest: str, listed: Listed) -> Iterator[Entry]:
    first, _, further = rest.partition("/")
    if further and not is_pattern(first):
        inner = _below(f"{folder}/{first}", further, listed)
        yield from (Entry(f"{first}/{entry.name}", changed=entry.changed) for entry in inner)
        return
    for entry in listed(folder):
        if not _is_meant(entry, first, is_folder=bool(further)):
            continue
        if not further:
            yield entry
            continue
        inner = _below(f"{folder}/{entry.name}", further, listed)
        yield from (Entry(f"{entry.name}/{below.name}", changed=below.changed) for below in inner)


def _is_meant(entry: Entry, wanted: str, *, is_folder: bool) -> bool:
    """Whether an entry is one that a pattern asks for; hidden ones and the locks of open documents never are."""
    if entry.is_folder != is_folder or entry.name.startswith(ASIDE):
        return False
    return pattern(wanted).fullmatch(entry.name) is not None
