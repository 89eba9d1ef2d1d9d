"""Announced against received for each window, file or parent of a load: a run's slices -> ops.load_windows."""

import csv
import io
import json
from collections.abc import Iterable

from psycopg2.extensions import cursor as Cursor

from lagoa.lake.manifest import Manifest, Slice

MOST = 20_000
"""Rows a load; a run of more slices keeps those that are not as usual and sums up the rest in one row."""
COLUMNS = ("load_id", "asked", "windows", "announced", "received", "missing", "absent", "unchanged")


def record_windows(cursor: Cursor, load_id: int, manifest: Manifest) -> None:
    """Write what each slice was announced and received, in one COPY."""
    told = sorted(manifest.slices, key=is_as_usual) if len(manifest.slices) > MOST else manifest.slices
    rows = [_row(load_id, [item]) for item in told[:MOST]]
    if rest := told[MOST:]:
        rows.append(_row(load_id, rest))
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    cursor.copy_expert(f"copy ops.load_windows ({', '.join(COLUMNS)}) from stdin (format csv)", text)


def is_as_usual(item: Slice) -> bool:
    """Whether a slice brought all that was announced."""
    return not (item.absent or item.missing or (item.announced is not None and item.announced != item.received))


def _row(load_id: int, items: Iterable[Slice]) -> tuple[object, ...]:
    items = list(items)
    asked = json.dumps(items[0].asked, ensure_ascii=False) if len(items) == 1 else "{}"
    told = [item.announced for item in items if item.announced is not None]
    announced = sum(told) if len(told) == len(items) else ""
    received, missing = sum(item.received for item in items), sum(item.missing for item in items)
    absent, unchanged = all(item.absent for item in items), all(item.unchanged for item in items)
    return load_id, asked, len(items), announced, received, missing, absent, unchanged
