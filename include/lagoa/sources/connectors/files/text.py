"""Text of any encoding -> a stream of UTF-8 without NUL, which Postgres cannot hold.

bytes -> decoded (a byte order mark is passed over, and wins) -> lines for titles and headers -> pieces for the rest
"""

import codecs
import re
from typing import IO

from lagoa.sources.connectors.files.signature import byte_order_mark

CHUNK = 2**20
LINE_END = re.compile(rb"\r\n|\n|\r")


class TextFile:
    """A text read once, from its beginning; it is what pyarrow needs of a file.

    UTF-8 is passed on as it is: what reads it checks it.
    """

    def __init__(self, file: IO[bytes], encoding: str, quote: str = "") -> None:
        self._file, self._quote = file, quote.encode()
        start = file.read(CHUNK)
        length, marked = byte_order_mark(start)
        name = codecs.lookup(marked or encoding).name
        self._decoder = None if name in ("utf-8", "utf-8-sig") else codecs.getincrementaldecoder(name)("strict")
        self._ready, self._at = self._decoded(start[length:], is_last=False), 0
        """What was decoded, and how much of it was handed out: a line is cut out without moving the rest."""
        self._is_over = False
        self.quotes = 0
        """How many quotes were read."""
        self.ends_a_line = True
        """Whether what was read last ended a line."""
        self.closed = False

    def line(self) -> bytes | None:
        """The next line without its end (LF, CRLF or CR); None at the end of the text."""
        found = LINE_END.search(self._ready, self._at)
        while (found is None or found.end() == len(self._ready)) and self._fill():
            found = LINE_END.search(self._ready, self._at)
        start = self._at
        if found is None:
            self._at = len(self._ready)
            return self._ready[start:] or None
        self._at = found.end()
        return self._ready[start : found.start()]

    def read(self, size: int = -1) -> bytes:
        """Some of what follows, nothing at the end; without a size, all of it."""
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        if self.is_at_end():
            return b""
        read = self._ready[self._at : self._at + size]
        self._at += len(read)
        self.quotes += read.count(self._quote) if self._quote else 0
        self.ends_a_line = read.endswith((b"\n", b"\r"))
        return read

    def put_back(self, text: bytes) -> None:
        """Have it read again."""
        self._ready, self._at = text + self._ready[self._at :], 0

    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        while self._at == len(self._ready) and self._fill():
            pass
        return self._at == len(self._ready)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def close(self) -> None:
        """Let go of it."""
        self.closed = True
        self._file.close()

    def _fill(self) -> bool:
        """Read on; False at the end of the file."""
        if self._is_over:
            return False
        chunk = self._file.read(CHUNK)
        self._is_over = not chunk
        self._ready, self._at = self._ready[self._at :] + self._decoded(chunk, is_last=self._is_over), 0
        return True

    def _decoded(self, chunk: bytes, *, is_last: bool) -> bytes:
        if self._decoder is not None:
            chunk = self._decoder.decode(chunk, is_last).encode()
        return chunk.replace(b"\0", b"") if b"\0" in chunk else chunk
