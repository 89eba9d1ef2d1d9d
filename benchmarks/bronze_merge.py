"""What a small change costs in a big table: a merge of 1 % changed rows against the load of them all.

    load of all rows -> runs of 1 %: spread at random over the table, its newest rows, nothing new -> all rows once more

Every share is of figures measured in this run, on a server of its own. Alone: `python -m benchmarks.bronze_merge`.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from psycopg2.extensions import cursor as Cursor
from rich.console import Console
from rich.table import Table

from benchmarks.bronze_rows import (
    DAY,
    PART_ROWS,
    SPEC,
    administrator,
    again,
    generate,
    made_up,
    manifest_of,
    server,
    taken,
)
from benchmarks.limits import Limit, hold
from lagoa.lake.bronze import load
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest
from lagoa.lake.parts import PartWriter
from lagoa.lake.raw import RawZone
from lagoa.settings import Settings

SHARE = 0.01


def main() -> None:
    """Run everything and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3, help="of the small runs; the best counts")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    arguments = parser.parse_args()
    with server() as settings, administrator(settings) as connection, connection.cursor() as cursor:
        seconds = measure(settings, cursor, arguments.rows, arguments.repeats)
    show(seconds, arguments.rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(seconds, indent=1), encoding="utf-8")
    whole = next(iter(seconds.values()))
    hold(*(Limit(name, took / whole, highest=0.08) for name, took in seconds.items() if name.startswith("1 %")))


def measure(settings: Settings, cursor: Cursor, rows: int, repeats: int) -> dict[str, float]:
    """Seconds of each load."""
    everything = generate(settings, rows, "everything")
    few = int(rows * SHARE)
    draw = np.random.default_rng(2)
    seconds = {"all rows, into an empty table": timed(settings, cursor, everything, (rows, 0, 0))}
    for turn in range(repeats):
        spread = np.sort(draw.choice(rows, few, replace=False))
        runs = {
            "1 % changed, spread at random": (spread, (0, few, 0)),
            "1 % changed, the newest rows": (np.arange(rows - few, rows), (0, few, 0)),
            "1 % new": (np.arange(rows + turn * few, rows + (turn + 1) * few), (few, 0, 0)),
        }
        for name, (ids, expected) in runs.items():
            run = changed(settings, ids, f"{name} {turn}", draw)
            took = timed(settings, cursor, run, expected)
            seconds[name] = min(took, seconds.get(name, took))
            unchanged = again(settings, run, "rows", f"{name} {turn} again", full=False)
            took = timed(settings, cursor, unchanged, (0, 0, 0))
            seconds["1 % unchanged"] = min(took, seconds.get("1 % unchanged", took))
    whole = again(settings, everything, "rows", "whole")
    seconds["all rows once more, as a full run"] = timed(settings, cursor, whole, None)
    return seconds


def changed(settings: Settings, ids: np.ndarray, run_id: str, draw: np.random.Generator) -> Manifest:
    """A run of new contents for some rows."""
    writer = PartWriter(RawZone(settings.raw_base), "bench", "rows", run_id, DAY)
    for start in range(0, len(ids), PART_ROWS):
        writer.write(made_up(ids[start : start + PART_ROWS], draw))
    writer.flush()
    return manifest_of(settings, "rows", run_id, writer, full=False)


def timed(settings: Settings, cursor: Cursor, run: Manifest, expected: tuple[int, int, int] | None) -> float:
    """Seconds of a load that has to insert, update and delete so many rows; None = whatever it does."""
    cursor.execute("checkpoint")
    done: list[LoadResult] = []
    took = taken(lambda: done.append(load(SPEC, run, settings=settings)))
    (result,) = done
    if expected is not None and (result.inserted, result.updated, result.deleted) != expected:
        raise SystemExit(f"bronze_merge: {run.run_id} did {result}, expected {expected}")
    Console().print(f"{run.run_id}: {took:.2f} s")
    return took


def show(seconds: dict[str, float], rows: int) -> None:
    """The figures as a table."""
    whole = next(iter(seconds.values()))
    table = Table("load", "seconds", "share of the full load", title=f"merge into {rows:,} rows")
    for name, took in seconds.items():
        table.add_row(name, f"{took:.2f}", f"{took / whole:.1%}")
    Console().print(table)


if __name__ == "__main__":
    main()
