"""The kinds of fault, and which of them a kind of source can show."""

from typing import Literal

FaultKind = Literal[
    "http_429_html",
    "http_500_text",
    "http_500_json",
    "timeout",
    "truncated_body",
    "truncated_zip",
    "html_instead_of_zip",
    "duplicated_key",
    "missing_column",
    "missing_field",
    "half_rows",
    "short_page",
    "overlapping_pages",
    "late_records",
    "error_in_stream",
    "throttled",
    "mail_cut",
    "mail_refused",
    "mail_gone",
]
TRANSPORT: frozenset[FaultKind] = frozenset(
    ("http_429_html", "http_500_text", "http_500_json", "timeout", "truncated_body")
)
"""Any source can show these; what the body would have been does not matter."""

LISTED: frozenset[FaultKind] = TRANSPORT | {"duplicated_key", "missing_field", "half_rows", "late_records"}
PAGED: frozenset[FaultKind] = LISTED | {"short_page", "overlapping_pages"}
IN_THE_FILE: frozenset[FaultKind] = frozenset(
    ("truncated_zip", "missing_column", "missing_field", "half_rows", "late_records")
)
"""What a file may show."""
MAILBOX: frozenset[FaultKind] = frozenset(("mail_cut", "mail_refused", "mail_gone"))
"""What a mailbox may do: hang up, refuse the login, lose a message between the search and the fetch."""
