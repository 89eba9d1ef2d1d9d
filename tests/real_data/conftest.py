"""The recorded files and a lakehouse of their own, into which each resource of `specs/` is ingested once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from tests.lake.conftest import own_database

from lagoa.lake.bronze import load
from lagoa.lake.manifest import Manifest
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.extract import extract
from lagoa.sources.spec import FileResource, SourceSpec, load_specs

SPECS = load_specs(Path(__file__).parent / "specs")
RESOURCES = [(source, name) for source, spec in SPECS.items() for name in spec.resources]


class Ingested:
    """The lakehouse; what was asked for is there."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self._done: dict[tuple[str, str], Manifest] = {}

    def manifest(self, source: str, name: str) -> Manifest:
        """The run that brought a resource into bronze, made at the first call."""
        if (source, name) not in self._done:
            spec, agency = SPECS[source], {"dados": [str(self.folder)]}
            options: dict[str, Any] = {"settings": self.settings, "agency": agency, "state": ResourceState()}
            manifest = extract(spec, name, "real-data", **options)
            load(spec, manifest, settings=self.settings)
            self._done[(source, name)] = manifest
        return self._done[(source, name)]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """What the administrator's query returns."""
        with closing(psycopg2.connect(self.settings.dsn("lagoa_admin"))) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


@pytest.fixture(scope="session")
def ingested(postgres: Settings, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """An empty lakehouse that fills as its tables are asked for."""
    with own_database(postgres, "lagoa_real_data", tmp_path_factory.mktemp("raw"), sources="live") as settings:
        yield Ingested(settings, real_data)


def file_resource(spec: SourceSpec, name: str) -> FileResource:
    """The resource, as the kind that all of these are."""
    resource = spec.resources[name]
    assert isinstance(resource, FileResource)
    return resource
