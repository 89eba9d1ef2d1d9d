"""Series of the Banco Central: IPCA, public up to 2025 and invented for 2026; Selic and dollar, invented."""

from datetime import date, timedelta

from lagoa.simulator.generated.calendar import closes, number
from lagoa.simulator.generated.draw import chance

FIRST_YEAR = 2020
MONTHS = (
    ("0.21", "0.25", "0.07", "-0.31", "-0.38", "0.26", "0.36", "0.24", "0.64", "0.86", "0.89", "1.35"),
    ("0.25", "0.86", "0.93", "0.31", "0.83", "0.53", "0.96", "0.87", "1.16", "1.25", "0.95", "0.73"),
    ("0.54", "1.01", "1.62", "1.06", "0.47", "0.67", "-0.68", "-0.36", "-0.29", "0.59", "0.41", "0.62"),
    ("0.53", "0.84", "0.71", "0.61", "0.23", "-0.08", "0.12", "0.23", "0.26", "0.24", "0.28", "0.56"),
    ("0.42", "0.83", "0.16", "0.38", "0.46", "0.21", "0.38", "-0.02", "0.44", "0.56", "0.39", "0.52"),
    ("0.16", "1.31", "0.56", "0.43", "0.26", "0.24", "0.26", "-0.11", "0.48", "0.09", "0.18", "0.33"),
    ("0.33", "0.62", "0.45", "0.38", "0.30", "0.21", "0.24", "0.10", "0.35"),
)
REVISED_LAST = "0.36"
FIRST_DAY = date(2024, 1, 2)
SELIC_STEPS = (
    (date(2024, 1, 2), "0.043739"),
    (date(2024, 5, 9), "0.040168"),
    (date(2024, 11, 7), "0.042851"),
    (date(2025, 3, 20), "0.052531"),
    (date(2025, 6, 20), "0.055131"),
    (date(2026, 3, 19), "0.051660"),
)
"""From when the daily rate holds, in percent: it stays as it is between two meetings of the Copom."""


def ipca(edition: str) -> list[dict[str, str]]:
    """The series; the last month comes with the second edition and is revised in the third."""
    series = [
        {"data": f"01/{month:02}/{FIRST_YEAR + year}", "valor": value}
        for year, values in enumerate(MONTHS)
        for month, value in enumerate(values, 1)
    ]
    if number(edition) == 0:
        return series[:-1]
    if number(edition) == 2:
        series[-1] = series[-1] | {"valor": REVISED_LAST}
    return series


def selic(edition: str) -> list[dict[str, str]]:
    """Series 11, percent a day: one value each business day up to the day before the edition."""
    return [
        {"data": f"{day:%d/%m/%Y}", "valor": next(rate for since, rate in reversed(SELIC_STEPS) if since <= day)}
        for day in business_days(edition)
    ]


def dollar(seed: int, edition: str) -> list[dict[str, str]]:
    """Series 1, reais for a dollar (PTAX, sell): a walk around five and a half."""
    value, found = 5.4, []
    for day in business_days(edition):
        value += chance(seed, "dollar", day).gauss(0, 0.035) + (5.5 - value) * 0.01
        found.append({"data": f"{day:%d/%m/%Y}", "valor": f"{value:.4f}"})
    return found


def business_days(edition: str) -> list[date]:
    """Mondays to Fridays since 2024 without the fixed national holidays."""
    holidays = {(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)}
    days = (closes(edition).date() - FIRST_DAY).days
    every = (FIRST_DAY + timedelta(days=position) for position in range(days))
    return [day for day in every if day.weekday() < 5 and (day.month, day.day) not in holidays]
