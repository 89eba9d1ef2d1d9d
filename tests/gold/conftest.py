"""A lakehouse of its own, in the shared server, fed with recorded data by the simulator as Airflow would feed it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests import dbt_runs
from tests.lake.conftest import own_database
from tests.serving import simulating

from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource
from lagoa.orchestration.dbt_graph import left_out
from lagoa.platform import dbt
from lagoa.settings import Settings
from lagoa.sources.enabled import enabled_specs, enabled_tables

Dbt = Callable[..., None]


@pytest.fixture(scope="session")
def lakehouse(postgres: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an empty lakehouse `lagoa_gold`, with a running simulator over the recorded data."""
    raw, target = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("compiled")
    update = {"simulator_data": real_data, "agency": "recorded", "dbt_target": target}
    with (
        own_database(postgres, "lagoa_gold", raw, **update) as empty,
        simulating(empty) as settings,
    ):
        yield settings


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
