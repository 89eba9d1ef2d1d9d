"""One running platform for all tests of the folder."""

from collections.abc import Iterator

import pytest
from tests.running import RunningPlatform, running_platform

from lagoa.settings import Settings


@pytest.fixture(scope="package")
def platform() -> Iterator[RunningPlatform]:
    """A running platform that has done the main job, on recorded real data where it is there, else on generated."""
    folder = Settings.load().real_data
    with running_platform(folder.resolve() if folder.is_dir() else None) as running:
        yield running
