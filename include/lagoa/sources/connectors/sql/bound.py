"""Where an incremental run of a database begins: the watermark that the last load reached, minus the look-back."""

import datetime as dt

from lagoa.errors import ContractError
from lagoa.sources.spec import Merge, Resource


def lower_bound(resource: Resource, reached: str | None) -> str | None:
    """The lowest value of the watermark that a run asks for; None = everything.

    Args:
        resource: what is read.
        reached: the watermark of the last load, as text; a number has no days to look back.

    Raises:
        ContractError: the watermark is neither a whole number nor an ISO date or timestamp.
    """
    write = resource.write
    if reached is None or not isinstance(write, Merge) or write.watermark is None:
        return None
    if reached.removeprefix("-").isdigit():
        return reached
    back = dt.timedelta(days=write.look_back_days)
    try:
        if len(reached) == len("2025-01-01"):
            return (dt.date.fromisoformat(reached) - back).isoformat()
        # Written alike: a database without dates (SQLite) compares texts, and a blank comes before a `T`.
        return (dt.datetime.fromisoformat(reached) - back).isoformat(sep=reached[10])
    except ValueError:
        raise ContractError(
            f"watermark {write.watermark}: found {reached!r}, expected a whole number, an ISO date or timestamp. "
            "Choose another column in the spec, or extract with --full."
        ) from None
