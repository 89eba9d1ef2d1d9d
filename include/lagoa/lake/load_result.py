"""What a load did, in rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadResult:
    """What a load did to a bronze table, in rows."""

    table: str
    load_id: int
    announced: int | None
    received: int
    duplicated: int
    inserted: int
    updated: int
    deleted: int
    unchanged: int
    rows_after: int
    """Rows that the source still shows: without `_deleted_at`."""
    repeated: bool = False
    """The run had been loaded before; nothing was done."""

    @property
    def changed(self) -> int:
        """Rows that are not as before."""
        return self.inserted + self.updated + self.deleted
