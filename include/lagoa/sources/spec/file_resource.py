"""Files: one for each set of parameters, or all that a folder or a mailbox lists."""

import codecs
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lagoa.sources.spec.base import Problem, Strict, Text, listed, meant
from lagoa.sources.spec.resource import Resource

Format = Literal["csv", "xlsx", "xls", "ods", "json", "ndjson", "parquet", "xml"]
SHEETS = ("xlsx", "xls", "ods")
BELONG = {
    "delimiter": ("csv",),
    "quote": ("csv",),
    "skip_rows": ("csv", *SHEETS),
    "columns": ("csv", *SHEETS),
    "footer": ("csv", *SHEETS),
    "data_after": ("csv", *SHEETS),
    "sheet": SHEETS,
    "records": ("json", "xml"),
}
"""Key -> the formats that it says something about."""


class Mail(Strict):
    """Which messages of a mailbox carry the files (connection: imaps://host/INBOX)."""

    sender: str | None = None
    """Text that the sender's address contains."""
    subject: str | None = None
    """Text that the subject contains."""
    attachment: str = "*"
    """The attachment's name, with `*` and `?`."""
    since_days: int = Field(default=60, gt=0)
    """How far back messages are looked at on a full run."""


class FileResource(Resource):
    """Rows of files.

    A `path` with `*` or `?` lists a folder, and `mail` a mailbox: each file found is a slice, told apart by the
    parameter `arquivo` (its name), which `keep: [arquivo]` makes a field.
    """

    kind: Literal["file"]
    format: Format
    """Of the file, or of the member of the archive."""
    archive: Literal["none", "zip", "gzip"] = "none"
    """What the file is packed in."""
    member: Text | None = None
    """Which member of the ZIP, with `*` and `?`; None = the only one of the format."""
    mail: Mail | None = None
    """Which messages of a mailbox carry the files."""
    pick: Literal["all", "newest"] = "all"
    """Of several files that are listed: each, or only the one that changed last."""
    encoding: Text = "utf-8"
    """Of text. A byte order mark is passed over and, where there is one, wins."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Of CSV: `;` and tab are common."""
    quote: str = Field(default='"', max_length=1)
    """Empty = quotes mean nothing."""
    skip_rows: int = Field(default=0, ge=0)
    """Title rows before the header (or, with `columns`, before the data)."""
    data_after: str | None = None
    """Rows before and including the header are recognised: the header is the first row that has this text in it."""
    footer: str | None = None
    """Rows from the first whose first value begins so are notes, not data."""
    columns: list[Text] = []
    """Names by position, for files whose header is missing or blank; the header row, if any, counts as `skip_rows`."""
    sheet: str | int = 0
    """Of a spreadsheet: its name or its number from 0."""
    records: str | None = None
    """JSON: the key of the records, dotted. XML: the element of a record (its local name)."""

    def problems(self) -> Iterator[Problem]:
        """Keys that say nothing about the format, and readings that contradict one another."""
        yield from super().problems()
        for key, formats in BELONG.items():
            if key in self.model_fields_set and self.format not in formats:
                yield Problem(
                    (key,), f"it beside `format: {self.format}`", f"it with one of: {', '.join(formats)}", "Remove it"
                )
        if self.format == "xml" and self.records is None:
            yield Problem(("records",), "nothing", "the element that holds one record of the XML", "Add it")
        if self.member is not None and self.archive != "zip":
            yield Problem(("member",), f"it beside `archive: {self.archive}`", "it with `archive: zip`", "Remove it")
        if self.data_after is not None and self.skip_rows:
            yield Problem(
                ("data_after",), "it beside `skip_rows`", "one of them: both say where the data begins", "Remove one"
            )
        if self.pick == "newest" and not self.lists:
            yield Problem(("pick",), "newest", "a `path` with * or ?, or `mail`, to choose from", "Remove it")
        if self.delimiter == self.quote:
            yield Problem(("quote",), repr(self.quote), "another character than `delimiter`", "Correct one of them")
        yield from self._text_problems()

    def _text_problems(self) -> Iterator[Problem]:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            known = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252")
            yield Problem(
                ("encoding",),
                repr(self.encoding),
                f"an encoding of Python such as {', '.join(known)}",
                meant(self.encoding, known, "Correct it"),
            )
        for number, name in enumerate(self.columns):
            if name in self.columns[:number]:
                yield Problem(
                    ("columns", number), f"{name!r} twice", "each column once", "Remove or rename one of them"
                )
        for number, name in enumerate(self.fields if self.columns else []):
            if name not in self.columns:
                yield Problem(
                    ("fields", number),
                    f"{name!r}",
                    f"one of `columns` ({listed(self.columns)})",
                    meant(name, self.columns, "Add it to `columns`, where it stands in the file"),
                )

    @property
    def lists(self) -> bool:
        """Whether the files are found by listing a folder or a mailbox."""
        return self.mail is not None or any(mark in self.path for mark in "*?")

    @property
    def parameters(self) -> list[str]:
        """Also the name of a file that was listed."""
        return [*super().parameters, *(["arquivo"] if self.lists else [])]

    @property
    def told_apart_by(self) -> list[str]:
        """Also the name of a file that was listed, unless only the newest is taken."""
        return [*super().told_apart_by, *(["arquivo"] if self.lists and self.pick == "all" else [])]
