"""Databases: a table or a query -> its rows in chunks of text, in one read-only snapshot, counted before they come.

    spec + state -> Statement -> server-side cursor -> Batch, each with the key that it ends at

Dates, numbers and JSON keep their text. Rows of a table without a key come in no order and cannot be resumed.
"""

import time
from collections.abc import Iterator
from typing import Any, Self

import pyarrow as pa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from lagoa.errors import ConfigError, ContractError, TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.sources.connector import Batch, Context, Interrupted, Resume
from lagoa.sources.connectors.sql.bound import lower_bound
from lagoa.sources.connectors.sql.database import begin, engine_of
from lagoa.sources.connectors.sql.refusal import told
from lagoa.sources.connectors.sql.statement import Statement
from lagoa.sources.connectors.sql.values import column
from lagoa.sources.spec import SqlResource, placeholders

LONGEST_PAUSE = 120.0
"""Seconds between two attempts."""


class SqlConnector:
    """Reads the rows of a table or a query."""

    def __init__(self, context: Context) -> None:
        assert isinstance(context.resource, SqlResource)  # noqa: S101  (for the type checker)
        self.context, self.resource = context, context.resource
        self.engine = engine_of(context)
        self.since = lower_bound(self.resource, None if context.full else context.state.watermark)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    def expand(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """Nothing to add."""
        return asked

    def read(self, asked: dict[str, str], resume: Resume | None = None) -> "SqlReading":
        """The rows of one slice."""
        return SqlReading(self, asked, resume)


class SqlReading:
    """A slice being read."""

    def __init__(self, connector: SqlConnector, asked: dict[str, str], resume: Resume | None) -> None:
        self._connector, self._asked = connector, asked
        self._subject = connector.context.subject(asked)
        resource = connector.resource
        self._statement = Statement(resource, asked, connector.since, _query(connector.context, asked))
        self._received = resume.received if resume else 0
        self._after: list[Any] | None = resume.position["after"] if resume else None
        self._announced: int | None = None

    @property
    def slice(self) -> Slice:
        """What was asked, counted and received."""
        return Slice(asked=self._asked, announced=self._announced, received=self._received)

    def batches(self) -> Iterator[Batch]:
        """The rows, a batch a chunk; where there is an order, a broken connection is opened again behind the last row.

        Raises:
            TransientSourceError: the database could not be reached in the last attempt.
            Interrupted: it broke off, and a later try can go on behind the last row.
            PermanentSourceError: it refuses the user or the statement.
            ContractError: a declared column is missing.
        """
        connection = self._connector.context.spec.connection
        attempt = 1
        while True:
            before = self._received
            try:
                yield from self._chunks()
                return
            except SQLAlchemyError as error:
                failure = told(error, self._subject)
            attempt = attempt + 1 if self._received == before else 2
            can_go_on = self._received == 0 or self._after is not None
            if not isinstance(failure, TransientSourceError) or attempt > connection.attempts or not can_go_on:
                is_known = isinstance(failure, TransientSourceError) and self._after is not None
                raise Interrupted(str(failure)) if is_known else failure
            time.sleep(min(connection.backoff_seconds * 2 ** (attempt - 2), LONGEST_PAUSE))

    def _chunks(self) -> Iterator[Batch]:
        with begin(self._connector.engine) as connection:
            expected = self._received + int(connection.execute(self._statement.count(self._after)).scalar_one())
            self._announced = expected
            yield from self._streamed(connection)
        if self._received < expected:
            raise TransientSourceError(
                f"{self._subject}: received {self._received} rows, expected the {expected} counted before. "
                "Nothing was loaded. Try again."
            )

    def _streamed(self, connection: Connection) -> Iterator[Batch]:
        size = self._connector.resource.chunk_rows
        streaming = connection.execution_options(stream_results=True, max_row_buffer=size, yield_per=size)
        with streaming.execute(self._statement.rows(self._after)) as result:
            names = list(result.keys())
            self._must_be_apart(names)
            self._must_have(names)
            for rows in result.partitions(size):
                table = self._table(names, rows)
                self._received += table.num_rows
                order = [names.index(name) for name in self._statement.order]
                self._after = [_plain(rows[-1][place]) for place in order] if order else None
                yield Batch(table, {"after": self._after} if order else None)

    def _table(self, names: list[str], rows: Any) -> pa.Table:
        resource = self._connector.resource
        declared = [name for name in [*resource.fields, *resource.nested] if name in names]
        shown = list(dict.fromkeys([*declared, *names]))
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        return pa.table([column(columns[name], is_nested=name in resource.nested) for name in shown], names=shown)

    def _must_be_apart(self, names: list[str]) -> None:
        """Postgres lets a query name two columns alike, of which one would be lost."""
        if alike := sorted({name for name in names if names.count(name) > 1}):
            raise ContractError(
                f"{self._subject}: found column {', '.join(alike)} more than once, expected a name of its own for "
                "each. Name the columns in `query`: select a.id, b.id as outro_id."
            )

    def _must_have(self, names: list[str]) -> None:
        resource = self._connector.resource
        wanted = [name for name in [*resource.fields, *resource.nested] if name not in resource.optional]
        if missing := [name for name in wanted if name not in names]:
            raise ContractError(
                f"{self._subject}: missing column {', '.join(missing)}, expected beside {', '.join(names)}. "
                "The source changed: mend `fields` in the spec, or list it under `optional`."
            )


def _query(context: Context, asked: dict[str, str]) -> str | None:
    """The query with the agency's parameters; what is asked for may come from data, so it is bound, never written in.

    Raises:
        ConfigError: the query has a parameter of the request in braces.
    """
    query = context.resource.query if isinstance(context.resource, SqlResource) else None
    if query is None:
        return None
    if written := sorted(placeholders(query) & asked.keys()):
        shown = ", ".join(f"{{{name}}}" for name in written)
        raise ConfigError(
            f"{context.subject({})}: found {shown} in `query`, expected :{written[0]}, which the database keeps apart "
            "from the statement. Correct the spec."
        )
    return context.filled(query)


def _plain(value: Any) -> Any:
    """A key's value as JSON holds it; numbers and texts as they are, what else as its text."""
    return value if value is None or isinstance(value, int | str) else str(value)
