"""Rows as the bytes of a binary COPY, against what Postgres itself writes; and what makes two rows equal."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import psycopg2
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from lagoa.lake.copy_format import HEADER, encoded
from lagoa.lake.row_hash import row_hashes
from lagoa.settings import Settings

VALUES = st.one_of(st.none(), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40))
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def cursor(postgres: Settings) -> Iterator[Any]:
    connection = psycopg2.connect(postgres.dsn("etl_user"))
    with connection.cursor() as cursor:
        cursor.execute("create temp table arrived (_row_hash uuid, a text, b text, c jsonb, d text)")
        yield cursor
    connection.close()


def sent(cursor: Any, hashes: bytes, columns: dict[str, pa.Array | None]) -> list[tuple[Any, ...]]:
    """The rows that Postgres makes of the bytes."""
    cursor.execute("truncate arrived")
    content = encoded(hashes, columns, frozenset({"c"}))
    cursor.copy_expert("copy arrived from stdin (format binary)", BytesIO(HEADER + content))
    cursor.execute("select replace(_row_hash::text, '-', ''), a, b, c #>> '{}', d from arrived")
    return list(cursor.fetchall())


@examples(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, start=st.integers(0, 5))
def test_postgres_reads_what_was_encoded(cursor: Any, rows: list[tuple[str | None, ...]], start: int) -> None:
    """Also of arrays that begin in the middle of their buffers, as slices do."""
    padding: list[tuple[str | None, ...]] = [("x", None, "y")] * start
    first, second, third = (pa.array(column, pa.string()) for column in zip(*[*padding, *rows], strict=True))
    json = pa.array([None if text is None else f'"{start}"' for text in third.to_pylist()], pa.string())
    columns = {"a": first.slice(start), "b": second.slice(start), "c": json.slice(start), "d": None}
    hashes = row_hashes({name: column for name, column in columns.items() if column is not None}, len(rows))
    found = sent(cursor, hashes, columns)
    assert found == [
        (hashes[16 * at : 16 * at + 16].hex(), a, b, None if c is None else str(start), None)
        for at, (a, b, c) in enumerate(rows)
    ]


def test_a_null_whose_slot_holds_bytes_is_still_a_null(cursor: Any) -> None:
    """Arrow allows it, though readers of Parquet do not make it."""
    buffers = [pa.py_buffer(bytes([0b101])), pa.array([0, 1, 2, 3], pa.int32()).buffers()[1], pa.py_buffer(b"abc")]
    texts = pa.Array.from_buffers(pa.string(), 3, buffers)
    found = sent(cursor, bytes(48), {"a": texts, "b": None, "c": None, "d": texts})
    assert [row[1:] for row in found] == [("a", None, None, "a"), (None,) * 4, ("c", None, None, "c")]


def hashes_of(**columns: list[str | None]) -> list[bytes]:
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    rows = len(next(iter(columns.values())))
    joined = row_hashes(arrays, rows)
    return [joined[at : at + 16] for at in range(0, 16 * rows, 16)]


def test_the_hash_of_a_row_stays_the_same_from_version_to_version() -> None:
    """Every stored row would count as changed otherwise."""
    assert [each.hex() for each in hashes_of(a=["1", "ção", None], b=["x", "", None])] == [
        "0dd244e2007dc68bed6f3a8a4dc7e840",  # pragma: allowlist secret
        "c011e33b6a6052c3f5ffe91a1d567664",  # pragma: allowlist secret
        "99aa06d3014798d86001c324468d497f",  # pragma: allowlist secret
    ]


def test_a_column_without_a_value_changes_no_hash() -> None:
    assert hashes_of(a=["1", "2"], b=["x", None], c=[None, None]) == hashes_of(a=["1", "2"], b=["x", None])
    assert hashes_of(a=["1"]) == hashes_of(a=["1"], b=[None])


@pytest.mark.parametrize(
    "other",
    [
        {"a": ["x"], "b": ["y\x1f"]},
        {"a": [None], "b": ["x"]},
        {"a": ["x"], "b": [None]},
        {"a": ["x"], "b": [""]},
        {"a": ["y"], "b": ["x"]},
        {"a": ["x"], "c": ["y"]},
    ],
)
def test_another_content_or_the_same_in_another_column_is_another_hash(other: dict[str, list[str | None]]) -> None:
    assert hashes_of(a=["x"], b=["y"]) != hashes_of(**other)
