"""A lakehouse of its own, in the shared server, fed with recorded data by the simulator as Airflow would feed it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg2
import pytest
import uvicorn
from tests import dbt_runs

from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource
from lagoa.orchestration.dbt_graph import left_out
from lagoa.platform import database, dbt
from lagoa.settings import Settings
from lagoa.simulator.server import create_app
from lagoa.sources.enabled import enabled_specs, enabled_tables

Dbt = Callable[..., None]


@pytest.fixture(scope="session")
def lakehouse(postgres: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an empty lakehouse `lagoa_gold`, with a running simulator over the recorded data."""
    settings = postgres.model_copy(
        update={
            "database_name": "lagoa_gold",
            "simulator_data": real_data,
            "raw_url": str(tmp_path_factory.mktemp("raw")),
            "agency": "recorded",
            "dbt_target": tmp_path_factory.mktemp("compiled"),
        }
    )
    database.apply(settings)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=settings.simulator_port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield settings
    server.should_exit = True
    thread.join(timeout=10)
    connection = psycopg2.connect(postgres.dsn("lagoa_admin"))
    connection.autocommit = True
    connection.cursor().execute("drop database lagoa_gold with (force)")
    connection.close()


@pytest.fixture(scope="session")
def run_dbt(lakehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """A function that runs a dbt command on the lakehouse, e.g. `run_dbt("build", "--select", "tag:orcamento")`."""
    target = tmp_path_factory.mktemp("dbt")
    dbt.ensure_manifest(lakehouse)
    left = left_out(lakehouse.dbt_manifest, enabled_tables(lakehouse))
    without = ["--exclude", *left]  # models of sources that nothing was recorded of

    def run(*arguments: str) -> None:
        dbt_runs.run_dbt(lakehouse, target, *arguments, *without)

    return run


def ingest(settings: Settings, edition: int | str) -> None:
    """Everything that the simulator serves in one edition of every source, into bronze."""
    specs = enabled_specs(settings)
    url = f"{settings.simulator_base}/_simulator/editions"
    httpx.put(url, json=dict.fromkeys(specs, edition), timeout=60).raise_for_status()
    for source, spec in specs.items():
        for resource in spec.in_order():
            manifest = extract_resource(settings, source, resource, f"edition-{edition}", full=True)
            load(spec, manifest, settings=settings)


@pytest.fixture(scope="session")
def recorded_lake(lakehouse: Settings, run_dbt: Dbt) -> Settings:
    """The lakehouse after the first and the last edition of every source; silver built after each, gold at the end."""
    ingest(lakehouse, 1)
    run_dbt("run", "--select", "path:models/silver")
    ingest(lakehouse, "last")
    run_dbt("build")
    return lakehouse
