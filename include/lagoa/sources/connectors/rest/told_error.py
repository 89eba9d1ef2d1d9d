"""An error that a source tells in a body, as it must in the midst of a stream: the status said that all is well.

{"error": {"code": 503, …}}  {"status": 503, "error": "…"}
"""

from typing import Any

from lagoa.errors import PermanentSourceError
from lagoa.sources.connectors.rest.retry import RETRIED_STATUSES, Overloaded

KEYS = ("error", "errors")
CODES = ("code", "status")


def must_be_no_error(body: Any, subject: str) -> None:
    """Refuse an object without records that tells an error; its text is not repeated.

    Raises:
        Overloaded: its code is that of a status that may pass.
        PermanentSourceError: it has another code, or none.
    """
    error = next((body[key] for key in KEYS if body.get(key)), None) if isinstance(body, dict) else None
    if error is None:
        return
    code = _code(error) or _code(body)
    told = f"{subject}: found an error{f' with the code {code}' if code else ''}, expected records. "
    if code in RETRIED_STATUSES:
        raise Overloaded(f"{told}The source is overloaded or limits us: try again later.", None)
    raise PermanentSourceError(
        f"{told}Check the path and the parameters in the spec against the source's documentation."
    )


def _code(told: Any) -> int | None:
    first = told[0] if isinstance(told, list) and told else told
    found = [first.get(key) for key in CODES] if isinstance(first, dict) else []
    return next((code for code in found if type(code) is int), None)
