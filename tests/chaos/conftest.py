"""A platform of its own for the chaos tests: no Superset, several sources, quick to notice a dead task."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.chaos.harness import Laboratory, Undisturbed
from tests.running import isolated_settings

from lagoa.platform import installation
from lagoa.platform.removal import remove


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--chaos-runs`: how many runs with four kills each; `make test` does one, `make chaos` fifteen and more."""
    parser.addoption("--chaos-runs", type=int, default=1, help="ingestions in which four kills each fall")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a seed."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--chaos-runs", default=1)))


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    """The running platform, removed at the end."""
    state_dir = Path(tempfile.mkdtemp(prefix="lagoa-chaos-"))
    state_dir.chmod(0o755)
    variables = {
        "LAGOA_STATE_DIR": str(state_dir),
        "LAGOA_SCHEDULED": "false",
        "LAGOA_TASK_RETRIES": "8",
        "LAGOA_TASK_RETRY_SECONDS": "1",
        "LAGOA_TASK_SILENCE_SECONDS": "12",
        "LAGOA_SIMULATOR_SCALE": "2",
    }
    settings = isolated_settings(variables)
    try:
        settings = installation.up(settings, parts=frozenset({"simulator", "airflow"}))
        yield Laboratory(settings)
    finally:
        remove(settings)


@pytest.fixture(scope="session")
def undisturbed(laboratory: Laboratory) -> Undisturbed:
    """The ingestions when nothing disturbs them."""
    laboratory.start_over()
    seconds = laboratory.ingest()
    return Undisturbed(seconds, laboratory.digests())
