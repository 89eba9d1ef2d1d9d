"""The notes at the end of a file: from the first row whose first value is `footer`, or begins as `footer_begins` says.

A row as full as a row of data is refused from there on: a client called like the total, or a subtotal in the middle of
a file, must not take rows away without a word.
"""

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.wording import normalised, normalised_column
from lagoa.sources.spec import FileResource

FEWEST = 2
"""A row with a single value is a note, however few values the rows of data have."""


class Notes:
    """Tells notes from data, row by row or for many rows at once."""

    def __init__(self, resource: FileResource, width: int, subject: str) -> None:
        self._whole, self._beginning = normalised(resource.footer), normalised(resource.footer_begins)
        self._told = resource.footer or resource.footer_begins
        self._subject, self._fewest = subject, width
        self.begun = False
        """Whether the first note was met."""

    @property
    def are_declared(self) -> bool:
        """Whether the file may have some."""
        return self._told is not None

    def begin_with(self, value: str | None) -> bool:
        """Whether a row with this first value is a note."""
        text = normalised(value)
        return text == self._whole if self._whole else bool(self._beginning) and text.startswith(self._beginning)

    def begin_at(self, first_values: pa.ChunkedArray) -> int:
        """The place of the first row that is a note, -1 if none is."""
        texts = normalised_column(first_values)
        is_note = pc.equal(texts, self._whole) if self._whole else pc.starts_with(texts, self._beginning)
        return int(pc.index(is_note, True).as_py())

    def before(self, filled: int | None) -> None:
        """Learn how many values the emptiest of some rows of data has; blank rows tell nothing."""
        if filled:
            self._fewest = min(self._fewest, filled)

    def check(self, filled: int | None) -> None:
        """Check the fullest of some rows from the first note on.

        Raises:
            ContractError: it has as many values as a row of data.
        """
        if filled and filled >= max(FEWEST, self._fewest):
            raise ContractError(
                f"{self._subject}: found a row of {filled} values from the note {self._told!r} on, expected fewer than "
                "a row of data has. Nothing was loaded: choose a `footer` that only the end of the file has."
            )
