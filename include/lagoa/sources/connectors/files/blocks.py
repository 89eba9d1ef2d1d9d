"""Reports that repeat titles, header and rows for each year: rows -> a label and the rows of each block.

Ano Lançamento: 2024 / titles / header / rows / … / Ano Lançamento: 2025 / titles / header / rows
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.wording import spaced
from lagoa.sources.spec import Blocks, FileResource

T = TypeVar("T")
Cells = Sequence[str | None]


def blocks_of(
    rows: Iterable[T], cells_of: Callable[[T], Cells], resource: FileResource, subject: str
) -> Iterator[tuple[str, list[T]]]:
    """The label of each block and the rows below it, one block in memory at a time.

    Args:
        rows: of the file, as its reader has them.
        cells_of: the values of a row.
        resource: says how a block begins.
        subject: how messages name the file.

    Raises:
        ContractError: no row begins a block, or one has no label where it is stored.
    """
    declared, label, held = _declared(resource), None, list[T]()
    for row in rows:
        begun = _label(cells_of(row), declared, subject)
        if begun is None:
            held.append(row)
            continue
        if label is not None:
            yield label, held
        label, held = begun, []
    if label is None:
        raise ContractError(
            f"{subject}: found no row that begins with {declared.begins!r}, expected one before each block of data. "
            "The source changed its layout: compare, then mend `blocks` in the spec."
        )
    yield label, held


def within_block(resource: FileResource) -> FileResource:
    """The resource as the rows below the beginning of a block are read."""
    above = _declared(resource).data_after - (1 if resource.columns else 2)
    return resource.model_copy(update={"blocks": None, "skip_rows": above})


def _label(cells: Cells, declared: Blocks, subject: str) -> str | None:
    """What a row that begins a block says after its beginning; None of any other row."""
    first, beginning = spaced(cells[0] if cells else ""), spaced(declared.begins)
    if not first.lower().startswith(beginning.lower()):
        return None
    label = " ".join(filter(None, [first[len(beginning) :].strip(), *map(spaced, cells[1:])]))
    if declared.label is not None and not label:
        raise ContractError(
            f"{subject}: found {declared.begins!r} with nothing after it, expected what the field {declared.label!r} "
            "is filled with. The source changed its layout: compare, then mend `blocks` in the spec."
        )
    return label


def _declared(resource: FileResource) -> Blocks:
    assert resource.blocks is not None  # noqa: S101  (for the type checker)
    return resource.blocks
