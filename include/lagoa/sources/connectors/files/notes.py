"""The notes at the end of a file: from the first row that begins as `footer` says. Data after them is refused.

A subtotal in the middle of a file begins like the total at its end: what follows it must not be lost without a word.
"""

from lagoa.errors import ContractError
from lagoa.sources.spec import FileResource

FEWEST = 2
"""A row with a single value is a note, however few values the rows of data have."""


class Notes:
    """Tells notes from data, row by row or for many rows at once."""

    def __init__(self, resource: FileResource, width: int, subject: str) -> None:
        self.footer = resource.footer
        self._subject, self._fewest = subject, width
        self.begun = False
        """Whether the first note was met."""

    def begins(self, value: str | None) -> bool:
        """Whether a row with this first value is a note."""
        return self.footer is not None and (value or "").startswith(self.footer)

    def before(self, filled: int | None) -> None:
        """Learn how many values the emptiest of some rows of data has; blank rows tell nothing."""
        if filled:
            self._fewest = min(self._fewest, filled)

    def after(self, filled: int | None) -> None:
        """Check the fullest of some rows after the first note that do not begin as `footer` says.

        Raises:
            ContractError: it has as many values as a row of data.
        """
        if filled and filled >= max(FEWEST, self._fewest):
            raise ContractError(
                f"{self._subject}: found a row of {filled} values after the first that begins with {self.footer!r}, "
                "expected nothing but notes there. Nothing was loaded: choose a `footer` that only the end of the file "
                "has."
            )
