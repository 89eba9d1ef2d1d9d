"""Running simulators: a real uvicorn on a free port of this machine, over recorded and over generated data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.serving import simulating

from lagoa.settings import Settings


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a simulator that runs as long as the block."""
    with simulating(settings) as own, httpx.Client(base_url=own.simulator_base, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def recorded_server(real_data: Path) -> Iterator[httpx.Client]:
    with serving(Settings(simulator_data=real_data)) as client:
        yield client


@pytest.fixture(scope="session")
def generated_server() -> Iterator[httpx.Client]:
    with serving(Settings(simulator_scale=0.2)) as client:
        yield client


def reset(client: httpx.Client) -> None:
    """Last editions, no faults, no counts."""
    last = dict.fromkeys(client.get("/_simulator/editions").json(), "last")
    client.put("/_simulator/editions", json=last).raise_for_status()
    client.delete("/_simulator/faults").raise_for_status()
    client.delete("/_simulator/requests").raise_for_status()


@pytest.fixture
def recorded(recorded_server: httpx.Client) -> httpx.Client:
    """A simulator over the recorded data, as new."""
    reset(recorded_server)
    return recorded_server


@pytest.fixture
def generated(generated_server: httpx.Client) -> httpx.Client:
    """A simulator over generated data (scale 0.2), as new."""
    reset(generated_server)
    return generated_server


@pytest.fixture
def arm(generated: httpx.Client) -> Callable[..., None]:
    """Arms one fault in the generated simulator."""

    def put(**fault: object) -> None:
        generated.put("/_simulator/faults", json=[fault]).raise_for_status()

    return put
