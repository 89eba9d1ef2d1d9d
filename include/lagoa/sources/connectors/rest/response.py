"""An answer over HTTP, open: its body is read while it comes."""

from collections.abc import Iterator

from lagoa.sources.connectors.rest.decompression import COMPRESSED, decompressed
from lagoa.sources.connectors.rest.exchange import Exchange
from lagoa.sources.connectors.rest.network import TooLarge

LARGEST_BYTES = 2**29
"""Of an answer that is held in memory: a page of a hundred thousand rows has a tenth of it."""
SKIPPED_BYTES = 2**16


class Response:
    """An answer as far as its headers, and the way to its body."""

    def __init__(self, exchange: Exchange) -> None:
        """Wait for the headers.

        Raises:
            NoAnswer: nothing came.
            NetworkError: the host could not be reached, or spoke no HTTP.
        """
        self.url = exchange.request.url
        self.status, self.reason, self.headers = exchange.head()
        self._exchange = exchange

    def stream(self) -> Iterator[bytes]:
        """The body, decompressed, in pieces as they come.

        Raises:
            NetworkError: it ends before it is whole.
        """
        encoding = self.headers.get("Content-Encoding", "").lower()
        return decompressed(self._raw(), encoding) if encoding in COMPRESSED else self._raw()

    def body(self, most: int | None = None) -> bytes:
        """The whole body; once.

        Args:
            most: bytes that it may have; LARGEST_BYTES if nothing is said.

        Raises:
            TooLarge: it has more.
            NetworkError: it ends before it is whole.
        """
        pieces: list[bytes] = []
        most = most or LARGEST_BYTES
        room = most
        for piece in self.stream():
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                raise TooLarge(f"more than {most >> 20} MB")
        return b"".join(pieces)

    def skip(self) -> None:
        """Read a small body for nothing, so that the connection can be used again."""
        room = SKIPPED_BYTES
        for piece in self._raw():
            room -= len(piece)
            if room < 0:
                return

    def _raw(self) -> Iterator[bytes]:
        while (piece := self._exchange.piece()) is not None:
            yield piece
