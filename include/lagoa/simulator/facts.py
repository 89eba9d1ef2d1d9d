"""Public facts of Brazil that both kinds of data need: regions, the 27 UFs and their capitals (IBGE codes)."""

from typing import NamedTuple


class Region(NamedTuple):
    """One of the five regions, as IBGE numbers them."""

    id: int
    sigla: str
    nome: str


class Uf(NamedTuple):
    """One federative unit, with its capital."""

    id: int
    sigla: str
    nome: str
    regiao: Region
    capital_id: int
    capital: str


NORTE = Region(1, "N", "Norte")
NORDESTE = Region(2, "NE", "Nordeste")
SUDESTE = Region(3, "SE", "Sudeste")
SUL = Region(4, "S", "Sul")
CENTRO_OESTE = Region(5, "CO", "Centro-Oeste")

UFS: tuple[Uf, ...] = (
    Uf(11, "RO", "Rondônia", NORTE, 1100205, "Porto Velho"),
    Uf(12, "AC", "Acre", NORTE, 1200401, "Rio Branco"),
    Uf(13, "AM", "Amazonas", NORTE, 1302603, "Manaus"),
    Uf(14, "RR", "Roraima", NORTE, 1400100, "Boa Vista"),
    Uf(15, "PA", "Pará", NORTE, 1501402, "Belém"),
    Uf(16, "AP", "Amapá", NORTE, 1600303, "Macapá"),
    Uf(17, "TO", "Tocantins", NORTE, 1721000, "Palmas"),
    Uf(21, "MA", "Maranhão", NORDESTE, 2111300, "São Luís"),
    Uf(22, "PI", "Piauí", NORDESTE, 2211001, "Teresina"),
    Uf(23, "CE", "Ceará", NORDESTE, 2304400, "Fortaleza"),
    Uf(24, "RN", "Rio Grande do Norte", NORDESTE, 2408102, "Natal"),
    Uf(25, "PB", "Paraíba", NORDESTE, 2507507, "João Pessoa"),
    Uf(26, "PE", "Pernambuco", NORDESTE, 2611606, "Recife"),
    Uf(27, "AL", "Alagoas", NORDESTE, 2704302, "Maceió"),
    Uf(28, "SE", "Sergipe", NORDESTE, 2800308, "Aracaju"),
    Uf(29, "BA", "Bahia", NORDESTE, 2927408, "Salvador"),
    Uf(31, "MG", "Minas Gerais", SUDESTE, 3106200, "Belo Horizonte"),
    Uf(32, "ES", "Espírito Santo", SUDESTE, 3205309, "Vitória"),
    Uf(33, "RJ", "Rio de Janeiro", SUDESTE, 3304557, "Rio de Janeiro"),
    Uf(35, "SP", "São Paulo", SUDESTE, 3550308, "São Paulo"),
    Uf(41, "PR", "Paraná", SUL, 4106902, "Curitiba"),
    Uf(42, "SC", "Santa Catarina", SUL, 4205407, "Florianópolis"),
    Uf(43, "RS", "Rio Grande do Sul", SUL, 4314902, "Porto Alegre"),
    Uf(50, "MS", "Mato Grosso do Sul", CENTRO_OESTE, 5002704, "Campo Grande"),
    Uf(51, "MT", "Mato Grosso", CENTRO_OESTE, 5103403, "Cuiabá"),
    Uf(52, "GO", "Goiás", CENTRO_OESTE, 5208707, "Goiânia"),
    Uf(53, "DF", "Distrito Federal", CENTRO_OESTE, 5300108, "Brasília"),
)
UF_BY_ID = {uf.id: uf for uf in UFS}
