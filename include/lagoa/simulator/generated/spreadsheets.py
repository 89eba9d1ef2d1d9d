"""The commercial area's own spreadsheets: goals (a workbook a year), costs (a CSV a month), portfolio (newest counts).

Made by people: titles above the header, notes below the rows, amounts padded with blanks, a dash for nothing. Clients
are suppliers of the federal core, so that CNPJs meet. Between editions the current year's goals are revised, a month's
costs are corrected, and the portfolio wins and loses clients.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lagoa.simulator.generated.calendar import EDITIONS, number
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.federal_suppliers import punctuated_cnpj
from lagoa.simulator.generated.federation import federation
from lagoa.simulator.workbooks import Cell

CHANNELS = ("Venda direta", "Parceiros", "Licitação", "Renovação")
YEARS = (2024, 2025, 2026)
GOAL_HEADER = ("Competência", "Canal", "Meta de receita (R$)", "Meta de pedidos", "Revisada")
COST_HEADER = ("Competência", "Canal", "Fornecedor", "CNPJ", "Valor (R$)", "Observação")
CLIENT_HEADER = (
    "CNPJ", "Cliente", "Segmento", "UF", "Executivo de contas", "Valor mensal (R$)", "Cliente desde",
)  # fmt: skip
MEDIA = (("Google Ads", 4.0), ("Meta Ads", 3.0), ("Eventos", 1.5), ("Conteúdo", 1.0), ("Rádio", 0.5))
SEGMENTS = (("Governo", 2.0), ("Indústria", 3.0), ("Serviços", 4.0), ("Terceiro setor", 1.0))
EXECUTIVES = ("Ana Martins", "Bruno Teles", "Carla Nóbrega", "Davi Prado", "Elisa Quintão")
NOTES = ("", "", "", "campanha de lançamento", "inclui taxa; ver contrato", 'peça "Vida nova"')
MONTHS = ("JAN", "FEV", "MAR", "ABR", "MAI", "JUN", "JUL", "AGO", "SET", "OUT", "NOV", "DEZ")
FIRST_COSTS = dt.date(2026, 1, 1)
CORRECTED = "2026-08"
"""The month whose costs the second edition corrects."""
DAY = dt.date(2026, 11, 1)


@dataclass(frozen=True)
class Spreadsheet:
    """One file of a folder: its rows without what people write around them."""

    folder: str
    name: str
    changed: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@lru_cache(maxsize=8)
def spreadsheets(seed: int, scale: float, edition: str) -> tuple[Spreadsheet, ...]:
    """Every file that the folder holds in an edition."""
    return (*_goals(seed, edition), *_costs(seed, scale, edition), *_portfolios(seed, scale, edition))


def _goals(seed: int, edition: str) -> Iterator[Spreadsheet]:
    for year in YEARS:
        is_revised = year == YEARS[-1] and number(edition) > 0
        rows = []
        for month in range(1, 13):
            for channel in CHANNELS:
                draw = chance(seed, "metas", year, month, channel)
                revenue, orders = draw.randint(40, 400) * 1000, draw.randint(20, 160)
                revises = is_revised and month > 9
                amount = round(revenue * 1.1 + 0.5, 2) if revises else revenue
                rows.append((dt.date(year, month, 1), channel, amount, orders, revises))
        changed = EDITIONS[1] if is_revised else EDITIONS[0]
        yield Spreadsheet("metas", f"metas_{year}.xlsx", changed, GOAL_HEADER, tuple(rows))


def _costs(seed: int, scale: float, edition: str) -> Iterator[Spreadsheet]:
    for month in _months(edition):
        name = f"{month:%Y-%m}"
        count = max(5, round(chance(seed, "custos", name).randint(15, 40) * scale))
        rows = [_cost(seed, month, line) for line in range(count)]
        changed = EDITIONS[0]
        if name == CORRECTED and number(edition) > 0:  # one amount is corrected, one invoice comes late
            rows = [(*rows[0][:4], _amount(1234567), "corrigido"), *rows[1:], _cost(seed, month, count)]
            changed = EDITIONS[1]
        if (month.year, month.month) == (2026, 10):
            changed = EDITIONS[2]
        yield Spreadsheet("custos", f"custos_{name}.csv", changed, COST_HEADER, tuple(rows))


def _months(edition: str) -> Iterator[dt.date]:
    """The months that are closed; October's costs come with the last edition."""
    month = FIRST_COSTS
    until = dt.date(2026, 10 if number(edition) == len(EDITIONS) - 1 else 9, 1)
    while month <= until:
        yield month
        month = (month + dt.timedelta(days=31)).replace(day=1)


def _cost(seed: int, month: dt.date, line: int) -> tuple[str, ...]:
    draw = chance(seed, "custo", month, line)
    seller = draw.choice(federation(seed, 1.0).companies)
    cents = 0 if draw.random() < 0.05 else draw.randint(5_000, 4_000_000)
    written = f"{MONTHS[month.month - 1]}/{month.year}"
    return written, pick(draw, MEDIA), seller.nome, seller.documento, _amount(cents), draw.choice(NOTES)


def _amount(cents: int) -> str:
    """As spreadsheets export money: padded, with thousands' dots; nothing is a dash."""
    if not cents:
        return " -   "
    whole = f"{cents // 100:,}".replace(",", ".")
    return f" {whole},{cents % 100:02d} "


def _portfolios(seed: int, scale: float, edition: str) -> Iterator[Spreadsheet]:
    for saved in EDITIONS[: number(edition) + 1]:
        yield Spreadsheet("clientes", f"carteira_{saved}.ods", saved, CLIENT_HEADER, _clients(seed, scale, saved))


def _clients(seed: int, scale: float, edition: str) -> tuple[tuple[Cell, ...], ...]:
    sellers = federation(seed, 1.0).companies
    count = min(len(sellers), max(20, round(80 * scale)))
    return tuple(
        _client(seed, edition, seller.documento, seller.nome, seller.uf)
        for place, seller in enumerate(sellers[:count])
        if not _has_left(place, edition) and not _is_yet_to_come(place, edition)
    )


def _has_left(place: int, edition: str) -> bool:
    return place == 3 and number(edition) > 1


def _is_yet_to_come(place: int, edition: str) -> bool:
    return place == 5 and number(edition) < 1


def _client(seed: int, edition: str, cnpj: str, name: str, uf: str) -> tuple[Cell, ...]:
    draw = chance(seed, "cliente", cnpj)
    since = DAY - dt.timedelta(days=draw.randint(40, 2500))
    cents = draw.randint(80_000, 9_000_000)
    if number(edition) > 0 and draw.random() < 0.1:  # a price rise
        cents = cents * 106 // 100
    return punctuated_cnpj(cnpj), name, pick(draw, SEGMENTS), uf, draw.choice(EXECUTIVES), cents / 100, since
