"""Records as the source wrote them -> records as they are stored.

renamed fields under their former name, parameters as fields, personal data treated
"""

import threading
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.errors import ContractError
from lagoa.lake.manifest import label_of
from lagoa.settings import Settings
from lagoa.sources.personal import Treatments
from lagoa.sources.spec import Cursor, Resource, Sequence, SourceSpec
from lagoa.sources.spec.paging import announces, may_move


class Stored:
    """Gives the records of one run their stored form; threads share it."""

    def __init__(self, spec: SourceSpec, name: str, settings: Settings) -> None:
        """Read what the resource says of its fields.

        Raises:
            ConfigError: pseudonyms are asked for and there is no key.
        """
        self._resource, self._subject = spec.resources[name], f"{spec.source}.{name}"
        self._treatments = Treatments(spec, name, settings)
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    @property
    def goes_on(self) -> bool:
        """Whether a slice may be gone on with in its middle: by keys and the total one sees if pages moved meanwhile.

        For that, stored keys must be comparable with the source's. Without a key only pages that do not move will do.
        """
        paging = getattr(self._resource, "paging", None)
        key = set(self._resource.key_fields)
        if not key:
            return isinstance(paging, Cursor | Sequence)
        if may_move(paging) and not announces(paging):
            return False
        treated = {name for name, how in self._resource.personal.items() if how != "keep"}
        return not key & {*treated, *self._resource.renamed}

    @property
    def watermark(self) -> str | None:
        """The field of the watermark, as it is stored."""
        name = getattr(self._resource.write, "watermark", None)
        return self._resource.renamed.get(name, name) if name else None

    def form(self, table: pa.Table, asked: Mapping[str, str]) -> pa.Table:
        """The records of one slice as they are stored.

        Raises:
            ContractError: a record has a field that a parameter becomes, with another value; or a field comes under
                both its names.
        """
        for name in self._resource.added:
            if name in asked:
                table = self._added(table, name, asked)
        for now, before in self._resource.renamed.items():
            table = self._renamed(table, now, before)
        return self._treatments.apply(table)

    @property
    def unmatched(self) -> list[str]:
        """Dotted names of personal data that led to nothing in the records so far."""
        return sorted(self._treatments.unmatched)

    def _added(self, table: pa.Table, name: str, asked: Mapping[str, str]) -> pa.Table:
        value = asked[name]
        same = pa.repeat(pa.scalar(value, pa.string()), table.num_rows)
        if name not in table.column_names:
            return table.append_column(name, same)
        column = table.column(name)
        differs = pc.sum(pc.fill_null(pc.not_equal(column, value), False)).as_py()
        if differs:
            raise ContractError(
                f"{self._subject} ({label_of(asked)}): found another {name!r} in {differs} of {table.num_rows}, "
                "expected what was asked for. The source answered something else: check the parameters."
            )
        return table.set_column(table.column_names.index(name), name, same)

    def _renamed(self, table: pa.Table, now: str, before: str) -> pa.Table:
        """A field under its former name; one that brings nothing counts as not seen."""
        present = [name for name in (now, before) if name in table.column_names]
        empty = [name for name in present if table.column(name).null_count == table.num_rows]
        seen = [name for name in present if name not in empty]
        with self._lock:
            self._seen.update(seen)
            both = {now, before} <= self._seen
        if both:
            raise ContractError(
                f"{self._subject}: found both {now!r} and {before!r}, expected one of them in a run: `renamed` says "
                "that the one took the other's place. Compare the source's documentation, then mend it."
            )
        table = table.drop_columns(empty)
        if now in seen:
            table = table.rename_columns([before if name == now else name for name in table.column_names])
        return table


def as_read(resource: Resource) -> Resource:
    """The resource as a connector shall take it: a field that was renamed may come under either name."""
    if not resource.renamed:
        return resource
    return resource.model_copy(update={"optional": [*resource.optional, *resource.renamed]})
