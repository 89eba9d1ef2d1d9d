"""Who sells to the Union: (seed, scale) -> suppliers of every kind that a document names.

Nearly all are companies, one in eight of them with letters in its CNPJ; one each is a natural person, a UG and a body
abroad with a generic id.
"""

from dataclasses import dataclass

from lagoa.simulator.facts import UFS
from lagoa.simulator.generated.agencies import cnpj
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.federal_bodies import bodies
from lagoa.simulator.generated.people import person

SUPPLIERS_AT_SCALE_1 = 260
FEWEST = 20
FIRST_ROOT = 31_400_117
LETTERS_ONE_IN = 8
COMPANY, PERSON, UNIT, GENERIC = "JURIDICA", "FISICA", "UG", "IDGENERICO"
OF_A_UNIT, OF_A_BODY_ABROAD, OF_A_PERSON = 6, 9, 12
"""Which suppliers are no companies."""

CPF = "52998224725"
"""The one of textbooks: its check digits are right, and it is nobody's."""

NAMES = (
    "Aliança", "Planalto", "Horizonte", "Cerrado", "Atlântica", "Guararapes", "Ipiranga", "Nova Era", "Tapajós",
    "Pampulha", "Araucária", "Vértice", "Mantiqueira", "Solimões", "Paranoá", "Boa Vista", "Andaluz", "Litoral",
)  # fmt: skip
TRADES = (
    "Serviços Gerais", "Engenharia", "Tecnologia", "Distribuidora", "Vigilância", "Comércio e Representações",
    "Facilities", "Laboratórios", "Soluções", "Construções",
)  # fmt: skip
ENDINGS = (("Ltda", 0.68), ("S.A.", 0.17), ("EIRELI", 0.08), ("ME", 0.07))


@dataclass(frozen=True)
class Supplier:
    """Whom a contract or commitment names; `tipo` is JURIDICA, FISICA, UG or IDGENERICO, as Contratos.gov.br writes it.

    `documento` has no punctuation: a CNPJ, a CPF, the code of a UG, a generic id.
    """

    documento: str
    nome: str
    uf: str
    tipo: str

    @property
    def is_company(self) -> bool:
        """Whether its document is a CNPJ."""
        return self.tipo == COMPANY

    @property
    def written(self) -> str:
        """The document as people write it, a CNPJ or a CPF with its punctuation."""
        if self.tipo == COMPANY:
            return punctuated_cnpj(self.documento)
        found = self.documento
        return f"{found[:3]}.{found[3:6]}.{found[6:9]}-{found[9:]}" if self.tipo == PERSON else found

    @property
    def public(self) -> str:
        """The document as the Portal publishes it, and as Lagoa stores it: a CPF masked."""
        return f"***.{self.documento[3:6]}.{self.documento[6:9]}-**" if self.tipo == PERSON else self.documento


def suppliers(seed: int, scale: float) -> tuple[Supplier, ...]:
    """All of them, the first ones selling most."""
    found = []
    for position in range(max(FEWEST, round(SUPPLIERS_AT_SCALE_1 * scale))):
        draw = chance(seed, "supplier", position)
        nome = f"{draw.choice(NAMES)} {draw.choice(NAMES)} {draw.choice(TRADES)} {pick(draw, ENDINGS)}"
        uf = draw.choice([uf.sigla for uf in UFS])
        found.append(Supplier(cnpj(_root(position)), nome, uf, COMPANY))
    unit = bodies()[1][-1]
    found[OF_A_UNIT] = Supplier(unit.codigo, unit.nome, unit.uf, UNIT)
    found[OF_A_BODY_ABROAD] = Supplier("EXOTT1009", "Overseas Journals Inc.", "DF", GENERIC)
    found[OF_A_PERSON] = Supplier(CPF, person(chance(seed, "supplier", "person")).title(), "PE", PERSON)
    return tuple(found)


def punctuated_cnpj(cnpj: str) -> str:
    """`12.345.678/0001-95`."""
    return f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"


def _root(position: int) -> str:
    """Eight characters; in one root of eight three digits became letters."""
    digits = f"{FIRST_ROOT + position * 137}"
    if position % LETTERS_ONE_IN != 3:
        return digits
    return digits[:2] + "".join(chr(ord("A") + int(digit)) for digit in digits[2:5]) + digits[5:]
