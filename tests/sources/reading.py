"""What tests of the files connector share: a resource read as the engine reads it."""

from typing import Any

from tests.sources.fake_source import spec_of

from lagoa.lake.manifest import Slice
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files import FileConnector

FILE = {"kind": "file", "write": {"mode": "append"}, "fields": ["a", "b"]}
Rows = list[dict[str, Any]]


def context_of(settings: Settings, resource: dict[str, Any], **options: Any) -> Context:
    """The context of the resource `linhas`: `agency`, `state` and `full` beside what the connection says."""
    own = {name: options.pop(name) for name in ("agency", "state", "full") if name in options}
    return Context(spec_of(FILE | resource, **options), "linhas", settings, **{"state": ResourceState(), **own})


def read_all(context: Context, *asked: dict[str, str]) -> list[tuple[Rows, Slice]]:
    """Rows and slice of every file of a run."""
    with FileConnector(context) as connector:
        results = []
        for each in connector.expand(list(asked) or [{}]):
            reading = connector.read(each)
            rows = [row for batch in reading.batches() for row in batch.table.to_pylist()]
            results.append((rows, reading.slice))
        return results


def read(settings: Settings, resource: dict[str, Any], **asked: str) -> Rows:
    """The rows of the one file that is asked for."""
    ((rows, _),) = read_all(context_of(settings, resource), asked)
    return rows
