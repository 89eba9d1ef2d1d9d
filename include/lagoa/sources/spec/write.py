"""How a resource is written to bronze."""

from typing import Annotated, Literal

from pydantic import Field

from lagoa.sources.spec.base import Number, Strict, Text, Whole


class Merge(Strict):
    """Keyed upsert. With `full_every_days`, a full extraction also marks what has vanished."""

    mode: Literal["merge"]
    key: list[Text] = Field(min_length=1)
    """The fields that tell one record from another."""
    watermark: Text | None = None
    """The field that says when a record changed last: of two versions the newer one stands, and where there are windows
    (or a database) the next run begins there."""
    look_back_days: Whole = Field(default=1, ge=0)
    """Days before the watermark that are asked for again: late records."""
    full_every_days: Whole | None = Field(default=None, gt=0)
    """How often everything is asked for, so that what vanished shows; None = never by itself."""
    max_shrink: Number = Field(default=0.1, ge=0, le=1)
    """The share of rows that may vanish in one load; more is refused."""
    shrink_floor: Whole = Field(default=0, ge=0)
    """So many rows may vanish whatever the share, in a small table; never all of them. A source that shows too few rows
    by mistake goes unseen below it: leave it out where every row matters more than a run that waits for somebody."""


class Snapshot(Strict):
    """Every run brings the whole table; what is absent gets `_deleted_at`."""

    mode: Literal["snapshot"]
    key: list[Text] = Field(min_length=1)
    """The fields that tell one record from another."""
    max_shrink: Number = Field(default=0.1, ge=0, le=1)
    """The share of rows that may vanish in one load; more is refused."""
    shrink_floor: Whole = Field(default=0, ge=0)
    """So many rows may vanish whatever the share, in a small table; never all of them. A source that shows too few rows
    by mistake goes unseen below it: leave it out where every row matters more than a run that waits for somebody."""


class ReplacePartition(Strict):
    """No key exists: a whole partition (a year, a month, a file) is replaced at once."""

    mode: Literal["replace_partition"]
    partition: Text
    """The field that holds the partition: one of the source, or a parameter that `keep` makes a field."""
    full_every_days: Whole | None = Field(default=None, gt=0)
    """How often everything is asked for, also what lies below parents that did not change; None = never by itself."""
    max_shrink: Number = Field(default=0.1, ge=0, le=1)
    """The share of a partition's rows that may vanish in one load, and of the table's with files that are listed no
    more; more is refused."""
    shrink_floor: Whole = Field(default=0, ge=0)
    """So many rows may vanish whatever the share, in a small partition; never all of them."""


class Append(Strict):
    """Events that are only added; repeats are recognised by `key`, or by content where there is none."""

    mode: Literal["append"]
    key: list[Text] = []
    """The fields that tell one record from another, where the source has such fields."""
    distinct: bool = False
    """Equal lines are one fact (overlapping reports); by default equal lines of one run are several facts."""


Write = Annotated[Merge | Snapshot | ReplacePartition | Append, Field(discriminator="mode")]
