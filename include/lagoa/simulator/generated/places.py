"""Some 600 municípios: the 27 capitals and one new município as they are, the others invented, with valid codes."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from lagoa.simulator.catalog import Document
from lagoa.simulator.facts import UFS, Uf
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.places import municipality

ONE_IN = 9.3
"""One invented município stands for so many real ones."""

MUNICIPALITIES = {
    "RO": 52, "AC": 22, "AM": 62, "RR": 15, "PA": 144, "AP": 16, "TO": 139, "MA": 217, "PI": 224, "CE": 184,
    "RN": 167, "PB": 223, "PE": 185, "AL": 102, "SE": 75, "BA": 417, "MG": 853, "ES": 78, "RJ": 92, "SP": 645,
    "PR": 399, "SC": 295, "RS": 497, "MS": 79, "MT": 142, "GO": 246, "DF": 1,
}  # fmt: skip
"""How many each UF has (IBGE, 2022)."""

POPULATION_MILLIONS = {
    "RO": 1.6, "AC": 0.8, "AM": 3.9, "RR": 0.6, "PA": 8.1, "AP": 0.7, "TO": 1.5, "MA": 6.8, "PI": 3.3, "CE": 8.8,
    "RN": 3.3, "PB": 4.0, "PE": 9.1, "AL": 3.1, "SE": 2.2, "BA": 14.1, "MG": 20.5, "ES": 3.8, "RJ": 16.1,
    "SP": 44.4, "PR": 11.4, "SC": 7.6, "RS": 10.9, "MS": 2.8, "MT": 3.7, "GO": 7.1, "DF": 2.8,
}  # fmt: skip
"""Census of 2022."""

NEW_MUNICIPALITY = (5101837, "Boa Esperança do Norte", "MT")
"""Installed in 2025: it has no microrregião. https://servicodados.ibge.gov.br/api/docs/localidades"""

FIRST_NAMES = (
    "Nova", "Santa Rita do", "São Bento do", "Porto", "Lagoa do", "Campo do", "Serra do", "Barra do", "Ribeirão do",
    "Vila", "Monte", "Bom Jesus do", "Santo Antônio do", "Várzea do", "Morro do", "São João do",
)  # fmt: skip
LAST_NAMES = (
    "Ipê", "Buriti", "Jatobá", "Araçá", "Guará", "Cedro", "Sabiá", "Pinhal", "Angico", "Mandacaru", "Cajueiro",
    "Tucano", "Jacarandá", "Murici", "Pequi", "Umbuzeiro", "Aroeira", "Babaçu", "Tamanduá", "Capivara", "Ingá",
    "Açaí", "Xaxim", "Juazeiro Velho", "Tarumã", "Cambará", "Guapuruvu", "Marmeleiro", "Sapucaia Velha",
    "Piracema", "Quati", "Bem-te-vi", "Catingueira", "Embaúba", "Imbuia", "Jequitibá", "Lobeira", "Mangabeira",
    "Oiti", "Peroba", "Quaresmeira", "Sucupira",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A município."""

    code: int
    name: str
    uf: Uf
    is_capital: bool


def check_digit(six: int) -> int:
    """The seventh digit of an IBGE município code: weights 1 and 2 in turn, digits summed, modulo 10."""
    total = 0
    for position, digit in enumerate(map(int, f"{six:06}")):
        product_ = digit * (1 + position % 2)
        total += product_ // 10 + product_ % 10
    return -total % 10


@lru_cache(maxsize=2)
def places(seed: int) -> tuple[Place, ...]:
    """All municípios, by code."""
    names = [f"{first} {last}" for first, last in product(FIRST_NAMES, LAST_NAMES)]
    chance(seed, "names").shuffle(names)
    taken = {uf.capital_id for uf in UFS} | {NEW_MUNICIPALITY[0]}
    found = [Place(uf.capital_id, uf.capital, uf, True) for uf in UFS]
    for uf in UFS:
        for position in range(1, round(MUNICIPALITIES[uf.sigla] / ONE_IN)):
            six = uf.id * 10_000 + position * 5
            code = six * 10 + check_digit(six)
            if code not in taken:
                found.append(Place(code, names.pop(), uf, False))
        if uf.sigla == NEW_MUNICIPALITY[2]:
            found.append(Place(NEW_MUNICIPALITY[0], NEW_MUNICIPALITY[1], uf, False))
    return tuple(sorted(found, key=lambda place: place.code))


def documents(seed: int) -> list[Document]:
    """The municípios as IBGE shows them; regions are invented, a dozen municípios each, named after the first."""
    shown = []
    for uf in UFS:
        own = [place for place in places(seed) if place.uf is uf]
        for position, place in enumerate(own):
            small, large = position // 12, position // 36
            is_new = place.code == NEW_MUNICIPALITY[0]
            centre, seat = own[small * 12].name, own[large * 36].name
            shown.append(
                municipality(
                    place.code,
                    place.name,
                    uf,
                    immediate=(uf.id * 10_000 + small + 1, centre),
                    intermediate=(uf.id * 100 + large + 1, seat),
                    micro=None if is_new else (uf.id * 1000 + small + 1, centre),
                    meso=None if is_new else (uf.id * 100 + large + 1, f"Região de {seat}"),
                )
            )
    return shown
