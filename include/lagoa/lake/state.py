"""How far each resource has come: ops.resource_state, written in the transaction of the load that got there."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict

from lagoa.lake.session import session
from lagoa.settings import Settings


class LoadedFile(BaseModel):
    """The file last loaded for a partition, by which an unchanged one is recognised."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str
    rows: int
    etag: str | None = None
    declared: str | None = None
    """A digest of the declaration that it was read by; None where that was not told yet."""


class ResourceState(BaseModel):
    """What the last load of a resource reached; a resource never loaded has an empty one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    watermark: str | None = None
    full_at: dt.datetime | None = None
    """When the last full extraction that was loaded began."""
    until: dt.date | None = None
    """The last day that the windows of a load reached."""
    parents_load_id: int | None = None
    """The last load of the parent whose rows were asked for: later ones brought new and changed parents."""
    scope: dict[str, list[str]] = {}
    """What the last full extraction was about: where the agency asks for more, everything is asked for again."""
    files: dict[str, LoadedFile] = {}
    """By what was asked for, e.g. "ano=2025"."""


def read_state(settings: Settings, source: str, resource: str) -> ResourceState:
    """The state of a resource, empty when it was never loaded."""
    row = _row(settings, "select state from ops.resource_state where source = %s and resource = %s", (source, resource))
    return ResourceState.model_validate(row[0]) if row else ResourceState()


def is_loaded(settings: Settings, source: str, resource: str, run_id: str) -> bool:
    """Whether the ledger knows a successful load of the run."""
    query = "select 1 from ops.loads where source = %s and resource = %s and run_id = %s and status = 'success'"
    return _row(settings, query, (source, resource, run_id)) is not None


def loaded_at(settings: Settings, source: str, resource: str) -> dt.datetime | None:
    """When the latest run that is loaded began to be extracted."""
    query = "select max(extracted_at) from ops.loads where source = %s and resource = %s and status = 'success'"
    row = _row(settings, query, (source, resource))
    return row[0] if row else None


def _row(settings: Settings, query: str, values: tuple[str, ...]) -> tuple[Any, ...] | None:
    with session(settings) as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()
