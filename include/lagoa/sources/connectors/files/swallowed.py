"""Rows that an opening quote without a partner swallowed: they lie whole inside a value, which no count would show.

1;"Ana⏎2;"Rui";x⏎  ->  one row of three values, the second of them `Ana⏎2;Rui"`
"""

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.errors import ContractError
from lagoa.sources.spec import FileResource

LINE_END = r"\r\n|\r|\n"
FEW = 4
"""Below so many columns a text of several lines can have a row's delimiters by chance: a quote without its partner must
stand in it, too."""


def refuse_swallowed(table: pa.Table, resource: FileResource, received: int, subject: str) -> None:
    """Raise where a value of several lines holds the delimiters of so many whole rows.

    A row that swallowed others has the right number of values only if exactly their delimiters lie in the value, and
    the quote that ended it was one that began a value, so that its partner is left in the text.

    Args:
        table: rows as the parser cut them, every column of text.
        resource: where the delimiter, the quote and the columns are declared.
        received: how many rows came before them.
        subject: whose rows they are.

    Raises:
        ContractError: a value has the marks of it.
    """
    width = table.num_columns
    for name in table.column_names if width > 1 else []:
        column = table.column(name)
        several = pc.match_substring_regex(column, "[\r\n]")
        if not pc.any(several).as_py():
            continue
        values = column.filter(several)
        rows = pc.count_substring_regex(values, LINE_END)
        marked = pc.equal(pc.count_substring(values, resource.delimiter), pc.multiply(rows, width - 1))
        if width < FEW:
            is_odd = pc.equal(pc.bit_wise_and(pc.count_substring(values, resource.quote), 1), 1)
            marked = pc.and_(marked, is_odd)
        if (first := pc.index(marked, True).as_py()) >= 0:
            number = received + pc.indices_nonzero(several)[first].as_py() + 1
            raise ContractError(
                f"{subject}: found {rows[first].as_py()} line end(s) and the delimiters of as many rows inside one "
                f"value (row {number} of the data), expected each row by itself. A quote there has no partner, or "
                "`quote` in the spec is not the file's: nothing was loaded."
            )
