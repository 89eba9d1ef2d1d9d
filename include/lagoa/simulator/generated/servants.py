"""Federal staff: (seed, scale, month) -> servants of the federation's UGs, as the Portal publishes them.

Names are invented; CPF and matrícula are masked, as published. A function that a servant holds beside a post is a
row of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lagoa.simulator.generated.agencies import unaccented
from lagoa.simulator.generated.amounts import reais
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federal_bodies import Orgao, Ug, bodies
from lagoa.simulator.generated.people import masked_cpf, person

Row = tuple[str, ...]
SERVANTS_AT_SCALE_1 = 1500
FIRST_ID = 75_100_000
NAME_WIDTH = 40
NONE = "-1"
UNKNOWN = "Sem informação"
POSTS = (
    ("PROFESSOR DO MAGISTERIO SUPERIOR", "4", "DEDICACAO EXCLUSIVA", 1_150_000),
    ("ASSISTENTE EM ADMINISTRACAO", "D", "40 HORAS SEMANAIS", 420_000),
    ("ANALISTA TECNICO-ADMINISTRATIVO", "E", "40 HORAS SEMANAIS", 690_000),
    ("PESQUISADOR EM SAUDE PUBLICA", "6", "DEDICACAO EXCLUSIVA", 1_320_000),
    ("TECNICO EM ENFERMAGEM", "D", "30 HORAS SEMANAIS", 390_000),
)
FUNCTIONS = (
    ("FG", "0001", "FUNCAO GRATIFICADA - IFES", "2003", "GESTOR ADMINISTRATIVO"),
    ("CD", "0004", "CARGO DE  DIRECAO - CD - IFES", "0033", "COORDENADOR"),
    ("FCE", "0113", "FUNCAO COMISSIONADA EXECUTIVA", "-3", "Inválido"),
)


@dataclass(frozen=True)
class Servant:
    """A person in a post, perhaps with a function."""

    id: int
    nome: str
    cpf: str
    matricula: str
    ug: Ug
    post: tuple[str, str, str, int]
    function: tuple[str, str, str, str, str] | None
    entered: date
    left: date | None


@lru_cache(maxsize=2)
def servants(seed: int, scale: float) -> tuple[Servant, ...]:
    """Everybody who was ever there; about 1,500 at scale 1."""
    ugs, found = bodies()[1], []
    for position in range(max(20, round(SERVANTS_AT_SCALE_1 * scale))):
        draw = chance(seed, "servant", position)
        entered = date(draw.randint(1994, 2025), draw.randint(1, 12), draw.randint(1, 28))
        found.append(
            Servant(
                id=FIRST_ID + position * 17,
                nome=person(draw)[:NAME_WIDTH],
                cpf=masked_cpf(draw),
                matricula=f"{draw.randint(10, 39):03}****",
                ug=ugs[position % len(ugs)] if position < len(ugs) else draw.choice(ugs),
                post=draw.choice(POSTS),
                function=draw.choice(FUNCTIONS) if draw.random() < 0.12 else None,
                entered=entered,
                left=date(2026, draw.randint(6, 12), 1) if draw.random() < 0.04 else None,
            )
        )
    return tuple(found)


def rows(seed: int, scale: float, member: str, month: date) -> Iterator[Row]:
    """The rows of one member of a month's ZIP."""
    for servant in servants(seed, scale):
        if servant.entered <= month and (servant.left is None or servant.left > month):
            yield from MEMBERS[member](seed, servant, month)


def _cadastro(seed: int, servant: Servant, month: date) -> Iterator[Row]:
    yield _registered(servant, None)
    if servant.function:
        yield _registered(servant, servant.function)


def _registered(servant: Servant, function: tuple[str, str, str, str, str] | None) -> Row:
    """One row of a post, or of a function; what belongs to the other is a sentinel."""
    post, klass, hours, _ = servant.post
    place = _place(servant.ug)
    entered = f"{servant.entered:%d/%m/%Y}"
    job = (UNKNOWN, "", NONE, NONE, NONE) if function else (post, klass, "00", "303", "501")
    held = function or (NONE, NONE, UNKNOWN, NONE, UNKNOWN)
    return (
        str(servant.id), servant.nome, servant.cpf, servant.matricula, *job, *held, "S" if function else "",
        *place, *place, "1" if function else "2", "Função" if function else "Cargo", "ATIVO PERMANENTE", "", "",
        "REGIME JURIDICO UNICO", hours, entered, "", entered, str(servant.id % 400), entered, "", "PORTARIA",
        "PORTARIA", NONE if servant.ug.uf == "DF" else servant.ug.uf,
    )  # fmt: skip


def _place(ug: Ug) -> Row:
    """UORG (órgão and unit, 14 digits), órgão and the órgão above it."""
    superior: Orgao = next(orgao for orgao in bodies()[0] if orgao.codigo == ug.orgao.superior_codigo)
    uorg = f"{ug.orgao.codigo}{int(ug.siorg):09}"
    return uorg, unaccented(ug.nome)[:NAME_WIDTH], ug.orgao.codigo, ug.orgao.nome, superior.codigo, superior.nome


def _remuneracao(seed: int, servant: Servant, month: date) -> Iterator[Row]:
    """Gross pay less what the law takes is net pay; all in cents, dollars only for those abroad."""
    draw = chance(seed, "pay", servant.id)
    gross = int(servant.post[3] * draw.uniform(0.8, 1.9))
    christmas = gross // 2 if month.month in (6, 11) else 0
    tax, pension, others = gross * 18 // 100, gross * 11 // 100, gross * draw.randint(0, 3) // 100
    net, meals = gross + christmas - tax - pension - others, 100_000
    pay = (gross, 0, christmas, 0, 0, 0, -tax, -pension, -others, 0, 0, 0, net, meals, 0, 0, meals)
    money = [text for cents in pay for text in (reais(cents), "0,00")]
    yield f"{month:%Y}", f"{month:%m}", str(servant.id), servant.cpf, servant.nome, *money


def _afastamentos(seed: int, servant: Servant, month: date) -> Iterator[Row]:
    draw = chance(seed, "leave", servant.id, month)
    if draw.random() < 0.05:
        begin, end = month.replace(day=draw.randint(1, 10)), month.replace(day=draw.randint(11, 28))
        yield *_who(servant, month), f"{begin:%d/%m/%Y}", f"{end:%d/%m/%Y}"


def _observacoes(seed: int, servant: Servant, month: date) -> Iterator[Row]:
    if chance(seed, "note", servant.id).random() < 0.02:
        yield *_who(servant, month), "Servidor com decisão judicial; os valores não são mostrados."


def _who(servant: Servant, month: date) -> Row:
    return f"{month:%Y}", f"{month:%m}", str(servant.id), servant.nome, servant.cpf


MEMBERS: dict[str, Callable[[int, Servant, date], Iterator[Row]]] = {
    "Cadastro": _cadastro,
    "Remuneracao": _remuneracao,
    "Afastamentos": _afastamentos,
    "Observacoes": _observacoes,
}


def functions(seed: int, scale: float) -> Iterator[Row]:
    """Who held which function in each month of 2021 and 2022, in the shape of UFOB's derived file."""
    for servant in servants(seed, scale):
        if servant.function is None or servant.entered.year > 2020:
            continue
        short, level, title, code, activity = servant.function
        for year in (2021, 2022):
            for month in range(1, 13):
                yield (
                    str(servant.id), servant.nome, short, str(int(level)), title, code.lstrip("0"), activity, "S",
                    f"{servant.entered:%d/%m/%Y}", str(year), f"{month:02}",
                )  # fmt: skip
