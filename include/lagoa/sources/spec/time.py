"""When something runs, and how a date is written."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

from croniter import CroniterError, croniter
from pydantic import Field

from lagoa.sources.spec.base import Problem

BRASILIA = ZoneInfo("America/Sao_Paulo")
"""Of days, and of times of sources that name no zone."""
Schedule = Annotated[
    str,
    Field(
        pattern=r"^(@\w+|\S+( \S+){4})$",
        json_schema_extra={"expected": "five fields of cron such as 0 5 * * *, or @daily, @weekly, @monthly"},
    ),
]
DAYS = (dt.date(2024, 11, 29), dt.date(2025, 3, 1), dt.date(2024, 2, 29))
MONTHS = tuple(day.replace(day=1) for day in DAYS)
YEARS = tuple(dt.date(year, 1, 1) for year in (1999, 2024, 2025))


def schedule_problem(schedule: str) -> Iterator[Problem]:
    """A schedule that cron does not understand, or that never comes."""
    expected = "five fields of cron such as 0 5 * * *, or @daily, @weekly, @monthly"
    try:
        croniter(schedule, dt.datetime(2025, 1, 1)).get_next()
    except (CroniterError, ValueError, KeyError):
        yield Problem(("schedule",), repr(schedule), expected, "Correct it: minute, hour, day, month, weekday")


def date_format_problem(format: str, every: str | None) -> Iterator[Problem]:
    """A format whose text does not tell the day (or, with `every`, the month or the year) that it was made of."""
    days = {"year": YEARS, "month": MONTHS}.get(every or "day", DAYS)
    told = {"year": "the year, such as %Y", "month": "month and year, such as %Y-%m"}.get(
        every or "day", "day, month and year, such as %Y-%m-%d or %d/%m/%Y"
    )
    if all(_read_back(day, format) == day for day in days):
        return
    yield Problem(
        ("format",),
        repr(format),
        f"a format of strftime that holds {told}",
        "Use %Y, %m, %d and plain text around them",
    )


def _read_back(day: dt.date, format: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(day.strftime(format), format).date()
    except ValueError:
        return None
