"""Every shipped source against its simulator: a real server, a lakehouse, and what an extraction and a load bring."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
import httpx
import psycopg2
import pyarrow.parquet as pq
import pytest
from psycopg2.extras import RealDictCursor
from tests.lake.conftest import own_database
from tests.serving import simulating

from lagoa.lake.bronze import load
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest
from lagoa.lake.run import extract_resource, spec_of
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.extract import extract
from lagoa.sources.spec import load_agency

Row = dict[str, Any]
SCALE = 0.1
RUNS = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--every-fault`: every pair of source and fault, not a sample of them."""
    parser.addoption("--every-fault", action="store_true", help="try every fault of every source")


@contextmanager
def simulated_lakehouse(
    postgres: Settings, database: str, folders: pytest.TempPathFactory, **update: Any
) -> Iterator[Settings]:
    """Settings of an empty lakehouse in a database of its own, with a simulator at its side."""
    raw, target = folders.mktemp("raw"), folders.mktemp("dbt")
    with (
        own_database(postgres, database, raw, dbt_target=target, **update) as lakehouse,
        simulating(lakehouse) as settings,
    ):
        yield settings


@pytest.fixture(scope="session")
def generated_lakehouse(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an empty lakehouse with a simulator over generated data at its side."""
    update = {"agency": "demo", "simulator_scale": SCALE}
    with simulated_lakehouse(postgres, "lagoa_specs", tmp_path_factory, **update) as settings:
        yield settings


@pytest.fixture(scope="session")
def recorded_files(postgres: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The same over the recorded data."""
    update = {"agency": "recorded", "simulator_data": real_data}
    with simulated_lakehouse(postgres, "lagoa_specs_recorded", tmp_path_factory, **update) as settings:
        yield settings


@pytest.fixture
def generated(generated_lakehouse: Settings) -> Settings:
    """A lakehouse and a simulator over generated data (scale 0.1): last editions, no faults, no counts."""
    _reset(generated_lakehouse)
    return generated_lakehouse


@pytest.fixture
def lakehouse(generated: Settings) -> Settings:
    """The same, by the name of what is asked about."""
    return generated


@pytest.fixture
def recorded(recorded_files: Settings) -> Settings:
    """A lakehouse and a simulator over recorded data, as new; skipped where the data is not."""
    _reset(recorded_files)
    return recorded_files


def control(settings: Settings, method: str, path: str, body: object = None) -> Any:
    """A call of the simulator's control API: `control(settings, "PUT", "editions", {"pncp": 1})`."""
    url = f"{settings.simulator_base}/_simulator/{path}"
    answer = httpx.request(method, url, json=body, timeout=30, trust_env=False)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def arm(settings: Settings, *rules: Row) -> None:
    """Put fault rules in force: `arm(settings, {"source": "pncp", "fault": "half_rows"})`."""
    control(settings, "PUT", "faults", list(rules))


def at_edition(settings: Settings, source: str, edition: int | str) -> None:
    """Switch a source to an edition, by number from 1, by name, or to the `last`."""
    control(settings, "PUT", "editions", {source: edition})


def answer(settings: Settings, path: str, **query: Any) -> httpx.Response:
    """What the simulator answers to a GET of its path, `/pncp/api/…`."""
    return httpx.get(settings.simulator_base + path, params=query, timeout=60, trust_env=False)


def extracted(settings: Settings, source: str, resource: str, **options: Any) -> tuple[Manifest, list[Row]]:
    """One extraction, and the records in its parts: text as the source wrote it, by the source's field names.

    Args:
        settings: a fixture of this folder.
        source: the spec's name.
        resource: whose parents must be in bronze already; see `loaded`.
        options: of `extract_resource`; `full` is True unless given.
    """
    run_id = options.pop("run_id", f"run-{next(RUNS)}")
    manifest = extract_resource(settings, source, resource, run_id, **{"full": True, **options})
    return manifest, rows_of(settings, manifest)


def stored_of_everything(settings: Settings, source: str, resource: str) -> list[Row]:
    """The records in the raw zone of an OData service that sends every field, whatever was asked for."""
    spec = spec_of(settings, source)
    asked = spec.resources[resource]
    paging = asked.paging.model_copy(update={"select": False})  # type: ignore[union-attr]
    everything = {**spec.resources, resource: asked.model_copy(update={"paging": paging})}
    spec = spec.model_copy(update={"resources": everything})
    agency = load_agency(settings.home / "include" / "agencies", settings.agency, settings.agency_values)
    run: dict[str, Any] = {"settings": settings, "agency": agency, "state": ResourceState(), "full": True}
    return rows_of(settings, extract(spec, resource, f"run-{next(RUNS)}", **run))


def rows_of(settings: Settings, manifest: Manifest) -> list[Row]:
    """The records in the parts of a run."""
    filesystem, _ = fsspec.core.url_to_fs(settings.raw_base)
    rows: list[Row] = []
    for part in manifest.parts:
        with filesystem.open(part.path, "rb") as file:
            rows += pq.read_table(file).to_pylist()
    return rows


def loaded(settings: Settings, source: str, *resources: str, **options: Any) -> dict[str, LoadResult]:
    """Extract and load resources of a source, parents first, as a DAG run does.

    Args:
        settings: a fixture of this folder.
        source: the spec's name.
        resources: none = all of the source; parents come along.
        options: of `extract_resource`.
    """
    spec = spec_of(settings, source)
    wanted = set(resources or spec.resources)
    for name in reversed(spec.in_order()):
        parent = spec.resources[name].parent
        if name in wanted and parent is not None:
            wanted.update(parent.resources)
    results = {}
    for name in spec.in_order():
        if name in wanted:
            manifest, _ = extracted(settings, source, name, **options)
            results[name] = load(spec, manifest, settings=settings)
    return results


def query(settings: Settings, statement: str, *values: Any) -> list[Row]:
    """What the administrator's query returns."""
    connection = psycopg2.connect(settings.dsn("lagoa_admin"))
    try:
        with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(statement, values or None)
            return [dict(row) for row in cursor.fetchall()]
    finally:
        connection.close()


def forget(settings: Settings, source: str) -> None:
    """The lakehouse as before the first load of a source, whatever other tests have loaded of it."""
    tables = query(
        settings,
        "select format('%%I.%%I', table_schema, table_name) as name from information_schema.tables"
        " where table_schema = 'bronze' and starts_with(table_name, %s)",
        f"{source}__",
    )
    states = query(
        settings,
        "select format('%I.%I', table_schema, table_name) as name from information_schema.columns"
        " inner join information_schema.tables using (table_schema, table_name)"
        " where table_schema = 'ops' and column_name = 'source' and table_type = 'BASE TABLE'",
    )
    connection = psycopg2.connect(settings.dsn("lagoa_admin"))
    try:
        with connection, connection.cursor() as cursor:
            for row in tables:
                cursor.execute(f"drop table {row['name']} cascade")
            for row in states:
                cursor.execute(f"delete from {row['name']} where source = %s", (source,))
    finally:
        connection.close()


def _reset(settings: Settings) -> None:
    control(settings, "PUT", "editions", dict.fromkeys(control(settings, "GET", "editions"), "last"))
    control(settings, "DELETE", "faults")
    control(settings, "DELETE", "requests")
