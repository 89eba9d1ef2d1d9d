"""Arrow arrays -> the bytes of Postgres's binary COPY, made column by column: nothing is done row by row in Python.

The format: https://www.postgresql.org/docs/current/sql-copy.html (Binary Format). Each row is the number of its fields,
then each field's length and bytes; a null has the length -1.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
HASH_BYTES = 16
JSONB_VERSION = b"\x01"
"""What the bytes of a jsonb begin with."""
NOTHING = (-1).to_bytes(4, "big", signed=True)
EMPTY = pa.scalar(b"", pa.binary())


def encoded(hashes: bytes, columns: Mapping[str, pa.Array | None], nested: frozenset[str]) -> bytes:
    """Rows as they follow each other in a binary COPY.

    Args:
        hashes: 16 bytes a row, the first field.
        columns: text by column, the other fields in their order; None for a column without values.
        nested: the columns whose text is JSON and goes into a jsonb.
    """
    rows = len(hashes) // HASH_BYTES
    pieces = [_first(hashes, rows, fields=1 + len(columns))]
    for column, texts in columns.items():
        if texts is None or texts.null_count == rows:
            pieces.append(pa.scalar(NOTHING, pa.binary()))
        else:
            pieces += _field(_versioned(texts) if column in nested else texts)
    joined = pc.binary_join_element_wise(*pieces, EMPTY)
    _, offsets, content = joined.buffers()
    ends = np.frombuffer(offsets, np.int32, rows + 1, joined.offset * 4)
    return memoryview(content)[ends[0] : ends[-1]].tobytes()


def _first(hashes: bytes, rows: int, fields: int) -> pa.Array:
    """The number of fields, and the field of the hash with its length."""
    start = np.frombuffer(fields.to_bytes(2, "big") + HASH_BYTES.to_bytes(4, "big"), np.uint8)
    content = np.empty((rows, start.size + HASH_BYTES), np.uint8)
    content[:, : start.size] = start
    content[:, start.size :] = np.frombuffer(hashes, np.uint8).reshape(rows, HASH_BYTES)
    return _fixed(content, start.size + HASH_BYTES, rows)


def _versioned(texts: pa.Array) -> pa.Array:
    """JSON text behind the version of jsonb's format; nulls stay."""
    return pc.binary_join_element_wise(pa.scalar(JSONB_VERSION, pa.binary()), texts.cast(pa.binary()), EMPTY)


def _field(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The lengths and the bytes of a column, the buffers of the latter shared with it."""
    _, offsets, content = texts.buffers()
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    lengths = np.diff(ends)
    if texts.null_count:
        is_null = texts.is_null().to_numpy(zero_copy_only=False)
        if lengths[is_null].any():  # allowed by Arrow, never seen from Parquet
            return _field(texts.take(pa.array(np.arange(len(texts)))))
        lengths = np.where(is_null, np.int32(-1), lengths)
    buffers = [None, offsets, content or pa.py_buffer(b"")]
    values = pa.Array.from_buffers(pa.binary(), len(texts), buffers, offset=texts.offset)
    return _fixed(lengths.astype(">i4"), 4, len(texts)), values


def _fixed(content: npt.NDArray[np.generic], width: int, rows: int) -> pa.Array:
    """Values of one width, one after the other in memory, as an array of binaries."""
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(content)])
