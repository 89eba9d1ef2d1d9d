"""What the tests share: a real embedded PostgreSQL with every role and schema, its settings, no network but 127.0.0.1.

`postgres` and `settings` live for the whole session; a test that changes tables cleans up after itself or uses names of
its own. `real_data` is the folder of recorded data, or the test is skipped.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lagoa.platform import database
from lagoa.platform.credentials import GENERATORS
from lagoa.platform.ports import free_port
from lagoa.platform.postgres import EmbeddedPostgres
from lagoa.settings import Settings

LOCAL_ADDRESSES = ("127.0.0.1", "::1", "localhost")
HERE = Path(__file__).parent
WHOLE = ("e2e", "chaos", "compose")
"""The folders whose tests start a whole platform."""


def starts_a_platform(file: str) -> bool:
    """Whether a test file, named from the project's folder, is among those that start a whole platform."""
    return file.split("/")[1] in WHOLE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole platforms first, as they take longest."""
    items.sort(key=lambda item: starts_a_platform(item.nodeid), reverse=True)


class SideBySide(LoadScopeScheduling):
    """Deals tests out to the workers file by file; whole platforms to one of them, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "platforms" if starts_a_platform(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SideBySide:
    """How pytest-xdist deals out."""
    return SideBySide(config, log)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    original = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOCAL_ADDRESSES:
            raise OSError(f"network: a test tried to reach {address[0]}, expected 127.0.0.1 only. Use the simulator.")
        original(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of a test installation: temporary state folder, generated secrets, free ports."""
    state_dir = Path(tempfile.mkdtemp(prefix="lagoa-tests-"))
    state_dir.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("LAGOA_")]:
            patch.delenv(name)
        generated = {name: SecretStr(generate()) for name, generate in GENERATORS.items()}
        ports = {f"{name}_port": free_port() for name in ("postgres", "airflow", "superset", "simulator")}
        yield Settings.model_validate({"state_dir": state_dir, **generated, **ports})
    shutil.rmtree(state_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(settings: Settings) -> Iterator[Settings]:
    """A running PostgreSQL 18 with every database, role, schema and ops table; gives its settings."""
    server = EmbeddedPostgres.of(settings, shared_buffers="128MB", fsync="off", synchronous_commit="off")
    try:
        with server.running(settings.state_dir / "postgres.log"):
            database.apply(settings)
            yield settings
    finally:
        server.destroy()


@pytest.fixture
def admin(postgres: Settings) -> Iterator[psycopg2.extensions.connection]:
    """An autocommitting connection of the administrator to the lakehouse."""
    connection = psycopg2.connect(postgres.dsn("lagoa_admin"))
    connection.autocommit = True
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of recorded real data (LAGOA_REAL_DATA, default ../shared/data)."""
    folder = Settings.load().real_data
    if not folder.is_dir():
        pytest.skip(f"recorded data: {folder} is not there; set LAGOA_REAL_DATA to the folder")
    return folder.resolve()
