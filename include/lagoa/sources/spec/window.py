"""Dates that cut a resource into slices."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from lagoa.sources.spec.base import Name, Problem, Strict, Text, Whole
from lagoa.sources.spec.time import date_format_problem


class Window(Strict):
    """Date parameters that cut a resource into slices."""

    start: Text
    """The parameter that holds the first day of a slice."""
    end: Text | None = None
    """None: the source asks for one date, or for everything since `start`."""
    format: str
    """How a date is written (strftime); may hold more than the date: `LastUpdateDate ge %Y-%m-%d`."""
    max_days: Whole | None = Field(default=None, gt=0)
    """The widest slice; None with `every` unset = one slice from `first` to today."""
    every: Literal["month", "year"] | None = None
    """A slice a calendar month or year, in place of `max_days`."""
    first: Annotated[dt.date | Name, Field(union_mode="left_to_right")]
    """Where a full extraction begins: a date, or the agency's parameter that holds it."""
    last: Name | None = None
    """The agency's parameter that holds the last day; None, or an empty parameter = today."""
    lag_days: Whole = Field(default=0, ge=0)
    """The source publishes a day this many days later: the last slice ends that much before today."""
    ahead_days: Whole = Field(default=0, ge=0)
    """The dates may lie ahead (the first day of a contract that is signed already): the last slice ends that much after
    today."""
    trailing_days: Whole | None = Field(default=None, ge=0)
    """What is asked for again: the slices of so many days before the last one reached. None = everything, each time,
    unless the watermark of `merge` says where to begin."""

    def problems(self) -> Iterator[Problem]:
        """Two widths, two last days, one parameter for two dates, a format that loses the date."""
        if self.every and self.max_days:
            yield Problem(
                ("max_days",), f"{self.max_days} beside `every: {self.every}`", "one width", "Remove one of them"
            )
        if self.ahead_days and self.lag_days:
            yield Problem(
                ("ahead_days",), f"{self.ahead_days} beside `lag_days: {self.lag_days}`", "one last day", "Remove one"
            )
        if self.trailing_days is not None and self.trailing_days < self.ahead_days:
            yield Problem(
                ("trailing_days",),
                f"{self.trailing_days} beside `ahead_days: {self.ahead_days}`",
                "at least as many: days ahead get new records until they have come",
                f"Write {self.ahead_days} or more, or remove it",
            )
        if self.end == self.start:
            yield Problem(("end",), repr(self.end), "another parameter than `start`", "Remove it or correct it")
        yield from date_format_problem(self.format, self.every)

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters that it fills."""
        return [self.start] if self.end is None else [self.start, self.end]
