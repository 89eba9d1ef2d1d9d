"""The header of a file whose columns count by position, held against the names that the spec expects there."""

from collections.abc import Sequence

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.wording import normalised
from lagoa.sources.spec import FileResource

NAMED = 5
"""How many differences a message names."""


def check_header(found: Sequence[str | None], resource: FileResource, subject: str) -> None:
    """Refuse columns that changed places: nothing else would tell one amount from another.

    Raises:
        ContractError: a name is not where it is expected.
    """
    expected = {position: name for position, name in enumerate(resource.header) if normalised(name)}
    held = {position: found[position] or "" if position < len(found) else "" for position in expected}
    wrong = [position for position, name in expected.items() if normalised(held[position]) != normalised(name)]
    if not wrong:
        return
    known = {normalised(name) for name in expected.values()}
    if any(normalised(name) in known for name in held.values()):  # else it may be a row of persons
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        told = "; ".join(
            f"{repr(held[position]) if held[position] else 'nothing'} as column {position + 1}, "
            f"expected {expected[position]!r}"
            for position in wrong[:NAMED]
        )
        raise ContractError(
            f"{subject}: found {told}{more}. The source changed its layout: compare, then mend `columns` and `header` "
            "in the spec."
        )
    raise ContractError(
        f"{subject}: found none of the expected names in the row of the header, expected {expected[wrong[0]]!r} as "
        f"column {wrong[0] + 1}. The source changed its layout: compare, then mend `columns` and `header` in the spec."
    )
