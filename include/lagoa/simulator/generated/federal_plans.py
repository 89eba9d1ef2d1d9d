"""TED plans of the federation: (seed, scale) -> which ministry's unit passes credit on to which body's unit."""

from dataclasses import dataclass
from datetime import date, timedelta

from lagoa.simulator.generated.calendar import REFERENCE
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federal_bodies import DIRECT, Ug, bodies

PLANS_AT_SCALE_1 = 130
FIRST_PLAN_ID = 4_180
FIRST_PROGRAMME_ID = 610
PLANS_OF_A_PROGRAMME = 3
SITUATIONS = ("APROVADO", "APROVADO", "APROVADO", "APROVADO", "APROVADO", "ENVIADO_ANALISE", "REJEITADO")
PURPOSES = (
    "Apoio à formação continuada de professores da educação básica",
    "Desenvolvimento de pesquisa aplicada e inovação em políticas públicas",
    "Implantação de laboratório de monitoramento ambiental",
    "Estudo técnico sobre infraestrutura de transportes regionais",
    "Qualificação de agentes comunitários de saúde",
    "Digitalização e preservação de acervo documental",
)
FIRST_YEAR = 2022


@dataclass(frozen=True)
class Plan:
    """A TED's plano de ação: credit that one UG passes on to another. `numero_transferencia` is SIAFI's number."""

    id: int
    programa_id: int
    ano: int
    descentralizadora: Ug
    descentralizada: Ug
    valor_cents: int
    inicio: date
    fim: date
    objeto: str
    situacao: str
    numero_transferencia: str


def plans(seed: int, scale: float) -> tuple[Plan, ...]:
    """The TED plans by id, from ministries to those that carry them out."""
    _, ugs = bodies()
    givers = [ug for ug in ugs if ug.gestao == DIRECT]
    takers = [ug for ug in ugs if ug.gestao != DIRECT]
    found = []
    for position in range(max(12, round(PLANS_AT_SCALE_1 * scale))):
        draw = chance(seed, "ted", position // PLANS_OF_A_PROGRAMME)
        giver, year, purpose = draw.choice(givers), draw.randint(FIRST_YEAR, REFERENCE.year), draw.choice(PURPOSES)
        draw = chance(seed, "plan", position)
        starts = date(year, 1, 1) + timedelta(days=draw.randint(30, 300))
        starts = min(starts, REFERENCE - timedelta(days=10))
        situation = draw.choice(SITUATIONS) if position else "APROVADO"
        found.append(
            Plan(
                id=FIRST_PLAN_ID + position * 11,
                programa_id=FIRST_PROGRAMME_ID + position // PLANS_OF_A_PROGRAMME,
                ano=year,
                descentralizadora=giver,
                descentralizada=takers[position % len(takers)],
                valor_cents=round(draw.lognormvariate(13.4, 1.1)) * 100,
                inicio=starts,
                fim=starts + timedelta(days=draw.choice((365, 540, 730, 1095))),
                objeto=purpose,
                situacao=situation,
                numero_transferencia=f"1AA{position + 137:03}" if situation == "APROVADO" else "",
            )
        )
    return tuple(found)
