"""One extraction in a process of its own, to be killed."""

from typing import Any

from tests.sources.fake_source import spec_of

from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources import received
from lagoa.sources.connectors.rest import series
from lagoa.sources.extract import extract


def resumed_run(settings: Settings, resource: dict[str, Any], agency: dict[str, list[str]]) -> None:
    """Extract run-1, every few pages made durable."""
    series.BATCH_SECONDS, received.FLUSH_SECONDS = 0.0, 0.02
    spec = spec_of(resource, concurrency=3)
    extract(spec, "linhas", "run-1", settings=settings, agency=agency, state=ResourceState())
