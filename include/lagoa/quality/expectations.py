"""The grammar of one expectation: what a line of a suite may say.

Most types are Great Expectations' own, under their own names and with their own arguments, so its documentation
applies. Those that could copy values of the data into results (minima, distinct values, …) are not in the list.
Five are Lagoa's own, for what would otherwise be the same query in every file; `plan` turns them into checks.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Severity = Literal["critical", "warning", "info"]
Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]
QualifiedName = Annotated[str, Field(pattern=r"^(bronze|silver|gold_next|ops)\.[a-z_][a-z0-9_]*$")]
Number = int | float


class Expectation(BaseModel):
    """What all expectations have: how grave a failure is, and what it means to a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    severity: Severity
    meaning: Annotated[str, Field(min_length=10, pattern=r"\.$")]
    """A sentence in Portuguese that says what should hold; shown when it does not."""

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns it needs to be there."""
        return ()

    @property
    def looks_elsewhere(self) -> bool:
        """Whether its answer can change while the table and its ledger do not: with another table, or with time."""
        return False

    @property
    def arguments(self) -> dict[str, Any]:
        """Its own arguments, apart from the columns."""
        shared = {"type", "severity", "meaning", "column", "columns"}
        return {key: value for key, value in self.model_dump(exclude_none=True).items() if key not in shared}


class ColumnExpectation(Expectation):
    """An expectation on each value of one column, or of each of several."""

    column: Name | None = None
    columns: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    mostly: Annotated[float, Field(gt=0, le=1)] = 1.0
    """The share of non-null values that must comply (of rows, in `expect_column_values_to_exist_in_table`)."""

    @model_validator(mode="after")
    def _needs_one_of_column_and_columns(self) -> "ColumnExpectation":
        if (self.column is None) == (self.columns is None):
            raise ValueError("one of `column` and `columns` is needed, not both")
        return self

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns it needs to be there."""
        return self.columns or (self.column or "",)


class NotNull(ColumnExpectation):
    """No value is null."""

    type: Literal["expect_column_values_to_not_be_null"]


class Unique(ColumnExpectation):
    """No value occurs twice."""

    type: Literal["expect_column_values_to_be_unique"]


class InSet(ColumnExpectation):
    """Each value is one of a list."""

    type: Literal["expect_column_values_to_be_in_set"]
    value_set: Annotated[list[str | int | float | bool], Field(min_length=1)]


class _Regex(ColumnExpectation):
    regex: str

    @field_validator("regex")
    @classmethod
    def _must_compile(cls, regex: str) -> str:
        try:
            re.compile(regex)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return regex


class MatchRegex(_Regex):
    """Each value matches a POSIX regular expression."""

    type: Literal["expect_column_values_to_match_regex"]


class NotMatchRegex(_Regex):
    """No value matches a POSIX regular expression."""

    type: Literal["expect_column_values_to_not_match_regex"]


class _Range(Expectation):
    @model_validator(mode="after")
    def _needs_a_bound(self) -> "_Range":
        low, high = getattr(self, "min_value", None), getattr(self, "max_value", None)
        if low is None and high is None:
            raise ValueError("`min_value` or `max_value` is needed")
        if low is not None and high is not None and type(low) is type(high) and low > high:
            raise ValueError(f"min_value {low} is above max_value {high}")
        return self


class Between(_Range, ColumnExpectation):
    """Each value lies within bounds; numbers, or dates written YYYY-MM-DD."""

    type: Literal["expect_column_values_to_be_between"]
    min_value: Number | str | None = None
    max_value: Number | str | None = None

    @field_validator("min_value", "max_value")
    @classmethod
    def _must_be_a_number_or_a_date(cls, bound: Number | str | None) -> Number | str | None:
        if isinstance(bound, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", bound):
            raise ValueError(f"found {bound!r}, expected a number or a date written YYYY-MM-DD")
        return bound


class CompoundUnique(Expectation):
    """No combination of values of several columns occurs twice."""

    type: Literal["expect_compound_columns_to_be_unique"]
    column_list: Annotated[tuple[Name, ...], Field(min_length=2)]

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns it needs to be there."""
        return self.column_list


class RowCountBetween(_Range):
    """The table has so many rows."""

    type: Literal["expect_table_row_count_to_be_between"]
    min_value: Annotated[int, Field(ge=0)] | None = None
    max_value: Annotated[int, Field(ge=0)] | None = None


class ColumnsMatchSet(Expectation):
    """The table has these columns; with `exact_match`, and no others."""

    type: Literal["expect_table_columns_to_match_set"]
    column_set: Annotated[tuple[Name, ...], Field(min_length=1)]
    exact_match: bool = False


class UnexpectedRows(Expectation):
    """A query that returns the rows that should not be; `{batch}` stands for the checked table."""

    type: Literal["unexpected_rows_expectation"]
    unexpected_rows_query: str

    @field_validator("unexpected_rows_query")
    @classmethod
    def _must_be_one_select_on_batch(cls, query: str) -> str:
        query = query.strip().rstrip(";")
        if not re.match(r"(?i)(select|with)\s", query):
            raise ValueError("the query must begin with select or with")
        check_placeholders(query)
        if "{batch}" not in query:
            raise ValueError("the query must name the checked table as {batch}")
        return query

    @property
    def looks_elsewhere(self) -> bool:
        """A query may join what it likes."""
        return True


class RowsSatisfy(Expectation):
    """Each row satisfies an SQL condition, e.g. an accounting identity; an unknown answer (null) counts as yes."""

    type: Literal["expect_rows_to_satisfy"]
    condition: str
    columns: tuple[Name, ...] = ()
    """The columns that the condition uses."""
    mostly: Annotated[float, Field(gt=0, le=1)] = 1.0

    @field_validator("condition")
    @classmethod
    def _placeholders(cls, condition: str) -> str:
        check_placeholders(condition)
        return condition

    @property
    def looks_elsewhere(self) -> bool:
        """As its condition does."""
        return looks_elsewhere(self.condition)

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns it needs to be there."""
        return self.columns


class ExistInTable(ColumnExpectation):
    """Each value exists in a column of another table, or of one of several."""

    type: Literal["expect_column_values_to_exist_in_table"]
    table: QualifiedName
    also: tuple[QualifiedName, ...] = ()
    key: Name

    @property
    def looks_elsewhere(self) -> bool:
        """At the other table."""
        return True


class RowsMatchLedger(Expectation):
    """The table has as many rows as its last load left (ops.loads.rows_after)."""

    type: Literal["expect_row_count_to_match_ledger"]


class ReceivedAsAnnounced(Expectation):
    """The last load received as many records as the source announced."""

    type: Literal["expect_received_to_match_announced"]
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of the announced records that may be missing."""


class LoadRecent(Expectation):
    """The last successful load is not older than so many days."""

    type: Literal["expect_load_to_be_recent"]
    max_days: Annotated[int, Field(ge=1)]


ELSEWHERE = re.compile(
    r"(?i)\b(select|table|today|yesterday|tomorrow|now|(current|local)(_\w+|time\w*)|"
    r"(?!(in|and|or|not|any|left|right|substr|substring|length|lower|upper|trim|coalesce|nullif|abs|round)\b)\w+\s*\()"
)
"""What in an SQL condition may look at other tables or at the clock: names for them, and functions but a few."""


def looks_elsewhere(condition: str) -> bool:
    """Whether an SQL condition may ask for more than the row: another table, the time. In doubt it does."""
    return ELSEWHERE.search(condition) is not None


def check_placeholders(sql: str) -> None:
    """Refuse {names} other than {batch}; braces around numbers are a regular expression's.

    Raises:
        ValueError: another name.
    """
    unknown = sorted(set(re.findall(r"\{([A-Za-z_]\w*)\}", sql)) - {"batch"})
    if unknown:
        raise ValueError(f"unknown {{{unknown[0]}}}; valid: {{batch}}")


AnyExpectation = Annotated[
    NotNull
    | Unique
    | InSet
    | MatchRegex
    | NotMatchRegex
    | Between
    | CompoundUnique
    | RowCountBetween
    | ColumnsMatchSet
    | UnexpectedRows
    | RowsSatisfy
    | ExistInTable
    | RowsMatchLedger
    | ReceivedAsAnnounced
    | LoadRecent,
    Field(discriminator="type"),
]
