"""Brazilian numbers of identity: which text is a CPF, a natural person's, and which a CNPJ, a company's or a body's.

Check digits as the Receita Federal computes them, modulo 11. A CNPJ may hold letters since July 2026: each character
then counts as its ASCII code less 48 (Instrução Normativa RFB 2.229/2024).
"""

import re
from collections.abc import Sequence

PUNCTUATION = str.maketrans("", "", "./-")
WRITTEN_CPF = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
DIGITS_OF_CPF = re.compile(r"\d{9,14}")
"""Eleven, less up to two zeros that a number lost, or with the zeros that fill a field made for a CNPJ."""
CNPJ = re.compile(r"[0-9A-Z]{12}\d{2}")
HIGHEST_WEIGHT = {"cpf": 11, "cnpj": 9}


def cpf_of(text: str) -> str | None:
    """The eleven digits of a text that is a CPF and nothing else; None of any other.

    That is one written with dots and dash, or digits that check. Numbers lose leading zeros and padded fields gain
    some, so nine to fourteen digits count as a CPF where they check as one; of fewer digits one cannot tell: a UG has
    six, a date or the root of a CNPJ eight. Of other numbers of such length one in a hundred checks by chance.

    >>> cpf_of("529.982.247-25"), cpf_of("1234567890"), cpf_of("15316500001"), cpf_of("00000000000191")
    ('52998224725', '01234567890', None, None)
    """
    plain = text.strip()
    if WRITTEN_CPF.fullmatch(plain):
        return plain.translate(PUNCTUATION)
    digits = plain.lstrip("0").zfill(11)
    if not DIGITS_OF_CPF.fullmatch(plain) or len(digits) > 11 or is_cnpj(plain):
        return None
    return digits if cpf_checks(digits) else None


def is_cnpj(text: str) -> bool:
    """Whether a text is a CNPJ, with letters or without, with punctuation or without, whose check digits are right.

    >>> is_cnpj("12.ABC.345/01DE-35"), is_cnpj("00394460005887"), is_cnpj("MARIADASILVA12")
    (True, True, False)
    """
    bare = text.strip().translate(PUNCTUATION)
    return bool(CNPJ.fullmatch(bare)) and _checks([ord(each) - ord("0") for each in bare], "cnpj")


def cpf_checks(digits: str) -> bool:
    """Whether the last two of eleven digits follow from the others."""
    return _checks([int(each) for each in digits], "cpf")


def _checks(values: Sequence[int], kind: str) -> bool:
    """Weights rise from 2 at the right and begin anew after the highest."""
    weights = HIGHEST_WEIGHT[kind] - 1
    for end in (len(values) - 2, len(values) - 1):
        total = sum(value * (2 + at % weights) for at, value in enumerate(reversed(values[:end])))
        if total * 10 % 11 % 10 != values[end]:
            return False
    return True
