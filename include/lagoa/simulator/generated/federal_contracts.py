"""Under which contracts the Union buys: (seed, scale, suppliers) -> contracts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from lagoa.simulator.generated.calendar import REFERENCE
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.federal_bodies import Ug, bodies
from lagoa.simulator.generated.federal_suppliers import Supplier

CONTRACTS_AT_SCALE_1 = 420
FIRST_ID = 48_211
YEARS = 5
CHANGED_ONE_IN = 12
KNOWN_ONE_IN = 3
"""How often a UG contracts the same supplier again."""

KINDS = (
    ("Contratação de serviços continuados de limpeza e conservação", 14.0, "339037", True),
    ("Contratação de serviços de vigilância armada e desarmada", 14.3, "339037", True),
    ("Prestação de serviços de apoio administrativo e recepção", 13.8, "339037", True),
    ("Manutenção predial preventiva e corretiva", 13.6, "339039", True),
    ("Fornecimento de energia elétrica", 13.9, "339039", True),
    ("Licenciamento de software e suporte técnico", 13.2, "339040", True),
    ("Serviços de computação em nuvem", 13.7, "339040", True),
    ("Aquisição de equipamentos de informática", 12.8, "449052", False),
    ("Aquisição de insumos de laboratório", 12.2, "339030", False),
    ("Aquisição de medicamentos e material médico-hospitalar", 13.5, "339030", False),
    ("Obra de reforma e ampliação de edificação", 15.1, "449051", False),
    ("Locação de veículos com motorista", 12.9, "339033", True),
)
"""What is bought, the logarithm of its median value in reais, its natureza de despesa, whether it is continuous."""

MODALITIES = (
    (("05", "Pregão"), 0.66),
    (("06", "Dispensa"), 0.18),
    (("07", "Inexigibilidade"), 0.11),
    (("03", "Concorrência"), 0.05),
)


@dataclass(frozen=True)
class Contract:
    """A contract: `numero` is unique within its UG, `id` everywhere.

    `vigencia_fim` is None for an indefinite term. `changed_in_edition` is the number of the edition (1 or 2) in which
    it was first seen with an amendment, None for most. `is_active` is meant at the last edition.
    """

    id: int
    numero: str
    ano: int
    ug: Ug
    supplier: Supplier
    objeto: str
    processo: str
    modalidade_codigo: str
    modalidade: str
    data_assinatura: date
    vigencia_inicio: date
    vigencia_fim: date | None
    valor_inicial_cents: int
    valor_global_cents: int
    num_parcelas: int
    is_active: bool
    changed_in_edition: int | None
    natureza: str
    is_continuous: bool


def contracts(seed: int, scale: float, sellers: tuple[Supplier, ...]) -> tuple[Contract, ...]:
    """The contracts by id, signed in the last five years, more of them before a year ends."""
    _, ugs = bodies()
    weights = list(accumulate(1 / (1 + position) ** 0.6 for position in range(len(sellers))))
    numbers: Counter[tuple[str, int]] = Counter()
    known: dict[str, Supplier] = {}
    found = []
    for position in range(max(30, round(CONTRACTS_AT_SCALE_1 * scale))):
        draw = chance(seed, "contract", position)
        ug = ugs[position % len(ugs)] if position < len(ugs) else draw.choice(ugs)
        objeto, log_median, natureza, is_continuous = draw.choice(KINDS)
        signed = REFERENCE - timedelta(days=int(draw.triangular(2, YEARS * 365, 300)))
        if draw.random() < 0.2:
            signed = signed.replace(month=12, day=min(signed.day, 20))
        signed = min(signed, REFERENCE - timedelta(days=1))
        starts = signed + timedelta(days=draw.randint(0, 20))
        months = draw.choice((12, 12, 12, 24, 30, 36)) if is_continuous else draw.choice((3, 6, 12))
        ends = None if draw.random() < 0.03 else starts + timedelta(days=months * 365 // 12 - 1)
        prorogued = is_continuous and ends is not None and ends < REFERENCE and draw.random() < 0.55
        if ends and prorogued:
            ends = REFERENCE + timedelta(days=draw.randint(20, 500))
        first_value = round(draw.lognormvariate(log_median, 0.9)) * 100 + draw.randint(0, 99)
        is_changed = draw.randrange(CHANGED_ONE_IN) == 0
        factor = 1 + draw.uniform(0.01, 0.25) if prorogued or is_changed else 1
        numbers[ug.codigo, signed.year] += draw.choice((1, 1, 1, 2))
        code, name = pick(draw, MODALITIES)
        seller = draw.choices(sellers, cum_weights=weights)[0]
        if ug.codigo in known and draw.randrange(KNOWN_ONE_IN) == 0:
            seller = known[ug.codigo]
        known[ug.codigo] = seller
        found.append(
            Contract(
                id=FIRST_ID + position * 7,
                numero=f"{numbers[ug.codigo, signed.year]:05}/{signed.year}",
                ano=signed.year,
                ug=ug,
                supplier=seller,
                objeto=objeto,
                processo=f"{ug.gestao}.{draw.randint(1, 999_999):06}/{signed.year}-{draw.randint(0, 99):02}",
                modalidade_codigo=code,
                modalidade=name,
                data_assinatura=signed,
                vigencia_inicio=starts,
                vigencia_fim=ends,
                valor_inicial_cents=first_value,
                valor_global_cents=round(first_value * factor),
                num_parcelas=months if is_continuous else draw.randint(1, 3),
                is_active=ends is None or ends >= REFERENCE,
                changed_in_edition=draw.choice((1, 2)) if is_changed else None,
                natureza=natureza,
                is_continuous=is_continuous,
            )
        )
    return tuple(found)
