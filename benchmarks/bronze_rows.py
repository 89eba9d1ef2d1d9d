"""What the benchmarks of bronze share: a database server of their own, made-up rows in its raw zone, a spec."""

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg2
import pyarrow as pa
from psycopg2.extensions import connection as Connection
from pydantic import SecretStr

from lagoa.lake.manifest import Manifest, Slice
from lagoa.lake.parts import PartWriter
from lagoa.lake.raw import RawZone
from lagoa.platform import database
from lagoa.platform.credentials import GENERATORS
from lagoa.platform.ports import free_port
from lagoa.platform.postgres import EmbeddedPostgres
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec

COLUMNS = [f"campo_{number:02d}" for number in range(1, 16)]
PART_ROWS = 100_000
DAY = dt.date(2026, 1, 1)


def _resource(write: dict[str, object]) -> dict[str, object]:
    return {"title": "Rows", "kind": "file", "format": "csv", "path": "/rows", "write": write, "fields": COLUMNS}


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
            "events": _resource({"mode": "append"}),
            "rows": _resource({"mode": "merge", "key": [COLUMNS[0]]}),
        },
    }
)
"""One resource for each write mode that is measured; both take the same rows."""


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


@contextmanager
def administrator(settings: Settings) -> Iterator[Connection]:
    """An autocommitting connection of the administrator."""
    connection = psycopg2.connect(settings.dsn("lagoa_admin"))
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def generate(settings: Settings, rows: int, run_id: str) -> Manifest:
    """A whole run of text rows in the raw zone: codes, names, amounts, dates, some nulls."""
    chosen = np.random.default_rng(1)
    writer = PartWriter(RawZone(settings.raw_base), "bench", "rows", run_id, DAY)
    for start in range(0, rows, PART_ROWS):
        writer.write(made_up(np.arange(start, min(start + PART_ROWS, rows)), chosen))
    writer.flush()
    return manifest_of(settings, "rows", run_id, writer, full=True)


def made_up(ids: Sequence[int] | np.ndarray, chosen: np.random.Generator) -> pa.Table:
    """A row of 15 texts for each id, the id first."""
    count = len(ids)
    columns: list[pa.Array] = [pa.array(ids).cast(pa.string())]
    for position in range(1, len(COLUMNS)):
        if position % 3 == 0:
            columns.append(WORDS.take(pa.array(chosen.integers(0, len(WORDS), count))))
        elif position % 3 == 1:
            amounts = pa.array(chosen.integers(0, 10**7, count) / 100, mask=chosen.random(count) < 0.05)
            columns.append(amounts.cast(pa.string()))
        else:
            columns.append(pa.array(chosen.integers(10_000, 99_999, count)).cast(pa.string()))
    return pa.table(columns, names=COLUMNS)


WORDS = pa.array([f"Órgão número {number} do Município" for number in range(5000)])


def manifest_of(settings: Settings, resource: str, run_id: str, writer: PartWriter, *, full: bool) -> Manifest:
    """The manifest of what a writer wrote, in the raw zone."""
    rows = sum(part.rows for part in writer.parts)
    manifest = Manifest(
        source="bench",
        resource=resource,
        run_id=run_id,
        extracted_at=dt.datetime.now(dt.UTC),
        full=full,
        fields=COLUMNS,
        slices=[Slice(asked={}, announced=rows, received=rows)],
        parts=writer.parts,
        origin=settings.origin,
    )
    RawZone(settings.raw_base).write_manifest(manifest)
    return manifest


def again(settings: Settings, manifest: Manifest, resource: str, run_id: str, *, full: bool = True) -> Manifest:
    """The same rows as a run of their own, of any of the resources."""
    update = {"resource": resource, "run_id": run_id, "full": full, "extracted_at": dt.datetime.now(dt.UTC)}
    made = manifest.model_copy(update=update)
    RawZone(settings.raw_base).write_manifest(made)
    return made


def taken(action: Callable[[], object]) -> float:
    """Seconds of an action."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
