"""Monthly totals of a state's SIAFI: (seed, edition) -> rows in no order, whose old months later editions restate.

Sizes are those of Minas Gerais in 2025. Each January's budget payments are a multiple of the money that left the
treasury, as in the real tables; whoever adds the months up must know it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lagoa.simulator.generated.calendar import EDITIONS, number
from lagoa.simulator.generated.draw import chance

EXECUCAO = (
    "Ano de Exercício", "Mês - Numérico", "Valor Despesa Empenhada", "Valor Despesa Liquidada",
    "Valor Liquidado Retido", "Valor Pago Orçamentário", "Valor Pago Financeiro",
)  # fmt: skip
COTA = ("Ano de Exercício", "Mês - Numérico", "Valor Cota Aprovada Líquida")
RESTOS_A_PAGAR = (
    "Ano Origem Restos a Pagar", "Ano de Exercício", "Mês - Numérico", "Valor Inscrito Processado",
    "Valor Cancelado Processado", "Valor Restabelecido Processado", "Valor Pago Processado",
    "Valor Pago Pendente Processado", "Valor Anulação Pagamento Processado", "Valor Desconto Processado",
    "Valor Desconto Pendente Processado", "Valor Retenção Processado", "Valor Anulação Retenção Processado",
    "Valor Retenção Não Processado", "Valor Inscrito Não Processado", "Valor Cancelado Não Processado",
    "Valor Restabelecido Não Processado", "Valor Pago Não Processado", "Valor Pago Pendente Não Processado",
    "Valor Anulação Pagto Não Processado", "Valor Desconto Não Processado", "Valor Desconto Pendente Não Proc",
    "Valor Cancelado", "Valor Restabelecido", "Valor Anulação Pagamento", "Valor Desconto", "Valor Liquidado Bruto",
    "Valor em Liquidação", "Valor Anulação Saldo Liq Não Proc", "Valor Liquidado Retido",
    "Valor Anulação Retenção Não Proc", "Valor Liquidado Multa Contratual", "Valor Anulação Multa Não Processado",
    "Valor Apropriação Despesa", "Valor Apropriação Multa", "Valor Apropriação Retenção",
    "Saldo Restos a Pagar Processado", "Valor Anulação Despesa", "Saldo Restos a Pagar Não Processado",
    "Valor Despesa Liquidada", "Valor Despesa Liquidada a Pagar", "Valor Pago Antecipado Exercício",
    "Valor Anulação Pago Antecipado", "Valor Pago Antecipado Exer Anterior", "Valor Pago Antecipado Liquidado",
)  # fmt: skip

YEARS_SHOWN = 5
FIRST_YEAR_OF_CARRYING = 2002
ORIGINS = 9
"""Up to so many years lie between a commitment and its payment as restos a pagar."""

BILLION = 100_000_000_000
"""In cents."""

RESTATED_ONE_IN = 8
JANUARY_RATIO = 9.3
ALWAYS_EMPTY = RESTOS_A_PAGAR.index("Valor em Liquidação")


@dataclass(frozen=True)
class Month:
    """One month of a year."""

    year: int
    month: int


def months(edition: str, first_year: int | None = None) -> list[Month]:
    """The months that an edition shows, the running one included."""
    last = date.fromisoformat(edition)
    begin = first_year or last.year - YEARS_SHOWN + 1
    return [
        Month(year, month)
        for year in range(begin, last.year + 1)
        for month in range(1, 13)
        if (year, month) <= (last.year, last.month)
    ]


def spending(seed: int, edition: str) -> Iterator[tuple[str, ...]]:
    """Committed, settled and paid, a row a month."""
    for month in _shuffled(seed, edition, months(edition)):
        draw = chance(seed, "state spending", month.year, month.month)
        share = _share(month, edition) * _restated(seed, "spending", month, edition)
        committed = int(draw.uniform(7.5, 13) * BILLION * share)
        settled = int(committed * draw.uniform(0.88, 1.06))
        withheld = int(settled * draw.uniform(0.004, 0.008))
        paid = int(settled * draw.uniform(0.97, 1.02))
        budgeted = int(paid * JANUARY_RATIO) if month.month == 1 else int(paid * draw.uniform(0.14, 0.6))
        yield (*_named(month), *map(decimal, (committed, settled, withheld, budgeted, paid)))


def quotas(seed: int, edition: str) -> Iterator[tuple[str, ...]]:
    """Approved quotas, a row a month; they are not restated."""
    for month in _shuffled(seed, edition, months(edition)):
        draw = chance(seed, "state quotas", month.year, month.month)
        yield (*_named(month), decimal(int(draw.uniform(8.5, 14) * BILLION)))


def carried_over(seed: int, scale: float, edition: str) -> Iterator[tuple[str, ...]]:
    """Restos a pagar, a row for each year of origin and month; a smaller scale shows the last years only."""
    last = date.fromisoformat(edition).year
    first = max(FIRST_YEAR_OF_CARRYING, last - max(1, round((last - FIRST_YEAR_OF_CARRYING) * min(1.0, scale))))
    rows = [(month, origin) for month in months(edition, first) for origin in range(1, ORIGINS + 1)]
    chance(seed, "state order", edition).shuffle(rows)
    for month, origin in rows:
        draw = chance(seed, "restos", month.year, month.month, origin)
        if origin > 1 and draw.random() < origin / (ORIGINS * 3):
            continue
        factor = _restated(seed, f"restos {origin}", month, edition)
        values = [
            "" if place == ALWAYS_EMPTY else decimal(_carried(draw, origin, month, factor))
            for place in range(3, len(RESTOS_A_PAGAR))
        ]
        yield (str(month.year - origin), *_named(month), *values)


def _carried(draw: object, origin: int, month: Month, factor: float) -> int:
    value = draw.lognormvariate(18 - origin, 2) * (10 if month.month == 1 else 1)  # type: ignore[attr-defined]
    kind = draw.random()  # type: ignore[attr-defined]
    if kind < 0.55:
        return 0
    return int(value * factor) * (-1 if kind > 0.93 else 1)


def _share(month: Month, edition: str) -> float:
    """How much of the month is over."""
    last = date.fromisoformat(edition)
    return last.day / 31 if (month.year, month.month) == (last.year, last.month) else 1.0


def _restated(seed: int, what: str, month: Month, edition: str) -> float:
    """What later editions make of an old month."""
    factor = 1.0
    for later in range(1, number(edition) + 1):
        draw = chance(seed, "state restated", what, later, month.year, month.month)
        if month.year >= date.fromisoformat(EDITIONS[0]).year - 1 and draw.randrange(RESTATED_ONE_IN) == 0:
            factor *= draw.uniform(0.995, 1.005)
    return factor


def _shuffled(seed: int, edition: str, found: list[Month]) -> list[Month]:
    chance(seed, "state order", edition).shuffle(found)
    return found


def _named(month: Month) -> tuple[str, str]:
    return str(month.year), str(month.month)


def decimal(cents: int) -> str:
    """`7992787842,13`, without zeros at the end: `2175965506,2`, `7897940619`."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole},{rest:02}".rstrip("0").rstrip(",") if rest else str(whole)
    return f"-{text}" if cents < 0 else text
