"""The search keys of IMAP (RFC 3501, 6.4.4), as far as a mailbox of reports needs them."""

import datetime as dt
from email import message_from_bytes, policy
from functools import lru_cache

from lagoa.simulator.imap_message import Message, NumberSet, Token

FLAGS = {"SEEN": "\\Seen", "ANSWERED": "\\Answered", "FLAGGED": "\\Flagged", "DELETED": "\\Deleted"}
HEADERS = ("FROM", "TO", "CC", "SUBJECT")


class Unsupported(ValueError):
    """A search key that this server does not know."""


def matches(message: Message, number: int, keys: list[Token]) -> bool:
    """Whether a message, the number-th of its folder, has everything that the keys ask for."""
    remaining = list(keys)
    results = []
    while remaining:
        results.append(_key(message, number, remaining))
    return all(results)


def _key(message: Message, number: int, remaining: list[Token]) -> bool:
    """Take one key with its arguments off the front, and tell whether it holds."""
    first = remaining.pop(0)
    if isinstance(first, list):
        return matches(message, number, first)
    name = first.upper()
    if name == "ALL":
        return True
    if name == "NOT":
        return not _key(message, number, remaining)
    if name == "OR":
        alternatives = [_key(message, number, remaining), _key(message, number, remaining)]
        return any(alternatives)
    if name in FLAGS:
        return FLAGS[name] in message.flags
    if name.removeprefix("UN") in FLAGS:
        return FLAGS[name.removeprefix("UN")] not in message.flags
    if name[:1].isdigit() or name == "*":
        return number in NumberSet(name)
    return _with_argument(message, name, str(remaining.pop(0)))


def _with_argument(message: Message, name: str, argument: str) -> bool:
    if name == "UID":
        return message.uid in NumberSet(argument)
    if name in ("SINCE", "BEFORE", "ON"):
        wanted, day = dt.datetime.strptime(argument, "%d-%b-%Y").date(), message.received_at.date()
        return {"SINCE": day >= wanted, "BEFORE": day < wanted, "ON": day == wanted}[name]
    if name in HEADERS:
        return argument.lower() in _header(message, name).lower()
    raise Unsupported(f"search key {name} is not supported")


@lru_cache(maxsize=4096)
def _header(message: Message, name: str) -> str:
    return str(message_from_bytes(message.header, policy=policy.default).get(name, ""))
