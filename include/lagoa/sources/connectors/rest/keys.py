"""Which records have come, as 64-bit hashes of their keys: 8 bytes a record, counted once at the end.

A set of texts, or of Python's integers, would take some 100 bytes a record; a slice may have millions.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

COMPACT = 1024


class DistinctKeys:
    """Counts the distinct keys of the tables that are added."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = list(fields)
        self._hashes: list[np.ndarray] = []

    def add(self, table: pa.Table) -> None:
        """Remember the keys of some records, by Python's hash of their texts, which differs in each process."""
        columns = [table.column(name).to_pylist() for name in self._fields]
        self._hashes.append(np.fromiter(map(hash, zip(*columns, strict=True)), np.int64, table.num_rows))
        if len(self._hashes) >= COMPACT:
            self._hashes = [np.concatenate(self._hashes)]

    def count(self) -> int:
        """How many of the keys differ."""
        return len(np.unique(np.concatenate(self._hashes))) if self._hashes else 0
