"""Pseudonyms: equal values have equal ones, so that tables still join, and nobody can go back without the key."""

import hmac
import re
from functools import lru_cache

from lagoa.sources.identity import PUNCTUATION, cpf_of

CPF_AND_NAME = re.compile(r"(\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11})\s+-\s.*", re.DOTALL)
"""How some sources write a person in one text: `529.982.247-25 - MARIA DA SILVA`."""
DIGITS = 32
REMEMBERED = 50_000
"""Values whose pseudonyms are kept at hand: the same persons come page after page."""


class Pseudonyms:
    """HMAC-SHA256 under the installation's key, 32 hexadecimal digits: equal values give equal ones.

    Numbers of identity count as equal with and without their dots, and a person written as CPF and name is the CPF:
    names are spelt in several ways. Nobody can go back without the key, but who has the key can try every CPF: keep it
    like a password.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")
        self.of = lru_cache(REMEMBERED)(self._of)

    def _of(self, text: str) -> str:
        if not text:
            return text
        one = self._keyed.copy()
        one.update(_identity(text.strip()).encode("utf-8", "replace"))
        return one.hexdigest()[:DIGITS]


def _identity(plain: str) -> str:
    """What makes two texts the same person."""
    if (found := CPF_AND_NAME.fullmatch(plain)) and (number := cpf_of(found[1])):
        return number
    bare = plain.translate(PUNCTUATION)
    return bare if bare.isdigit() else plain
