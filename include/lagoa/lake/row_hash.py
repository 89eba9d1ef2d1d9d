"""A row's content as 128 bits: what tells a changed row from an unchanged one."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

SEPARATOR = "\x1f"
"""A control character that text from sources does not hold."""


def row_hashes(columns: Mapping[str, pa.Array]) -> pa.Array:
    """The XXH3-128 of each row over its columns that are not null, as 32 hexadecimal digits.

    Each value goes in with its column's name, so a column that comes without a value, or goes, changes no hash.

    Args:
        columns: text arrays of equal length by column, in a fixed order: another order gives other hashes.
    """
    named = [pc.binary_join_element_wise(mark(name), texts, "") for name, texts in columns.items()]
    joined = pc.binary_join_element_wise(*named, SEPARATOR, null_handling="skip")
    digest = xxhash.xxh3_128_hexdigest
    return pa.array([digest(text) for text in pc.cast(joined, pa.binary()).to_pylist()], pa.string())


def mark(column: str) -> str:
    """What stands for a column's name in the hash."""
    return xxhash.xxh3_64_hexdigest(column.encode())[:8]
