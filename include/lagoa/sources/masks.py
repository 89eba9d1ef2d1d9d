"""Masks of personal data: whole values, identifiers that may be a person's, CPFs inside texts and inside JSON."""

import re
from typing import Any

from lagoa.sources.identity import cpf_checks, cpf_of, is_cnpj
from lagoa.sources.records import as_json, as_text, read_json

NUMERIC_CNPJ = re.compile(r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}")
CPF = re.compile(r"(\d{3})\.?(\d{3})\.?(\d{3})-?(\d{2})")
CPF_INSIDE = re.compile(
    r"(?<!\d)(?<!\d\.)(\d{3})([ .]?)(\d{3})\2(\d{3})(\s?[-–/]?\s?)(\d{2})(?!\d)(?!-\d)(?!/\d{4}(?!\d))"
)
"""However it is written; not the beginning of a longer number, of a process (`…/2024`) or of an amount."""
MASKED = re.compile(r"[.*/-]*(?:\d[.*/-]*){0,6}")
"""With three stars in it, what a source masked already: at most six digits stand, and no letter."""


def mask(text: str) -> str:
    """What still tells records apart by eye: `***.456.789-**` of a CPF, the first letter of anything else.

    A CNPJ names no natural person and stays. For a field that is a person's: of an identifier that may be anything
    else, a UG's code say, nothing would be left; that is for `mask_id`.

    >>> mask("12345678901"), mask("123.456.789-01"), mask("Maria da Silva"), mask("***.456.789-**")
    ('***.456.789-**', '***.456.789-**', 'M***', '***.456.789-**')
    """
    plain = text.strip()
    is_masked = "***" in text and MASKED.fullmatch(plain)
    if is_masked or not text:
        return text
    if found := CPF.fullmatch(plain):
        return masked_cpf("".join(found.groups()))
    if number := cpf_of(plain):
        return masked_cpf(number)
    if NUMERIC_CNPJ.fullmatch(plain) or is_cnpj(plain):
        return text
    return f"{plain[:1]}***"


def mask_id(text: str) -> str:
    """An identifier of a person or of something else: a CPF is masked, whatever else it is stays as it is.

    CNPJs, codes of UGs, generic ids and what is masked already stay. Eleven digits that do not check are no CPF. Where
    zeros are missing or too many, see `lagoa.sources.identity.cpf_of`.

    >>> mask_id("52998224725"), mask_id("153165"), mask_id("EXOTT1000"), mask_id("12.ABC.345/01DE-35")
    ('***.982.247-**', '153165', 'EXOTT1000', '12.ABC.345/01DE-35')
    """
    if number := cpf_of(text):
        return masked_cpf(number)
    return text if is_cnpj(text) else mask_cpf(text)


def mask_cpf(text: str) -> str:
    """A text in which every CPF is masked and all else stays: written with its dots, or eleven digits that check.

    >>> mask_cpf("Ressarce 529.982.247-25, processo 02000045678")
    'Ressarce ***.982.247-**, processo 02000045678'
    """
    return CPF_INSIDE.sub(_masked_inside, text)


def mask_cpf_anywhere(text: str) -> str:
    """The same of a stored value, which may be an object or a list as JSON: each of its values by itself."""
    if text[:1] in "{[":
        try:
            return as_json(with_masked_cpfs(read_json(text))) or "null"
        except ValueError:  # a text that begins like one
            pass
    return mask_cpf(text)


def with_masked_cpfs(value: Any) -> Any:
    """A value of JSON in which every CPF is masked, in objects and lists, too."""
    if isinstance(value, dict):
        return {name: with_masked_cpfs(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_masked_cpfs(inner) for inner in value]
    text = as_text(value)
    masked = None if text is None else mask_cpf(text)
    return value if masked == text else masked


def masked_cpf(digits: str) -> str:
    """Eleven digits as sources show them to everybody: `***.456.789-**`."""
    return f"***.{digits[3:6]}.{digits[6:9]}-**"


def _masked_inside(found: re.Match[str]) -> str:
    digits = found[1] + found[3] + found[4] + found[6]
    is_written_as_one = found[2] == "." and found[5] == "-"
    return masked_cpf(digits) if is_written_as_one or cpf_checks(digits) else found[0]
