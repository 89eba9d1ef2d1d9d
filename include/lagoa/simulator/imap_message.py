"""A message of the IMAP server, and how the protocol writes commands, sets of numbers and answers (RFC 3501)."""

import datetime as dt
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

Token = str | list["Token"]
"""A word of a command, or what stands in parentheses."""
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)')
HIGHEST = 2**32


@dataclass(frozen=True)
class Message:
    """One message: `content` is its RFC 822 text with CRLF line ends, `received_at` when the server got it."""

    uid: int
    received_at: dt.datetime
    content: bytes
    flags: tuple[str, ...] = ()
    is_gone: bool = False
    """It is found and cannot be fetched: somebody deleted it in between."""

    @property
    def header(self) -> bytes:
        """Up to and including the blank line."""
        head, blank, _ = self.content.partition(b"\r\n\r\n")
        return head + blank


def parsed(pieces: Sequence[bytes | str]) -> list[Token]:
    """The words of a command; a piece of text (not bytes) is a literal, one word whatever it holds.

    Raises:
        ValueError: parentheses that do not match.
    """
    stack: list[list[Token]] = [[]]
    for piece in pieces:
        if isinstance(piece, str):
            stack[-1].append(piece)
            continue
        for quoted, parenthesis, word in WORD.findall(piece.decode("utf-8", "replace")):
            if parenthesis == "(":
                stack.append([])
            elif parenthesis == ")":
                if len(stack) == 1:
                    raise ValueError("a parenthesis too many")
                inner = stack.pop()
                stack[-1].append(inner)
            else:
                stack[-1].append(word or re.sub(r"\\(.)", r"\1", quoted))
    if len(stack) > 1:
        raise ValueError("a parenthesis is open")
    return stack[0]


class NumberSet(Container[int]):
    """A sequence set: 1,3:5,7:*; ValueError where the text is none."""

    def __init__(self, text: str) -> None:
        self.ranges = []
        for part in text.split(","):
            ends = [HIGHEST if end == "*" else int(end) for end in part.split(":")]
            self.ranges.append((min(ends), max(ends)))

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and any(low <= number <= high for low, high in self.ranges)


def fetched(message: Message, names: Sequence[str], by_uid: bool) -> bytes:
    """The items of a message as FETCH answers them.

    Raises:
        ValueError: an item that this server does not know.
    """
    items = [_item(message, name) for name in names]
    if by_uid and "UID" not in names:
        items.append(_item(message, "UID"))
    return b" ".join(items)


def _item(message: Message, name: str) -> bytes:
    if name == "UID":
        return b"UID %d" % message.uid
    if name == "FLAGS":
        return f"FLAGS ({' '.join(message.flags)})".encode()
    if name == "INTERNALDATE":
        return f'INTERNALDATE "{message.received_at:%d-%b-%Y %H:%M:%S %z}"'.encode()
    if name == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % len(message.content)
    parts = {
        "BODY[]": message.content,
        "RFC822": message.content,
        "BODY[HEADER]": message.header,
        "RFC822.HEADER": message.header,
    }
    shown = name.replace(".PEEK", "")
    if shown not in parts:
        raise ValueError(f"{name} is not supported")
    return f"{shown} {{{len(parts[shown])}}}\r\n".encode() + parts[shown]
