"""A platform of its own for the chaos tests: no Superset, several sources, quick to notice a dead task."""

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.chaos.harness import Laboratory, Undisturbed
from tests.running import isolated_settings

from lagoa.platform import installation
from lagoa.platform.removal import remove

SAMPLE = "pncp,transferegov,portal_transparencia"
"""Pages by number, pages by offset, files: together some thirty seconds."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test` does one run with three sources; `make chaos` fifteen and more with sources of every kind."""
    parser.addoption("--chaos-runs", type=int, default=1, help="ingestions in which four kills each fall")
    parser.addoption("--chaos-sources", default=SAMPLE, help="the sources that are ingested, separated by commas")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a seed."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--chaos-runs", default=1)))


@pytest.fixture(scope="module")
def laboratory(pytestconfig: pytest.Config) -> Iterator[Laboratory]:
    """The running platform, removed at the end."""
    sources = pytestconfig.getoption("--chaos-sources", default=SAMPLE)
    state_dir = Path(tempfile.mkdtemp(prefix="lagoa-chaos-"))
    state_dir.chmod(0o755)
    variables = {
        "LAGOA_STATE_DIR": str(state_dir),
        "LAGOA_SCHEDULED": "false",
        "LAGOA_TASK_RETRIES": "8",
        "LAGOA_TASK_RETRY_SECONDS": "1",
        "LAGOA_TASK_SILENCE_SECONDS": "12",
        "LAGOA_SIMULATOR_SCALE": "2",
        "LAGOA_ENABLED_SOURCES": sources,
    }
    settings = isolated_settings(variables)
    try:
        settings = installation.up(settings, parts=frozenset({"simulator", "airflow"}))
        yield Laboratory(settings, sources.split(","))
    finally:
        remove(settings)


@pytest.fixture(scope="module")
def undisturbed(laboratory: Laboratory) -> Callable[[bool], Undisturbed]:
    """The ingestions when nothing disturbs them, upon a first edition or upon nothing."""

    @cache
    def ingest(with_first_edition: bool) -> Undisturbed:
        laboratory.start_over(with_first_edition=with_first_edition)
        seconds = laboratory.ingest()
        return Undisturbed(seconds, laboratory.digests())

    return ingest
