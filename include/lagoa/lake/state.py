"""How far each resource has come: ops.resource_state, written in the transaction of the load that got there."""

import datetime as dt

import psycopg2
from pydantic import BaseModel, ConfigDict

from lagoa.settings import Settings


class LoadedFile(BaseModel):
    """The file last loaded for a partition, by which an unchanged one is recognised."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str
    rows: int


class ResourceState(BaseModel):
    """What the last load of a resource reached; a resource never loaded has an empty one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    watermark: str | None = None
    full_at: dt.datetime | None = None
    """When the last full extraction that was loaded began."""
    files: dict[str, LoadedFile] = {}
    """By what was asked for, e.g. "ano=2025"."""


def read_state(settings: Settings, source: str, resource: str) -> ResourceState:
    """The state of a resource, empty when it was never loaded."""
    connection = psycopg2.connect(settings.dsn("etl_user"), connect_timeout=10)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "select state from ops.resource_state where source = %s and resource = %s", (source, resource)
            )
            row = cursor.fetchone()
    finally:
        connection.close()
    return ResourceState.model_validate(row[0]) if row else ResourceState()
