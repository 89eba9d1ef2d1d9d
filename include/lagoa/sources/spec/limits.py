"""How often a host lets itself be asked, and how it says that it was asked too often."""

from typing import Annotated

from pydantic import Field

from lagoa.sources.spec.base import Number, Strict, Text, Whole


class RateLimit(Strict):
    """Requests a minute in some hours of the day."""

    limit: Number = Field(gt=0)
    """Requests a minute."""
    hours: str = Field(
        default="0-23",
        pattern=r"^([01]?\d|2[0-3])-([01]?\d|2[0-3])$",
        json_schema_extra={"expected": "two hours of the day such as 6-23"},
    )
    """First and last hour, both included, in Brasília's time: "6-23"."""

    def covers(self, hour: int) -> bool:
        """Whether it holds in an hour, from 0 to 23; "22-5" goes over midnight."""
        first, last = map(int, self.hours.split("-"))
        return first <= hour <= last if first <= last else hour >= first or hour <= last


class Throttled(Strict):
    """A refusal that passes, told by a code in a body of JSON (Meta: 400 with `error.code` 17): as good as a 429."""

    status: list[Annotated[Whole, Field(ge=400, le=599)]] = Field(min_length=1)
    """The statuses with which such a body comes; without one of the codes they mean what they mean."""
    at: Text
    """The body's key of the code, dotted."""
    values: list[Whole | str] = Field(min_length=1)
    """The codes that mean: too often."""
