"""IPCA, monthly change in percent: public figures up to 2025, invented ones for 2026."""

from lagoa.simulator.generated.calendar import number

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
