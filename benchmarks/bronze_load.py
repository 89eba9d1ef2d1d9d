"""How fast bronze loads: lagoa.lake.bronze.load against a server-side COPY, dlt, execute_values and pandas.to_sql.

    generated Parquet parts -> load into an empty table; the same rows by COPY … FROM '<file>' (FORMAT binary)

Every ratio is of figures measured in this run, on a server of its own. Alone: `python -m benchmarks.bronze_load`.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine

from benchmarks.bronze_rows import COLUMNS, PART_ROWS, SPEC, administrator, again, generate, server, taken
from benchmarks.limits import Limit, hold
from lagoa.lake.bronze import load
from lagoa.lake.manifest import Manifest
from lagoa.lake.raw import RawZone
from lagoa.settings import Settings

COPY = "server-side COPY (binary)"
APPEND, MERGE = "lagoa, append", "lagoa, merge into an empty table (with its key)"
PEER_SHARES = {"dlt, from Arrow": 10, "dlt, from dicts": 100, "execute_values": 100, "pandas.to_sql": 100}
"""The slower peers load this fraction of the rows; their time is scaled."""
LISTED = ", ".join(COLUMNS)
console = Console()
Figures = dict[str, dict[str, float]]


def main() -> None:
    """Run everything and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3, help="of the fast ways; the best counts")
    parser.add_argument("--skip-memory", action="store_true")
    parser.add_argument("--skip-peers", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--child", nargs=2, metavar=("SETTINGS", "MANIFEST"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        load_once(*map(Path, arguments.child))
        return
    with server() as settings:
        manifest = generate(settings, arguments.rows, "rows")
        figures: Figures = {"seconds": speed(settings, manifest, arguments.repeats)}
        if not arguments.skip_peers:
            figures["seconds"] |= peers(settings, manifest, arguments.rows)
        if not arguments.skip_memory:
            figures["memory_mb"] = memory(settings, manifest, arguments.rows)
    show(figures, arguments.rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    hold(*limits(figures))


def speed(settings: Settings, manifest: Manifest, repeats: int) -> dict[str, float]:
    """Seconds of our two ways and of COPY, the best of some turns: what else this machine does strikes all of them."""
    file = settings.state_dir / "rows.bin"
    seconds: dict[str, list[float]] = {APPEND: [], MERGE: [], COPY: []}
    runs = {
        APPEND: again(settings, manifest, "events", "append"),
        MERGE: again(settings, manifest, "rows", "merge"),
    }
    with administrator(settings) as connection, connection.cursor() as cursor:
        for turn in range(repeats):
            for way, run in runs.items():
                forget(cursor)
                seconds[way].append(taken(lambda run=run: load(SPEC, run, settings=settings)))  # type: ignore[misc]
                console.print(f"{way}: {seconds[way][-1]:.2f} s")
                if turn == 0 and way == APPEND:
                    cursor.execute(f"copy (select {LISTED} from bronze.bench__events) to '{file}' (format binary)")
            forget(cursor)
            seconds[COPY].append(taken(lambda: cursor.execute(f"copy bronze.peer from '{file}' (format binary)")))
            console.print(f"{COPY}: {seconds[COPY][-1]:.2f} s")
            cursor.execute("select count(*) from bronze.peer")
            if cursor.fetchone() != (sum(part.rows for part in manifest.parts),):
                raise SystemExit("bronze_load: the ways did not load the same number of rows")
        forget(cursor)
    file.unlink()
    return {way: min(each) for way, each in seconds.items()}


def forget(cursor: Cursor) -> None:
    """Empty the place: no table, no ledger, nothing left to be written to disk."""
    cursor.execute("drop table if exists bronze.bench__rows, bronze.bench__events, bronze.peer")
    cursor.execute("delete from ops.loads where source = 'bench'")
    cursor.execute(f"create table bronze.peer ({', '.join(f'{name} text' for name in COLUMNS)})")
    cursor.execute("checkpoint")


def peers(settings: Settings, manifest: Manifest, rows: int) -> dict[str, float]:
    """Seconds of the ways that others go, scaled to all rows."""
    tables = {way: sample(manifest, max(rows // share, 1)) for way, share in PEER_SHARES.items()}
    tuples = list(zip(*(column.to_pylist() for column in tables["execute_values"].columns), strict=True))
    frame: pd.DataFrame = tables["pandas.to_sql"].to_pandas()
    dicts = tables["dlt, from dicts"].to_pylist()
    engine = create_engine(settings.dsn("lagoa_admin").replace("postgresql://", "postgresql+psycopg2://"))
    with administrator(settings) as connection, connection.cursor() as cursor:
        ways = {
            "dlt, from Arrow": by_dlt(settings, "arrow", tables["dlt, from Arrow"], "parquet"),
            "dlt, from dicts": by_dlt(settings, "dicts", dicts, "csv"),
            "execute_values": lambda: execute_values(cursor, f"insert into bronze.peer ({LISTED}) values %s", tuples),
            "pandas.to_sql": lambda: frame.to_sql("peer", engine, schema="bronze", if_exists="append", index=False),
        }
        seconds = {}
        for way, action in ways.items():
            forget(cursor)
            seconds[way] = taken(action) * rows / tables[way].num_rows
        forget(cursor)
    engine.dispose()
    return seconds


def sample(manifest: Manifest, rows: int) -> pa.Table:
    """The first rows of a run."""
    parts = [pq.read_table(part.path) for part in manifest.parts[: -(-rows // PART_ROWS)]]
    return pa.concat_tables(parts).slice(0, rows)


def by_dlt(settings: Settings, name: str, data: pa.Table | list[object], file_format: str) -> Callable[[], object]:
    """One pipeline of dlt: extract, normalise, load, in the file format that is fastest for what it gets.

    A few rows go first, uncounted: what dlt does once, such as making its tables, is not to be scaled.
    """
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt  # after the line above, for it reads it at import

    pipeline = dlt.pipeline(
        f"bench_{name}",
        destination=dlt.destinations.postgres(settings.dsn("lagoa_admin")),
        dataset_name=f"dlt_{name}",
        pipelines_dir=str(settings.state_dir / "dlt"),
    )

    def load_with_dlt(rows: object) -> object:
        return pipeline.run(rows, table_name="rows", write_disposition="append", loader_file_format=file_format)  # type: ignore[arg-type]

    load_with_dlt(data[:10])
    return lambda: load_with_dlt(data)


def memory(settings: Settings, manifest: Manifest, rows: int) -> dict[str, float]:
    """Peak memory in MB of a process of its own that loads a tenth of the rows, and all of them."""
    told = settings.state_dir / "settings.json"
    secrets = {name: value.get_secret_value() for name, value in settings if isinstance(value, SecretStr)}
    told.touch(mode=0o600)
    told.write_text(json.dumps(settings.model_dump(mode="json", exclude=set(secrets)) | secrets), encoding="utf-8")
    tenth = manifest.model_copy(update={"parts": manifest.parts[: max(len(manifest.parts) // 10, 1)]})
    peaks: dict[str, float] = {}
    for resource in ("events", "rows"):
        for run in (tenth, manifest):
            with administrator(settings) as connection, connection.cursor() as cursor:
                forget(cursor)
            count = sum(part.rows for part in run.parts)
            run_id = f"memory-{count}"
            path = RawZone(settings.raw_base).manifest_path(again(settings, run, resource, run_id))
            command = [sys.executable, "-m", "benchmarks.bronze_load", "--child", str(told), path]
            child = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            peaks[f"{count:,} rows, {SPEC.resources[resource].write.mode}"] = int(child.stdout)
    return peaks


def load_once(settings_file: Path, manifest_file: Path) -> None:
    """In a process of its own: one load; writes its peak memory in MB."""
    settings = Settings.model_validate_json(settings_file.read_text(encoding="utf-8"))
    load(SPEC, RawZone(settings.raw_base).read_manifest(str(manifest_file)), settings=settings)
    sys.stdout.write(str(peak_kb() // 1024))


def peak_kb() -> int:
    """The most memory that this process held; getrusage would count what its parent held when it was forked."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])


def show(figures: Figures, rows: int) -> None:
    """The figures as two small tables."""
    seconds = figures["seconds"]
    table = Table("way", "seconds", "rows/s", "speed of COPY", title=f"{rows:,} rows x {len(COLUMNS)} columns")
    for way, each in seconds.items():
        table.add_row(way, f"{each:.2f}", f"{rows / each:,.0f}", f"{seconds[COPY] / each:.3f}")
    console.print(table)
    if peaks := figures.get("memory_mb"):
        memory_table = Table("data", "peak MB", title="peak memory of one load")
        for data, peak in peaks.items():
            memory_table.add_row(data, str(peak))
        console.print(memory_table)


def limits(figures: Figures) -> list[Limit]:
    """What the design promises of ten million rows; a million, which COPY itself loads faster a row, may fall short."""
    seconds, peaks = figures["seconds"], figures.get("memory_mb", {})
    held = [
        Limit("append, speed of COPY", seconds[COPY] / seconds[APPEND], lowest=0.6),
        Limit("merge, speed of COPY", seconds[COPY] / seconds[MERGE], lowest=0.35),
    ]
    if peaks:
        held.append(Limit("peak memory in MB", max(peaks.values()), highest=600))
        few, many = list(peaks.values())[:2]
        held.append(Limit("memory for all rows, of that for a tenth", many / few, highest=1.1))
    return held


if __name__ == "__main__":
    main()
