"""Requests to a live host from a process of its own."""

from tests.sources.fake_source import spec_of

from lagoa.settings import Settings
from lagoa.sources.connectors.rest.client import SourceClient


def paced_requests(settings: Settings, url: str, count: int, requests_per_minute: float) -> None:
    """Ask the host of tests so many times, as often as its limit allows."""
    with SourceClient(spec_of({}, requests_per_minute=requests_per_minute), settings) as client:
        client.address = type(client.address)(url, url)
        for _ in range(count):
            client.get("/x", read=lambda response: response.status)
