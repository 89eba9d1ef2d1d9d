"""A row's content as 128 bits: what tells a changed row from an unchanged one."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

SEPARATOR = "\x1f"
NULL = "\x1e"
"""Control characters that text from sources does not hold, so that ("a", null) and ("", "a") differ."""


def row_hashes(columns: Sequence[pa.Array]) -> pa.Array:
    """The XXH3-128 of each row over its text columns, as 32 hexadecimal digits.

    Args:
        columns: text arrays of equal length, in a fixed order: another order gives other hashes.
    """
    joined = pc.binary_join_element_wise(*columns, SEPARATOR, null_handling="replace", null_replacement=NULL)
    digest = xxhash.xxh3_128_hexdigest
    return pa.array([digest(text) for text in pc.cast(joined, pa.binary()).to_pylist()], pa.string())
