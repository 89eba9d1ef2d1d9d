"""Files: one for each set of parameters, or all that a folder or a mailbox lists."""

import codecs
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lagoa.sources.spec.base import Problem, Strict, Text, Whole, listed, meant
from lagoa.sources.spec.resource import Resource

Format = Literal["csv", "xlsx", "xls", "ods", "json", "ndjson", "parquet", "xml"]
SHEETS = ("xlsx", "xls", "ods")
LISTED = "arquivo"
"""The parameter that tells the files of a listing apart."""
BELONG = {
    "delimiter": ("csv",),
    "quote": ("csv",),
    "skip_rows": ("csv", *SHEETS),
    "columns": ("csv", *SHEETS),
    "header": ("csv", *SHEETS),
    "footer": ("csv", *SHEETS),
    "footer_begins": ("csv", *SHEETS),
    "blocks": ("csv", *SHEETS),
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
    since_days: Whole = Field(default=60, gt=0)
    """How far back messages are looked at on a full run."""


class Blocks(Strict):
    """A report that repeats its titles and its header for each year."""

    begins: Text
    """How the first value of the row that begins a block begins: `Ano Lançamento:`."""
    data_after: Whole = Field(ge=2)
    """How many rows further down the data begins; the row just above the data is the header."""
    label: Text | None = None
    """The field that is filled with what the row says after `begins`; one of `fields`, none of `columns`."""


class FileResource(Resource):
    """Rows of files.

    A `path` with `*` or `?` lists a folder, and `mail` a mailbox: each file found is a slice, told apart by the
    parameter `arquivo` (its name), which `keep: [arquivo]` makes a field. Where that is the partition of
    `replace_partition`, the rows of a file that its folder does not list any more are removed.
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
    delimiter: str = Field(
        default=",",
        min_length=1,
        max_length=1,
        json_schema_extra={"remedy": 'Write it between double quotes, such as ";" or "|"; tab is "\\t"'},
    )
    """Of CSV: `;` and tab are common."""
    quote: str = Field(default='"', max_length=1)
    """Empty = quotes mean nothing."""
    skip_rows: Whole = Field(default=0, ge=0)
    """Title rows before the header (or, with `columns`, before the data)."""
    data_after: str | None = None
    """Rows before and including the header are recognised: the header is the first row that has this text in it."""
    footer: Text | None = None
    """Rows from the first whose first value is this (capitals, quotes and spaces aside) are notes, not data. A row as
    full as a row of data is refused there."""
    footer_begins: Text | None = None
    """The same where the first value only begins so: `Fonte:`."""
    blocks: Blocks | None = None
    """The file repeats titles, header and rows in blocks."""
    columns: list[Text] = []
    """Names by position, for files whose header is missing or blank; the header row, if any, counts as `skip_rows`."""
    header: list[str] = []
    """What the header says at each position of `columns`, so that columns that change places are refused (capitals,
    quotes and spaces aside); an empty text is not checked. The header is the last of `skip_rows`, the row of
    `data_after`, or the row above the data of a block."""
    sheet: str | Whole = 0
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
        yield from self._position_problems()
        if self.footer is not None and self.footer_begins is not None:
            yield Problem(("footer_begins",), "it beside `footer`", "one of them", "Remove one")
        if self.pick == "newest" and not self.lists:
            yield Problem(("pick",), "newest", "a `path` with * or ?, or `mail`, to choose from", "Remove it")
        if self.delimiter == self.quote:
            yield Problem(("quote",), repr(self.quote), "another character than `delimiter`", "Correct one of them")
        yield from self._text_problems()

    def _position_problems(self) -> Iterator[Problem]:
        if self.header and len(self.header) != len(self.columns):
            yield Problem(
                ("header",),
                f"{len(self.header)} names",
                f"one for each of the {len(self.columns)} of `columns`, empty where it is not checked",
                "Add or remove some",
            )
        if self.header and not (self.skip_rows or self.data_after or self.blocks):
            yield Problem(("header",), "no row that it stands in", "`skip_rows`, `data_after` or `blocks`", "Add one")
        if self.blocks is None:
            return
        for key in ("skip_rows", "data_after"):
            if key in self.model_fields_set:
                yield Problem((key,), "it beside `blocks`", "one of them: both say where the data begins", "Remove one")
        label = self.blocks.label
        if label is not None and (label not in self.fields or label in self.columns):
            yield Problem(
                ("blocks", "label"),
                repr(label),
                "a name that is one of `fields` and none of `columns`",
                "Add it to `fields`" if label not in self.fields else "Rename it",
            )

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
            if name not in self.columns and (self.blocks is None or name != self.blocks.label):
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
    def lists_partitions(self) -> bool:
        """Where each file of a folder is a partition. A mailbox shows its last days only, and windows a part."""
        is_whole = self.lists and self.mail is None and self.pick == "all" and not self.window and not self.parent
        return is_whole and self.partition_parameter == LISTED

    @property
    def parameters(self) -> list[str]:
        """Also the name of a file that was listed."""
        return [*super().parameters, *([LISTED] if self.lists else [])]

    @property
    def told_apart_by(self) -> list[str]:
        """Also the name of a file that was listed, unless only the newest is taken."""
        return [*super().told_apart_by, *([LISTED] if self.lists and self.pick == "all" else [])]
