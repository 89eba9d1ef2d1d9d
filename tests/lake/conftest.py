"""A lakehouse of its own in the shared server, and a small source whose runs are written by hand."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extras import RealDictCursor
from tests.serving import simulating

from lagoa.lake.bronze import load
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest, Slice
from lagoa.lake.parts import PartWriter
from lagoa.lake.raw import RawZone
from lagoa.platform import database
from lagoa.settings import Settings
from lagoa.sources.records import records_table
from lagoa.sources.spec import SourceSpec

Row = dict[str, Any]
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@contextmanager
def own_database(postgres: Settings, name: str, raw: Path, **update: Any) -> Iterator[Settings]:
    """Settings of an empty lakehouse beside the shared one, dropped at the end."""
    settings = postgres.model_copy(update={"database_name": name, "raw_url": str(raw), **update})
    database.apply(settings)
    yield settings
    connection = psycopg2.connect(postgres.dsn("lagoa_admin"))
    connection.autocommit = True
    connection.cursor().execute(f"drop database {name} with (force)")
    connection.close()


@pytest.fixture(scope="session")
def lakehouse(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of the database `lagoa_bronze`, empty at first, and of a raw zone of its own."""
    with own_database(postgres, "lagoa_bronze", tmp_path_factory.mktemp("raw")) as settings:
        yield settings


@pytest.fixture(scope="session")
def recorded_lakehouse(
    postgres: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of an empty lakehouse with a simulator over the recorded data at its side."""
    raw = tmp_path_factory.mktemp("raw")
    with (
        own_database(postgres, "lagoa_history", raw, agency="recorded", simulator_data=real_data) as lakehouse,
        simulating(lakehouse) as settings,
    ):
        yield settings


@dataclass
class Feed:
    """One source with one resource `rows`: `run` loads a run of it, the rest looks at what came of it."""

    settings: Settings
    spec: SourceSpec
    runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def table(self) -> str:
        """The bronze table's name."""
        return self.spec.table("rows")

    def write(self, *pages: list[Row], **overrides: Any) -> Manifest:
        """A whole run in the raw zone, a part a page; a slice for each value of the partition, where there is one."""
        number = next(self.runs)
        at = overrides.pop("extracted_at", START + dt.timedelta(hours=number))
        run_id = overrides.pop("run_id", f"run-{number}")
        resource = self.spec.resources["rows"]
        declared = resource.stored
        zone = RawZone(self.settings.raw_base, self.settings.raw_store)
        writer = PartWriter(zone, self.spec.source, "rows", run_id, at.date())
        for page in pages:
            if page:
                writer.write(records_table(page, declared, resource.optional, "test", resource.nested))
                writer.flush()
        received = sum(map(len, pages))
        slices = [Slice(asked={}, announced=received, received=received)]
        if parameter := resource.partition_parameter:
            found = Counter(row[resource.write.partition] for page in pages for row in page)  # type: ignore[union-attr]
            asked = overrides.pop("asked", sorted(found))
            strange = received - sum(found[value] for value in asked)  # rows of partitions that nobody asked for
            slices = [
                Slice(
                    asked={parameter: value},
                    announced=None,
                    received=found[value] + (strange if value == asked[-1] else 0),
                    sha256=run_id,
                )
                for value in asked
            ]
        values: dict[str, Any] = {
            "source": self.spec.source,
            "resource": "rows",
            "run_id": run_id,
            "extracted_at": at,
            "full": True,
            "fields": writer.fields or declared,
            "slices": slices,
            "parts": writer.parts,
            "origin": self.settings.origin,
        }
        manifest = Manifest(**values | overrides)
        zone.write_manifest(manifest)
        return manifest

    def load(self, manifest: Manifest, **options: Any) -> LoadResult:
        """Load a written run."""
        return load(self.spec, manifest, settings=self.settings, **options)

    def run(self, *pages: list[Row], accept_shrink: bool = False, **overrides: Any) -> LoadResult:
        """Write a run and load it."""
        return self.load(self.write(*pages, **overrides), accept_shrink=accept_shrink)

    def query(self, statement: str, *values: Any) -> list[Row]:
        """What the administrator's query returns."""
        connection = psycopg2.connect(self.settings.dsn("lagoa_admin"))
        try:
            with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
                cursor.execute(statement, values)
                return [dict(row) for row in cursor.fetchall()]
        finally:
            connection.close()

    def execute(self, statement: str, *values: Any) -> None:
        """Do something as the administrator."""
        connection = psycopg2.connect(self.settings.dsn("lagoa_admin"))
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
        connection.close()

    def rows(self, columns: str = "*", where: str = "true") -> list[Row]:
        """The table's rows by their first column."""
        return self.query(f"select {columns} from bronze.{self.table} where {where} order by 1")

    def places(self) -> dict[str, tuple[str, str, str]]:
        """Where each row lies and who wrote or locked it: the same afterwards means that nothing touched it."""
        listed = self.rows("_row_hash || ctid::text as row, ctid::text, xmin::text, xmax::text")
        return {each["row"]: (each["ctid"], each["xmin"], each["xmax"]) for each in listed}

    def ledger(self, columns: str = "*") -> list[Row]:
        """The ledger's entries of the source, in order."""
        return self.query(f"select {columns} from ops.loads where source = %s order by load_id", self.spec.source)

    def state(self) -> Any:
        """The resource's state, None where there is none."""
        found = self.query("select state from ops.resource_state where source = %s", self.spec.source)
        return found[0]["state"] if found else None


NUMBERS = itertools.count(1)


def spec_with(write: Row, fields: Sequence[str], **resource: Any) -> SourceSpec:
    """A valid spec of a source with a name of its own and the resource `rows`."""
    return SourceSpec.model_validate(
        {
            "source": f"feed{next(NUMBERS)}",
            "title": "Feed",
            "url": "https://example.org",
            "domain": "test",
            "owner": "Somebody",
            "licence": "None",
            "schedule": "0 5 * * *",
            "connection": {"base_url": "https://example.org/api"},
            "resources": {
                "rows": {
                    "title": "Rows",
                    "kind": "rest",
                    "path": "/rows",
                    "fields": list(fields),
                    "write": write,
                    **resource,
                }
            },
        }
    )


@pytest.fixture
def feed(lakehouse: Settings) -> Callable[..., Feed]:
    """Makes a source of the given write mode and fields, with an empty history."""

    def make(write: Row, fields: Sequence[str] = ("id", "nome"), **resource: Any) -> Feed:
        return Feed(lakehouse, spec_with(write, fields, **resource))

    return make


@pytest.fixture
def snapshot(feed: Callable[..., Feed]) -> Feed:
    """A source whose every run brings the whole table."""
    return feed({"mode": "snapshot", "key": ["id"], "max_shrink": 0.5})


@pytest.fixture
def merge(feed: Callable[..., Feed]) -> Feed:
    """A source with a watermark, whose full runs show what vanished."""
    write = {"mode": "merge", "key": ["id"], "watermark": "mudou", "full_every_days": 7, "max_shrink": 0.5}
    return feed(write, ["id", "nome", "mudou"])


@pytest.fixture
def partitioned(feed: Callable[..., Feed]) -> Feed:
    """A source without a key, replaced year by year."""
    write = {"mode": "replace_partition", "partition": "ano", "max_shrink": 0.5}
    return feed(write, ["ano", "valor"], for_each={"exercicio": "exercicios"})


@pytest.fixture
def listed(feed: Callable[..., Feed]) -> Feed:
    """A source whose folder lists its files, each a partition."""
    write = {"mode": "replace_partition", "partition": "arquivo", "max_shrink": 0.5}
    return feed(write, ["valor"], kind="file", format="csv", path="/*.csv", keep=["arquivo"])


@pytest.fixture
def raw_folder(lakehouse: Settings) -> Path:
    """Where the runs of all feeds lie."""
    return Path(lakehouse.raw_base)
