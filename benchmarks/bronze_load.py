"""How fast bronze loads: lagoa.lake.bronze.load against a server-side COPY, execute_values and pandas.to_sql.

    generated Parquet parts -> load into an empty table; the same rows by COPY … FROM '<file>' (FORMAT binary)

Every ratio is of figures measured in this run, on a server of its own. Alone: `python benchmarks/bronze_load.py`.
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg2.extras import execute_values
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine

from lagoa.lake.bronze import load
from lagoa.lake.raw import Manifest, PartWriter, RawZone, Slice
from lagoa.platform import database
from lagoa.platform.credentials import GENERATORS
from lagoa.platform.ports import free_port
from lagoa.platform.postgres import EmbeddedPostgres
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec

COLUMNS = [f"campo_{number:02d}" for number in range(1, 16)]
SHARE_OF_SLOW_PEERS = 10
"""The peers that go row by row load a tenth of the rows; their time is scaled."""
SPEC = SourceSpec.model_validate(
    {
        "source": "bench",
        "title": "Benchmark",
        "url": "https://example.org",
        "domain": "bench",
        "owner": "Lagoa",
        "licence": "none",
        "schedule": "0 0 * * *",
        "connection": {"base_url": "https://example.org"},
        "resources": {
            "rows": {
                "title": "Rows",
                "kind": "file",
                "format": "csv",
                "path": "/rows",
                "write": {"mode": "append"},
                "fields": COLUMNS,
            }
        },
    }
)


def main() -> None:
    """Run everything and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3, help="of the two fast ways; the best counts")
    parser.add_argument("--skip-memory", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--child", nargs=2, metavar=("SETTINGS", "MANIFEST"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        load_once(*map(Path, arguments.child))
        return
    with server() as settings:
        figures: dict[str, dict[str, float]] = speed(settings, arguments.rows, arguments.repeats)
        if not arguments.skip_memory:
            figures["memory_mb"] = memory(settings, max(arguments.rows // 5, 1))
    show(figures, arguments.rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


@contextmanager
def server() -> Iterator[Settings]:
    """A database of the run's own, in a temporary place that the server's user may read and write."""
    with tempfile.TemporaryDirectory(prefix="lagoa-bench-") as folder:
        state_dir = Path(folder)
        state_dir.chmod(0o777)
        secrets = {name: SecretStr(generate()) for name, generate in GENERATORS.items()}
        settings = Settings.model_validate({"state_dir": state_dir, "postgres_port": free_port(), **secrets})
        embedded = EmbeddedPostgres.of(settings)
        try:
            with embedded.running(state_dir / "postgres.log"):
                database.apply(settings)
                yield settings
        finally:
            embedded.destroy()


def generate(settings: Settings, rows: int, run_id: str) -> Manifest:
    """A run of text rows in the raw zone: codes, names, amounts, dates, some nulls."""
    chosen = np.random.default_rng(1)
    words = pa.array([f"Órgão número {number} do Município" for number in range(5000)])
    writer = PartWriter(RawZone(settings.raw_base), "bench", "rows", run_id, dt.date(2026, 1, 1))
    for start in range(0, rows, 100_000):
        count = min(100_000, rows - start)
        columns: list[pa.Array] = [pa.array(np.arange(start, start + count)).cast(pa.string())]
        for position in range(1, len(COLUMNS)):
            if position % 3 == 0:
                columns.append(words.take(pa.array(chosen.integers(0, len(words), count))))
            elif position % 3 == 1:
                amounts = pa.array(chosen.integers(0, 10**7, count) / 100, mask=chosen.random(count) < 0.05)
                columns.append(amounts.cast(pa.string()))
            else:
                columns.append(pa.array(chosen.integers(10_000, 99_999, count)).cast(pa.string()))
        writer.write(pa.table(columns, names=COLUMNS))
    writer.flush()
    manifest = Manifest(
        source="bench",
        resource="rows",
        run_id=run_id,
        extracted_at=dt.datetime.now(dt.UTC),
        full=True,
        fields=COLUMNS,
        slices=[Slice(asked={}, announced=rows, received=rows)],
        parts=writer.parts,
        origin=settings.origin,
    )
    RawZone(settings.raw_base).write_manifest(manifest)
    return manifest


def speed(settings: Settings, rows: int, repeats: int) -> dict[str, dict[str, float]]:
    """Seconds of each way to load the rows into an empty table."""
    manifest = generate(settings, rows, "speed")
    admin = psycopg2.connect(settings.dsn("lagoa_admin"))
    admin.autocommit = True
    cursor = admin.cursor()
    listed = ", ".join(COLUMNS)
    text_columns = ", ".join(f"{name} text" for name in COLUMNS)

    def ours() -> None:
        load(SPEC, manifest, settings=settings)

    def forget() -> None:
        cursor.execute("drop table if exists bronze.bench__rows")
        cursor.execute("delete from ops.loads where source = 'bench'")
        cursor.execute("checkpoint")

    def empty_peer() -> None:
        cursor.execute(f"drop table if exists bronze.peer; create table bronze.peer ({text_columns})")
        cursor.execute("checkpoint")

    file = settings.state_dir / "rows.bin"
    lagoa: list[float] = []
    copy: list[float] = []
    for _ in range(repeats):  # in turns, so that what else this machine does strikes both
        lagoa.append(taken(ours, before=forget))
        if not copy:
            cursor.execute(f"copy (select {listed} from bronze.bench__rows) to '{file}' (format binary)")
        copy.append(taken(lambda: cursor.execute(f"copy bronze.peer from '{file}' (format binary)"), empty_peer))
    cursor.execute("select (select count(*) from bronze.peer), (select count(*) from bronze.bench__rows)")
    if cursor.fetchone() != (rows, rows):
        raise SystemExit("bronze_load: the two ways did not load the same number of rows")

    few = rows // SHARE_OF_SLOW_PEERS
    parts = [pq.read_table(part.path) for part in manifest.parts[: -(-few // 100_000)]]
    sample = pa.concat_tables(parts).slice(0, few)
    tuples = list(zip(*(column.to_pylist() for column in sample.columns), strict=True))
    frame: pd.DataFrame = sample.to_pandas()
    engine = create_engine(settings.dsn("lagoa_admin").replace("postgresql://", "postgresql+psycopg2://"))
    values = taken(lambda: execute_values(cursor, f"insert into bronze.peer ({listed}) values %s", tuples), empty_peer)
    to_sql = taken(lambda: frame.to_sql("peer", engine, schema="bronze", if_exists="append", index=False), empty_peer)
    engine.dispose()
    admin.close()
    return {
        "seconds": {
            "lagoa.lake.bronze.load": min(lagoa),
            "server-side COPY (binary)": min(copy),
            "execute_values": values * rows / few,
            "pandas.to_sql": to_sql * rows / few,
        }
    }


def taken(action: Callable[[], object], before: Callable[[], object]) -> float:
    """Seconds of an action; `before` is not counted."""
    before()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def memory(settings: Settings, rows: int) -> dict[str, float]:
    """Peak memory in MB of a process that loads 1, 5 and 25 times the rows."""
    peaks: dict[str, float] = {}
    with psycopg2.connect(settings.dsn("lagoa_admin")) as admin, admin.cursor() as cursor:
        cursor.execute("drop table if exists bronze.bench__rows")
    for times in (1, 5, 25):
        manifest = generate(settings, rows * times, f"memory-{times}")
        path = RawZone(settings.raw_base).manifest_path(manifest)
        told = settings.state_dir / "settings.json"
        secrets = {name: value.get_secret_value() for name, value in settings if isinstance(value, SecretStr)}
        told.write_text(json.dumps(settings.model_dump(mode="json", exclude=set(secrets)) | secrets), encoding="utf-8")
        told.chmod(0o600)
        child = subprocess.run(
            [sys.executable, __file__, "--child", str(told), path], check=True, stdout=subprocess.PIPE, text=True
        )
        peaks[f"{times}x = {rows * times:,} rows"] = int(child.stdout)
        for part in manifest.parts:
            Path(part.path).unlink()
    return peaks


def load_once(settings_file: Path, manifest_file: Path) -> None:
    """In a process of its own: one load; writes its peak memory in MB."""
    settings = Settings.model_validate_json(settings_file.read_text(encoding="utf-8"))
    load(SPEC, RawZone(settings.raw_base).read_manifest(str(manifest_file)), settings=settings)
    with psycopg2.connect(settings.dsn("lagoa_admin")) as admin, admin.cursor() as cursor:
        cursor.execute("drop table bronze.bench__rows")
    sys.stdout.write(str(peak_kb() // 1024))


def peak_kb() -> int:
    """The most memory that this process held; getrusage would count what its parent held when it was forked."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])


def show(figures: dict[str, dict[str, float]], rows: int) -> None:
    """The figures as two small tables."""
    console = Console()
    seconds = figures["seconds"]
    copy = seconds["server-side COPY (binary)"]
    table = Table("way", "seconds", "rows/s", "speed of COPY", title=f"{rows:,} rows x {len(COLUMNS)} columns")
    for way, taken in seconds.items():
        table.add_row(way, f"{taken:.2f}", f"{rows / taken:,.0f}", f"{copy / taken:.2f}")
    console.print(table)
    if peaks := figures.get("memory_mb"):
        memory_table = Table("data", "peak MB", title="peak memory of one load")
        for data, peak in peaks.items():
            memory_table.add_row(data, str(peak))
        console.print(memory_table)


if __name__ == "__main__":
    main()
