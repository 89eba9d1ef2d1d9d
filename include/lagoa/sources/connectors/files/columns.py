"""The columns of a file held against the declared fields, and its rows against the partition that was asked for."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.errors import ContractError
from lagoa.sources.spec import FileResource, ReplacePartition

SHOWN = 40


def demanded(resource: FileResource) -> list[str]:
    """The fields that a file must have: not the optional ones, nor those that parameters fill."""
    declared = [*resource.fields, *resource.nested]
    return [name for name in declared if name not in resource.optional and name not in resource.added]


def check_names(names: Sequence[str], resource: FileResource, subject: str) -> None:
    """Refuse a header that lacks a declared column or has one twice.

    Raises:
        ContractError: it does.
    """
    former = {now for now, before in resource.renamed.items() if before in names}
    if missing := [name for name in demanded(resource) if name not in names and name not in former]:
        is_header = not names or set(names) & {*resource.fields, *resource.nested}  # else it may be a row of persons
        shown = f": {', '.join(names[:SHOWN])}" if is_header else ", none of them declared"
        raise ContractError(
            f"{subject}: missing column {', '.join(missing)}; found {len(names)} columns{shown}. "
            "The source changed its layout: compare, then mend `fields` in the spec."
        )
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ContractError(
            f"{subject}: found column {', '.join(repeated)} more than once, expected each name once. "
            "Nothing tells which is which: name them by position with `columns` in the spec, or the source changed "
            "its layout."
        )


def check_partition(table: pa.Table, resource: FileResource, asked: Mapping[str, str], subject: str) -> None:
    """Refuse rows of another partition than the one that was asked for.

    Raises:
        ContractError: there are some.
    """
    write = resource.write
    if not isinstance(write, ReplacePartition) or write.partition in resource.added:
        return
    found = {value for value in pc.unique(table.column(write.partition)).to_pylist() if value is not None}
    if others := sorted(found - set(asked.values())):
        raise ContractError(
            f"{subject}: found rows of {write.partition} {', '.join(others[:5])}, expected only what was asked for. "
            "The source served another period: nothing was loaded."
        )
