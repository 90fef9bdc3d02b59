"""Members of tar and zip archives as inputs of their own, named ``archive.zip/folder/member.jsonl``.

Nothing is ever written under a member's name. A tar archive is read as a stream; a zip archive needs random access, so
that one from a pipe or within another archive goes through a temporary file. Memory holds no member: the directory of
a zip archive and the headers of a tar archive are bounded, and what unpacks beyond measure is refused
(``kg.readers.compression.Growth``). What cannot or must not be read is told by name and costs itself alone.

Formats: POSIX.1-2017 pax (ustar interchange format) and GNU tar for tar; PKWARE APPNOTE.TXT 6.3 for zip.
"""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal, cast

from kg.errors import KgError, RecordError
from kg.readers.compression import Growth
from kg.readers.streams import HEAD_BYTES, StreamInput
from kg.rejects import Reject

__all__ = ["ArchiveKind", "MemberInput", "archive_kind", "members"]

ArchiveKind = Literal["tar", "zip"]

_BLOCK = tarfile.BLOCKSIZE
_LONGEST_HEADER = 1 << 20
_LONGEST_DIRECTORY = 1 << 25  # of a zip archive: some 400,000 members
_LONGEST_NAME = 500
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_ENCRYPTED = 0x1
# Office documents and program packages are zip archives too, but no one's collection of papers.
_PACKAGES = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})
_DRIVE = re.compile(r"[A-Za-z]:")


def archive_kind(head: bytes) -> ArchiveKind | None:
    """What kind of archive starts like this, if any."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if len(head) < _BLOCK or not head[0]:
        return None
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return None
    return "tar"


class MemberInput(StreamInput):
    """A file in an archive. It must be read before the next member is asked for.

    Args:
        name: Name of archive and member.
        raw: The bytes.
        growth: What watches how much the archive unpacks to.
    """

    def __init__(self, name: str, raw: BinaryIO, growth: Growth) -> None:
        super().__init__(name)
        self._raw = raw
        self._growth = growth

    def _opened(self) -> tuple[BinaryIO, Growth]:
        self._open.append(self._raw)
        return self._raw, self._growth


def members(source: StreamInput, kind: ArchiveKind) -> Iterator[MemberInput | Reject]:
    """The files of an archive in its order, hidden ones left out, and what is wrong with those that are not read.

    Raises:
        RecordError: if nothing more can be read; what was yielded before stays.
    """
    found = 0
    for member in _zip_members(source) if kind == "zip" else _tar_members(source):
        found += 1
        if member is not None:
            yield member
    if not found:
        raise RecordError(f"the {kind} archive holds no files")


def _shown(name: str) -> str:
    """A member's name as messages and sources may hold it."""
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")[:_LONGEST_NAME]
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]


def _is_hidden(name: str) -> bool:
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in _parts(name))


def _unsafe(name: str) -> str | None:
    """What is wrong with a name that points out of its archive."""
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "an absolute name: no member of an archive has one"
    if ".." in _parts(name):
        return "a name with .. in it, which points out of the archive"
    return None


# --- tar


class _Forward:
    """A stream read from start to end, with as much of a file's face as ``tarfile`` needs to read headers."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0
        self.last = b""

    def tell(self) -> int:
        """Position in bytes."""
        return self._at

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer at the end.

        Raises:
            RecordError: if it is more than any header has.
        """
        if not 0 <= size <= _LONGEST_HEADER:
            raise RecordError(f"a tar header of {size} bytes; the members from there on were not read")
        self.last = self._stream.read(size)
        self._at += len(self.last)
        return self.last

    def seek(self, to: int) -> None:
        """Go on to a later position, or to the end.

        Raises:
            RecordError: if it lies behind.
        """
        if to < self._at:
            raise RecordError("a damaged tar header; the members from there on were not read")
        while (left := to - self._at) and (data := self._stream.read(min(left, HEAD_BYTES))):
            self._at += len(data)


class _TarData(io.RawIOBase):
    """The bytes of one tar member."""

    def __init__(self, stream: _Forward, size: int) -> None:
        self._stream = stream
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = min(len(buffer), self._left, HEAD_BYTES)
        data = self._stream.read(size)
        if len(data) < size:
            self._left = 0
            if not data:
                raise RecordError("the archive is cut off within this member; the records before the cut were kept")
        self._left -= min(self._left, len(data))
        buffer[: len(data)] = data
        return len(data)


def _tar_members(source: StreamInput) -> Iterator[MemberInput | Reject | None]:
    stream = _Forward(source.binary())
    tar = _translated(lambda: tarfile.TarFile(fileobj=cast("Any", stream), encoding="utf-8", errors="surrogateescape"))
    while (info := _translated(tar.next)) is not None:
        # tarfile remembers all that it met.
        cast("Any", tar).members.clear()
        tar.pax_headers.clear()
        if info.isdir():
            continue
        name = f"{source.path}/{_shown(info.name)}"
        if _is_hidden(info.name):
            yield None
        elif problem := _unsafe(info.name) or _tar_problem(info):
            yield Reject(name, None, problem)
        else:
            stream.seek(info.offset_data)
            raw = io.BufferedReader(_TarData(stream, info.size), HEAD_BYTES)
            yield MemberInput(name, cast("BinaryIO", raw), source.growth)
    _check_end(stream, source)


def _translated(call: Any) -> Any:
    try:
        return call()
    except KgError:
        raise
    except Exception as error:  # tarfile has many ways to fail at a damaged header
        detail = " ".join(str(error).split()) or type(error).__name__
        cut = "; the archive is cut off" if "end of data" in detail else ""
        raise RecordError(f"a damaged tar archive ({detail}){cut}; the members from there on were not read") from error


def _tar_problem(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return "a link, which is not followed"
    if info.isdev():
        return "a device or a pipe, not a file"
    if info.issparse():
        return "a sparse file, which is not read; pack it without --sparse"
    return None if info.isreg() else f"of an unknown kind ({info.type!r})"


def _check_end(stream: _Forward, source: StreamInput) -> None:
    """Whether the archive ends as archives do: ``tarfile`` takes a cut and a damaged header for the end too.

    Raises:
        RecordError: if it does not.
    """
    if len(stream.last) < _BLOCK:
        raise RecordError("the tar archive has no end mark: it is cut off; the members before the cut were read")
    if any(stream.last):
        raise RecordError("a damaged tar header; the members from there on were not read")
    while rest := stream.read(HEAD_BYTES):
        if any(rest):
            raise RecordError("there is data after the end of the tar archive; it was not read")


# --- zip


class _Bounded:
    """A file of which no more is read at once than a reasonable archive asks for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        if size > _LONGEST_DIRECTORY:
            raise RecordError(f"a zip archive whose directory has {size} bytes: unpack it, or make it a tar archive")
        return self._file.read(size)


class _ZipData(io.RawIOBase):
    """The bytes of one zip member, damage told as ``RecordError``."""

    def __init__(self, stream: Any, growth: Growth) -> None:
        self._stream = stream
        self._growth = growth

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data: bytes = self._stream.read1(min(len(buffer), HEAD_BYTES))
        except (EOFError, zlib.error, zipfile.BadZipFile, ValueError, OSError) as error:
            raise RecordError(_damaged(error)) from error
        self._growth.add(len(data))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _damaged(error: Exception) -> str:
    detail = " ".join(str(error).split()) or "it is cut off"
    return f"damaged zip data; the records before it were kept ({detail})"


def _zip_members(source: StreamInput) -> Iterator[MemberInput | Reject | None]:
    file = source.seekable()
    if not source.growth.packed:
        source.growth.packed = file.seek(0, io.SEEK_END)
    try:
        archive = zipfile.ZipFile(cast("Any", _Bounded(file)))
    except KgError:
        raise
    except Exception as error:  # zipfile has many ways to fail at a damaged directory
        raise RecordError(f"the zip archive is cut off or damaged ({' '.join(str(error).split())})") from error
    with archive:
        infos = archive.infolist()
        if any(info.filename in _PACKAGES for info in infos[:20]):
            raise RecordError("an office document or a program package, not an archive of records")
        for info in infos:
            if source.growth.exceeded:
                raise RecordError("the members after what unpacks beyond measure were not read")
            if not info.is_dir():
                yield _zip_member(archive, info, source)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: StreamInput) -> MemberInput | Reject | None:
    name = f"{source.path}/{_shown(info.filename)}"
    if _is_hidden(info.filename):
        return None
    problem = _unsafe(info.orig_filename) or _zip_problem(info)
    if problem:
        return Reject(name, None, problem)
    try:
        stream = archive.open(info)
    except Exception as error:  # see above
        return Reject(name, None, _damaged(error))
    raw = io.BufferedReader(_ZipData(stream, source.growth), HEAD_BYTES)
    return MemberInput(name, cast("BinaryIO", raw), source.growth)


def _zip_problem(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if kind == stat.S_IFLNK:
        return "a link, which is not followed"
    if kind not in (0, stat.S_IFREG):
        return "a device or a pipe, not a file"
    if info.compress_type not in _ZIP_METHODS:
        return f"compressed by a method that is not read (number {info.compress_type}); stored, deflate and bzip2 are"
    return None
