"""Invented persons: names put together by chance, CPFs masked as a source masks them or with wrong check digits."""

import random

FIRST = (
    "ANA", "BEATRIZ", "CAMILA", "DANIELA", "ELISA", "FERNANDA", "GABRIELA", "HELENA", "ISABEL", "JULIANA", "LARISSA",
    "MARIANA", "NATALIA", "PATRICIA", "RENATA", "SIMONE", "TATIANA", "ANDRE", "BRUNO", "CARLOS", "DIEGO", "EDUARDO",
    "FABIO", "GUSTAVO", "HENRIQUE", "IGOR", "JOAO", "LEONARDO", "MARCELO", "NELSON", "OTAVIO", "PAULO", "RAFAEL",
    "SERGIO", "TIAGO", "VITOR",
)  # fmt: skip
MIDDLE = ("APARECIDA", "AUGUSTO", "CRISTINA", "HENRIQUE", "MARIA", "CESAR", "LUIZA", "ROBERTO", "DE FATIMA", "JOSE")
LAST = (
    "ALVARENGA", "BRANDAO", "CARVALHAL", "DAMASCENO", "ESTRELA", "FIGUEIRAS", "GUIMARAES NETO", "HOLANDA", "IPE",
    "JATOBA", "LAGOA", "MANDACARU", "NOGUEIRAS", "OLIVEIRAL", "PINHAL", "QUARESMA", "RIACHO", "SERTAO", "TAPAJOS",
    "UMBUZEIRO", "VALADARES", "XAVANTE",
)  # fmt: skip


def person(draw: random.Random) -> str:
    """A name in capitals without accents, as SIAPE keeps them."""
    middle = f" {draw.choice(MIDDLE)}" if draw.random() < 0.5 else ""
    return f"{draw.choice(FIRST)}{middle} {draw.choice(LAST)} {draw.choice(LAST)}"


def masked_cpf(draw: random.Random) -> str:
    """`***.038.405-**`."""
    return f"***.{draw.randint(0, 999):03}.{draw.randint(0, 999):03}-**"


def cpf(draw: random.Random) -> str:
    """`038.405.117-90`, whose check digits are never right: nobody has it."""
    first = "".join(str(draw.randint(0, 9)) for _ in range(9))
    one, two = check_digits(first)
    text = f"{first}{one}{(two + 1 + draw.randint(0, 8)) % 10}"
    return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"


def check_digits(first: str) -> tuple[int, int]:
    """The right check digits of a CPF's nine digits."""
    digits = [int(digit) for digit in first]
    for length in (10, 11):
        rest = sum(digit * (length - at) for at, digit in enumerate(digits)) % 11
        digits.append(0 if rest < 2 else 11 - rest)
    return digits[9], digits[10]
