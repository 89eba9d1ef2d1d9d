"""When generated data was published: three states of each source, the last one at a fixed day."""

from datetime import date, datetime

REFERENCE = date(2026, 11, 1)
EDITIONS = ("2026-10-02", "2026-10-16", "2026-11-01")


def number(edition: str) -> int:
    """0 for the oldest edition."""
    return EDITIONS.index(edition)


def closes(edition: str) -> datetime:
    """The moment up to which an edition knows what happened."""
    return datetime.fromisoformat(f"{edition}T06:00:00")
