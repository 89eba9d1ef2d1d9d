"""Amounts in cents as Brazilians write them."""


def reais(cents: int) -> str:
    """A decimal comma, no thousands separator: 1234567 -> 12345,67."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{rest:02}"


def grouped_reais(cents: int) -> str:
    """With a dot every three digits: 1234567 -> 12.345,67."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02}"


def bare_reais(cents: int) -> str:
    """Without a fraction where there is none: 30000000 -> 300000."""
    return reais(cents).removesuffix(",00")
