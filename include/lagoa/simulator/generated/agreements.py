"""Discretionary transfers (SICONV): (seed, scale) -> programmes, proposals, agreements with their amendments and money.

A município proposes under a ministry's programme; some proposals become agreements, which are paid out in parts and
prolonged by addenda. Bodies and UGs are the federation's, municípios are IBGE's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lagoa.simulator.generated.agencies import agencies, cnpj, unaccented
from lagoa.simulator.generated.calendar import REFERENCE
from lagoa.simulator.generated.draw import chance, share_out
from lagoa.simulator.generated.federal_bodies import Orgao, Ug, bodies
from lagoa.simulator.generated.people import person
from lagoa.simulator.generated.places import Place, places

PROPOSALS_AT_SCALE_1 = 1200
PROGRAMMES = 36
MEMBERS = 60
"""Members of parliament."""

FIRST_AGREEMENT = 931_204
FIRST_PROPOSAL = 1_603_377
FIRST_PROGRAMME = 41_107
FIRST_DISBURSEMENT = 870_112
FIRST_ROOT = 94_000_137
GIVERS = ("51000", "55000", "53000", "36000", "24000", "44000")
OBJECTS = (
    "Aquisição de patrulha mecanizada para a agricultura familiar",
    "Pavimentação de vias urbanas",
    "Construção de quadra poliesportiva coberta",
    "Estruturação da rede de serviços do SUAS",
    "Implantação de centro de inovação municipal",
    "Aquisição de equipamentos para unidade básica de saúde",
    "Recuperação de nascentes e matas ciliares",
)
KINDS = ("CONVENIO", "CONTRATO DE REPASSE", "TERMO DE FOMENTO")


@dataclass(frozen=True)
class Programme:
    """A programme of a ministry; published once for each UF of its scope."""

    id: int
    codigo: str
    nome: str
    orgao: Orgao
    disponivel: date
    fim: date
    modalidade: str
    ufs: tuple[str, ...]
    acao: str


@dataclass(frozen=True)
class Amendment:
    """A parliamentary amendment in a proposal, in cents."""

    numero: str
    parlamentar: str
    tipo: str
    is_mandatory: bool
    cents: int


@dataclass(frozen=True)
class Proposal:
    """What a município asks for."""

    id: int
    programme: Programme
    place: Place
    cnpj: str
    proposed: date
    objeto: str
    repasse_cents: int
    contrapartida_cents: int
    amendments: tuple[Amendment, ...]


@dataclass(frozen=True)
class Addendum:
    """A termo aditivo that prolongs an agreement."""

    numero: str
    signed: date
    ends: date


@dataclass(frozen=True)
class Payment:
    """A disbursement."""

    id: int
    day: date
    cents: int


@dataclass(frozen=True)
class Agreement:
    """A proposal that was signed."""

    numero: int
    proposal: Proposal
    ug: Ug
    signed: date
    ends: date
    payments: tuple[Payment, ...]
    addenda: tuple[Addendum, ...]
    suspended: date | None


@dataclass(frozen=True)
class Transfers:
    """The whole at the day of the last edition."""

    programmes: tuple[Programme, ...]
    proposals: tuple[Proposal, ...]
    agreements: tuple[Agreement, ...]


@lru_cache(maxsize=2)
def transfers(seed: int, scale: float) -> Transfers:
    """About 1,200 proposals and 700 agreements at scale 1."""
    offered = tuple(_programme(seed, position) for position in range(PROGRAMMES))
    members = [(4010 + at * 7, person(chance(seed, "member", at))) for at in range(MEMBERS)]
    known = {agency.place.code: agency.cnpj for agency in agencies(seed)[0] if agency.sphere == "M"}
    roots = {place.code: known.get(place.code) or cnpj(FIRST_ROOT + at * 911) for at, place in enumerate(places(seed))}
    proposals = tuple(
        _proposal(seed, position, offered, members, roots)
        for position in range(max(20, round(PROPOSALS_AT_SCALE_1 * scale)))
    )
    agreements = [_agreement(seed, at, proposal) for at, proposal in enumerate(proposals)]
    return Transfers(offered, proposals, tuple(agreement for agreement in agreements if agreement))


def _programme(seed: int, position: int) -> Programme:
    draw = chance(seed, "programme", position)
    orgao = next(orgao for orgao in bodies()[0] if orgao.codigo == GIVERS[position % len(GIVERS)])
    begin = date(2021 + position // 7, draw.randint(1, 6), draw.randint(1, 28))
    return Programme(
        id=FIRST_PROGRAMME + position * 13,
        codigo=f"{orgao.codigo}{begin.year}{position + 1:04}",
        nome=f"{draw.choice(OBJECTS)} - {begin.year}",
        orgao=orgao,
        disponivel=begin,
        fim=begin + timedelta(days=draw.randint(60, 200)),
        modalidade=draw.choice(KINDS),
        ufs=tuple(sorted(draw.sample(sorted({place.uf.sigla for place in places(seed)}), draw.choice((2, 4, 6))))),
        acao=f"{draw.choice(('20JP', '1D73', '219F', '8581', '20ID'))}",
    )


def _proposal(
    seed: int, position: int, offered: tuple[Programme, ...], members: list[tuple[int, str]], roots: dict[int, str]
) -> Proposal:
    draw = chance(seed, "proposal", position)
    programme = offered[draw.randrange(len(offered))]
    place = draw.choice(places(seed))
    proposed = min(programme.disponivel + timedelta(days=draw.randint(5, 180)), REFERENCE - timedelta(days=1))
    repasse = draw.choice((100_000, 191_000, 238_750, 286_500, 480_000, 955_000)) * 100
    if draw.random() < 0.4:
        repasse = int(draw.lognormvariate(12.6, 0.7) * 100)
    amendments = []
    count = draw.choice((0, 0, 1, 1, 1, 2, 3))
    for turn, cents in enumerate(share_out(repasse, [1] * count) if count else []):
        code, person = members[(draw.randrange(MEMBERS) + turn) % MEMBERS]
        kind = draw.choice(("INDIVIDUAL", "INDIVIDUAL", "BANCADA", "COMISSAO"))
        number = f"{code}{turn + 1:04}"
        amendments.append(Amendment(number, person, kind, kind != "COMISSAO", cents))
    return Proposal(
        id=FIRST_PROPOSAL + position * 3,
        programme=programme,
        place=place,
        cnpj=roots[place.code],
        proposed=proposed,
        objeto=f"{programme.nome.split(' - ')[0]} em {place.name}",
        repasse_cents=repasse,
        contrapartida_cents=int(repasse * draw.choice((0.001, 0.01, 0.02, 0.05))),
        amendments=tuple(amendments),
    )


def _agreement(seed: int, position: int, proposal: Proposal) -> Agreement | None:
    draw = chance(seed, "agreement", position)
    signed = proposal.proposed + timedelta(days=draw.randint(30, 240))
    if draw.random() < 0.4 or signed >= REFERENCE:
        return None
    units = [ug for ug in bodies()[1] if ug.orgao == proposal.programme.orgao]
    ends = signed + timedelta(days=draw.choice((365, 540, 730)))
    addenda = []
    for turn in range(draw.choice((0, 0, 1, 1, 2))):
        at = ends - timedelta(days=draw.randint(5, 60))
        if at >= REFERENCE:
            break
        ends += timedelta(days=draw.choice((180, 365)))
        addenda.append(Addendum(f"{turn + 1:06}/{at.year}", at, ends))
    released = int(proposal.repasse_cents * draw.choice((0, 0.5, 1, 1)))
    payments, day = [], signed
    for turn, cents in enumerate(share_out(released, [1] * draw.choice((1, 1, 2, 3))) if released else []):
        day += timedelta(days=draw.randint(20, 180))
        if day < REFERENCE:
            payments.append(Payment(FIRST_DISBURSEMENT + position * 5 + turn, day, cents))
    suspended = signed + timedelta(days=3) if draw.random() < 0.2 else None
    return Agreement(
        FIRST_AGREEMENT + position * 2, proposal, draw.choice(units), signed, ends, tuple(payments), tuple(addenda),
        suspended,
    )  # fmt: skip


def proponent(proposal: Proposal) -> str:
    """As Receita Federal registers it."""
    return f"MUNICIPIO DE {unaccented(proposal.place.name)}"
