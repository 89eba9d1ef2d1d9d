"""Compressed bodies (gzip, deflate) -> what was compressed, in pieces of bounded size, whole or an error."""

import zlib
from collections.abc import Iterable, Iterator

from lagoa.sources.connectors.rest.network import NetworkError

PIECE_BYTES = 2**20
GZIP, ZLIB, RAW = 31, 15, -15
"""Windows, as zlib wants them."""
FORMAT = {"gzip": GZIP, "x-gzip": GZIP, "deflate": RAW}
COMPRESSED = frozenset(FORMAT)


def decompressed(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """What was compressed.

    gzip may come in several members and be filled up with zeros; some servers send deflate without the head of zlib.

    Args:
        pieces: of the body.
        encoding: one of COMPRESSED.

    Raises:
        NetworkError: it is not compressed as it says, or ends before it is whole.
    """
    inflater, has_begun = None, False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if inflater is None:
                    rest = rest.lstrip(b"\0") if has_begun else rest
                    if not rest:
                        break
                    inflater = zlib.decompressobj(
                        ZLIB if encoding == "deflate" and _is_zlib(rest) else FORMAT[encoding]
                    )
                    has_begun = True
                yield inflater.decompress(rest, PIECE_BYTES)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
                if inflater.eof:
                    inflater = None
        while inflater is not None:  # what did not fit into the last piece
            more = inflater.decompress(b"", PIECE_BYTES)
            if not more:
                raise NetworkError("the compressed body ends before it is whole")
            yield more
            if inflater.eof:
                inflater = None
    except zlib.error as error:
        raise NetworkError(f"{error}, expected a body compressed as it says") from None


def _is_zlib(body: bytes) -> bool:
    """Whether it begins with the head of zlib, which is divisible by 31 (RFC 1950)."""
    return body[0] & 15 == 8 and (len(body) == 1 or int.from_bytes(body[:2], "big") % 31 == 0)
