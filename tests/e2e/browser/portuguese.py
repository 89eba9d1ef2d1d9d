"""Numbers as the dashboards write them, for comparison with what SQL says."""

from decimal import ROUND_HALF_UP, Decimal

SCALES = [(Decimal(10) ** 12, " tri"), (Decimal(10) ** 9, " bi"), (Decimal(10) ** 6, " mi"), (Decimal(1000), " mil")]


def number(value: Decimal | int, digits: int = 0) -> str:
    """1234567.8 -> 1.234.567,8."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{rounded:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def compact_reais(value: Decimal) -> str:
    """5706373019562.10 -> R$ 5,71 tri."""
    for unit, name in SCALES:
        if abs(value) / unit >= Decimal("0.9995"):
            scaled = value / unit
            digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
            return f"R$ {_short(number(scaled, digits))}{name}"
    return f"R$ {_short(number(value, 2))}"


def percent(value: Decimal, digits: int = 1) -> str:
    """0.7648 -> 76,5%."""
    return f"{number(value * 100, digits)}%"


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(",") if "," in text else text
