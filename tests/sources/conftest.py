"""A running source that answers what a test tells it to, and the specs that Lagoa ships."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources.fake_source import Answer, FakeSource

from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec, load_specs


@pytest.fixture(scope="session")
def fake_server() -> Iterator[FakeSource]:
    fake = FakeSource()
    yield fake
    fake.close()


@pytest.fixture
def fake(fake_server: FakeSource) -> FakeSource:
    """The source, as new."""
    fake_server.says(Answer([]))
    return fake_server


@pytest.fixture
def settings_of_fake(fake: FakeSource, tmp_path: Path) -> Settings:
    """Settings under which every source is asked there, and a raw zone of its own."""
    return Settings(state_dir=tmp_path, simulator_url=fake.url)


@pytest.fixture(scope="session")
def shipped() -> dict[str, SourceSpec]:
    """The specs of include/sources."""
    return load_specs(Settings().home / "include" / "sources")
