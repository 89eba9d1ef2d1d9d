"""A file as it was fetched -> its contents: itself, the chosen members of the ZIP, or what gzip holds.

    path -> check of the first bytes -> Content (a stream, or a file where a format must jump) -> the format's reader

Bounded: what unpacks to far more than real data does is refused before or while it is read.
"""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, cast

from lagoa.errors import ContractError
from lagoa.sources.connectors.files import signature
from lagoa.sources.connectors.files.transport import DamagedFile
from lagoa.sources.spec import FileResource

MAX_BYTES = 100 * 2**30
MAX_SHEETS_BYTES = 2 * 2**30
"""Unpacked, of a workbook, whose cells are held in memory: about thirty million of them."""
MAX_RATIO = 200
RATIO_FROM = 2**30
"""Unpacked bytes from which the ratio counts: a small file may well shrink to nothing."""
CHUNK = 2**20
ENCRYPTED = 0x1


@dataclass(frozen=True)
class Content:
    """One file to read rows from."""

    open: Callable[[], IO[bytes]]
    path: Path | None = None
    """Where it lies, if it is a file of its own."""

    @contextmanager
    def as_file(self) -> Iterator[Path]:
        """It on disk, for formats that are read from several places."""
        if self.path is not None:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="lagoa-") as folder:
            target = Path(folder) / "content"
            with self.open() as source, target.open("wb") as copy:
                while chunk := source.read(CHUNK):
                    copy.write(chunk)
            yield target


@contextmanager
def unpacked(path: Path, resource: FileResource, member: str | None, subject: str) -> Iterator[list[Content]]:
    """What there is to read in a file, each part checked by its first bytes.

    Args:
        path: of the file.
        resource: says how it is packed and what is in it.
        member: which members of a ZIP, with what it names filled in.
        subject: how messages name the file.

    Raises:
        NotPublished: a web page came in its place.
        PermanentSourceError: it is not what the spec says.
        DamagedFile: it is damaged or cut short.
        ContractError: it is encrypted, holds other members than expected, or unpacks to too much.
    """
    kind = resource.format if resource.archive == "none" else resource.archive
    with path.open("rb") as file:
        signature.check(file, kind, subject)
    with _told_as_ours(kind, path, subject):
        if resource.archive == "zip":
            with zipfile.ZipFile(path) as archive:
                yield [_member(archive, each, resource, subject) for each in chosen(archive, resource, member, subject)]
        elif resource.archive == "gzip":
            content = Content(lambda: cast(IO[bytes], Bounded(path, subject)))
            yield [_checked(content, resource, subject)]
        else:
            yield [Content(lambda: path.open("rb"), path)]


def chosen(archive: zipfile.ZipFile, resource: FileResource, member: str | None, subject: str) -> list[zipfile.ZipInfo]:
    """The members to read, by name; folders inside the ZIP and capitals make no difference.

    Raises:
        ContractError: none, or several where one is expected.
    """
    files = [each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")]
    wanted = (member or f"*.{resource.format}").lower()
    members = [each for each in files if fnmatchcase(_base(each).lower(), wanted.replace("[", "[[]"))]
    told = f"{resource.format.upper()} files" if member is None else f"members {member!r}"
    if not members or (len(members) > 1 and member is None):
        shown = ", ".join(_base(each) for each in (members or files)[:5])
        raise ContractError(
            f"{subject}: found {len(members)} {told} in the ZIP ({shown}), expected "
            f"{'one' if member is None else 'at least one'}. The source changed its packing: check its page."
        )
    if any(each.flag_bits & ENCRYPTED for each in members):
        raise ContractError(
            f"{subject}: the ZIP is encrypted, expected a plain one. Nothing was loaded: check the source's page."
        )
    _refuse_bomb(members, subject)
    return sorted(members, key=_base)


def check_workbook(path: Path, subject: str) -> None:
    """Refuse a workbook that would fill the memory.

    Raises:
        ContractError: it unpacks to too much.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    _refuse_bomb(members, subject)
    size = sum(each.file_size for each in members)
    if size > MAX_SHEETS_BYTES:
        raise ContractError(
            f"{subject}: found a workbook of {size:,} bytes unpacked, expected at most {MAX_SHEETS_BYTES:,}. Ask the "
            "source for CSV."
        )


class Bounded(gzip.GzipFile):
    """What a gzip file holds, refused while it is read when it grows beyond all measure."""

    def __init__(self, path: Path, subject: str) -> None:
        super().__init__(path, "rb")
        self._packed, self._subject = path.stat().st_size, subject

    def read(self, size: int | None = -1) -> bytes:
        """Some of it, or all."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        content: bytes = super().read(size)
        _refuse_size(self.tell(), self._packed, self._subject)
        return content


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, resource: FileResource, subject: str) -> Content:
    return _checked(Content(lambda: archive.open(info)), resource, subject)


def _checked(content: Content, resource: FileResource, subject: str) -> Content:
    with content.open() as file:
        signature.check(file, resource.format, subject)
    return content


def _base(info: zipfile.ZipInfo) -> str:
    return info.filename.rsplit("/", 1)[-1]


def _refuse_bomb(members: list[zipfile.ZipInfo], subject: str) -> None:
    _refuse_size(sum(each.file_size for each in members), sum(each.compress_size for each in members), subject)


def _refuse_size(unpacked_bytes: int, packed_bytes: int, subject: str) -> None:
    is_bomb = unpacked_bytes > RATIO_FROM and unpacked_bytes > MAX_RATIO * max(packed_bytes, 1)
    if is_bomb or unpacked_bytes > MAX_BYTES:
        raise ContractError(
            f"{subject}: found {packed_bytes:,} bytes that unpack to {unpacked_bytes:,} or more, expected at most "
            f"{MAX_RATIO} times as much. Nothing was loaded: check the source's page."
        )


@contextmanager
def _told_as_ours(kind: str, path: Path, subject: str) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise ContractError(
            f"{subject}: the {kind.upper()} cannot be unpacked ({error}), expected a plain one. Nothing was loaded: "
            "check the source's page."
        ) from None
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DamagedFile(
            f"{subject}: the {kind.upper()} of {path.stat().st_size} bytes is damaged or cut short ({error}), "
            "expected a whole one. Nothing was loaded. Try again later."
        ) from None
