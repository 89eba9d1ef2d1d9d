"""What a table is held to: how much may be missing, how old it may be."""

from pydantic import Field

from lagoa.sources.spec.base import Number, Strict


class Completeness(Strict):
    """How much may be missing before a run fails; shares from 0 to 1, all 0 by default but `childless`."""

    tolerance: Number = Field(default=0, ge=0, le=1)
    """Of the records announced; where none are, of those that came: how many may come twice."""
    childless: Number = Field(default=1, ge=0, le=1)
    """Of the parents: how many may have no record. Three at most prove nothing, unless it is 0."""
    absent: Number = Field(default=0, ge=0, le=1)
    """Of the files or windows: how many the source may not have published."""
    gaps: Number = Field(default=0, ge=0, le=1)
    """Of the numbers of a sequence, up to the last one found: how many may be missing."""


class Sla(Strict):
    """What is promised to the readers of this table."""

    freshness_hours: Number = Field(default=48, gt=0)
    """The age after which the table counts as stale."""
    availability: Number = Field(default=0.95, gt=0, le=1)
    """Share of the scheduled runs that succeed."""
