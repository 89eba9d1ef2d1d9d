"""A row's content as 128 bits: what tells a changed row from an unchanged one."""

import functools
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

SEPARATOR = "\x1f"
"""A control character that text from sources does not hold."""


def row_hashes(columns: Mapping[str, pa.Array], rows: int) -> bytes:
    """The XXH3-128 of each row, 16 bytes after 16 bytes: of its values, seeded with the columns that hold them.

    A null counts as no value, so a column that comes without values, or goes, changes no hash.

    Args:
        columns: text arrays of equal length by column, in a fixed order: another order gives other hashes.
        rows: that length.
    """
    if not columns:
        return xxhash.xxh3_128_digest(b"") * rows
    joined = pc.binary_join_element_wise(*columns.values(), SEPARATOR, null_handling="skip")
    if len(joined) < rows:  # Arrow leaves rows out that hold nothing but nulls
        first, *others = columns.values()
        empty = functools.reduce(pc.and_, [texts.is_null() for texts in columns.values()])
        joined = pc.binary_join_element_wise(pc.if_else(empty, "", first), *others, SEPARATOR, null_handling="skip")
    texts = joined.view(pa.binary()).to_pylist()
    return b"".join(map(xxhash.xxh3_128_digest, texts, seeds(columns, rows).tolist()))


def seeds(columns: Mapping[str, pa.Array], rows: int) -> npt.NDArray[np.uint64]:
    """For each row a number that stands for its columns that are not null: the sum of their names' hashes."""
    total = np.zeros(rows, np.uint64)
    for name, texts in columns.items():
        of_name = np.uint64(xxhash.xxh3_64_intdigest(name.encode()))
        if texts.null_count == 0:
            total += of_name
        elif texts.null_count < rows:
            total += pc.is_valid(texts).to_numpy(zero_copy_only=False) * of_name
    return total
