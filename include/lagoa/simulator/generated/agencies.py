"""Who buys: about 40 municípios and, in the capitals, their states; invented CNPJs with valid check digits."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.places import POPULATION_MILLIONS, Place, places

OTHER_PLACES = 13
"""Municípios that buy besides the 27 capitals."""

FIRST_ROOT = 90_000_137
DEPARTMENTS = (
    "SECRETARIA MUNICIPAL DE ADMINISTRACAO",
    "SECRETARIA MUNICIPAL DE SAUDE",
    "SECRETARIA MUNICIPAL DE EDUCACAO",
    "SECRETARIA MUNICIPAL DE OBRAS E INFRAESTRUTURA",
)
STATE_DEPARTMENTS = (
    "SECRETARIA DE ESTADO DA SAUDE",
    "SECRETARIA DE ESTADO DA EDUCACAO",
    "SECRETARIA DE ESTADO DA SEGURANCA PUBLICA",
)

STATE_ARTICLES = dict.fromkeys(("AL", "GO", "MG", "MS", "MT", "PE", "RO", "RR", "SC", "SE", "SP"), "DE") | {
    "BA": "DA",
    "PB": "DA",
}
"""The others take DO."""


@dataclass(frozen=True)
class Agency:
    """A buyer, with the units that buy for it as (code, name)."""

    cnpj: str
    name: str
    sphere: str
    place: Place
    units: tuple[tuple[str, str], ...]


def cnpj(root: int | str) -> str:
    """The 14 characters of a head office: 8 of the root, which may hold letters, 0001, two check digits.

    Receita Federal: weights 5432 98765432, then 65432 98765432, modulo 11; a letter counts as its code less that of 0.
    """
    stem = f"{root:0>8}0001"
    digits = [ord(each) - ord("0") for each in stem]
    for weights in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        digits.append(0 if rest < 2 else 11 - rest)
    return f"{stem}{digits[12]}{digits[13]}"


@lru_cache(maxsize=2)
def agencies(seed: int) -> tuple[tuple[Agency, ...], tuple[float, ...]]:
    """The buyers, and their running weights: the more people a UF has, the more is bought there."""
    others = [place for place in places(seed) if not place.is_capital]
    draw = chance(seed, "buyers")
    buying = [place for place in places(seed) if place.is_capital]
    buying += draw.sample(others, OTHER_PLACES)
    found, weights = [], []
    for position, place in enumerate(buying):
        people = POPULATION_MILLIONS[place.uf.sigla] ** 0.6
        root = FIRST_ROOT + position * 1_371
        if place.uf.sigla == "DF":
            units = _units(position + 501, STATE_DEPARTMENTS)
            found.append(Agency(cnpj(root), "DISTRITO FEDERAL", "D", place, units))
            weights.append(people)
            continue
        name = f"MUNICIPIO DE {unaccented(place.name)}"
        found.append(Agency(cnpj(root), name, "M", place, _units(position + 101, DEPARTMENTS)))
        weights.append(people if place.is_capital else people / 3)
        if place.is_capital:
            name = f"ESTADO {STATE_ARTICLES.get(place.uf.sigla, 'DO')} {unaccented(place.uf.nome)}"
            units = _units(position + 501, STATE_DEPARTMENTS)
            found.append(Agency(cnpj(root + 640_000), name, "E", place, units))
            weights.append(people / 2)
    return tuple(found), tuple(accumulate(weights))


def unaccented(name: str) -> str:
    """Capitals without accents, as in Receita Federal's register."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()


def _units(first: int, departments: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{first}{number}", name) for number, name in enumerate(departments, 1))
