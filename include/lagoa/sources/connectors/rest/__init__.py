"""JSON APIs over HTTP: paced, retried, known to the source, read page by page and held against what was announced."""

from typing import Self

from lagoa.sources.connector import Context, Resume
from lagoa.sources.connectors.rest.client import SourceClient
from lagoa.sources.connectors.rest.series import Series


class RestConnector:
    """Reads the request series of a JSON API."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._client = SourceClient(context.spec, context.settings, context.agency)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__(*_)

    def expand(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """Nothing to add."""
        return asked

    def read(self, asked: dict[str, str], resume: Resume | None = None) -> Series:
        """One request series."""
        return Series(self._client, self._context, asked, resume)
