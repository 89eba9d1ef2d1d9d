"""A row's content as 128 bits: what tells a changed row from an unchanged one."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

SEPARATOR = "\x1f"
"""A control character that text from sources does not hold."""


def row_hashes(columns: Mapping[str, pa.Array]) -> pa.Array:
    """The XXH3-128 of each row, as 32 hexadecimal digits: of its values, seeded with the columns that hold them.

    A null counts as no value, so a column that comes without values, or goes, changes no hash.

    Args:
        columns: text arrays of equal length by column, in a fixed order: another order gives other hashes.
    """
    joined = pc.binary_join_element_wise(*columns.values(), SEPARATOR, null_handling="skip")
    texts = pc.cast(joined, pa.binary()).to_pylist()
    digest = xxhash.xxh3_128_hexdigest
    return pa.array(list(map(digest, texts, seeds(columns, len(texts)).tolist())), pa.string())


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
