"""Hostile compressed files and archives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.formats import AFTER, BEFORE, BOTH, FORMATS
from tests.hostile.sample import Lost, Sample, sample

__all__ = ["samples"]

LINES = FORMATS["jsonl"]
FIRST = LINES.whole(LINES.good(BEFORE)).encode()
LAST = LINES.whole(LINES.good(AFTER)).encode()
LOST = LINES.whole(LINES.good("Lost")).encode()
MEGABYTE = 1 << 20
BEYOND = "unpacks to more than 250 times its size"


def samples() -> Iterator[Sample]:
    """All of them."""
    yield from _streams()
    yield from _zips()
    yield from _zip_names()
    yield from _tars()
    yield from _nested()
    yield from _bombs()


def _zstd(data: bytes) -> bytes:
    from pyarrow import compress

    packed: bytes = compress(data, codec="zstd", asbytes=True)
    return packed


def _streams() -> Iterator[Sample]:
    both = FIRST + LAST
    two = gzip.compress(FIRST, mtime=0) + gzip.compress(LAST, mtime=0)
    yield sample("odd packing", "gzip: two members", "x.jsonl.gz", two)
    yield sample("odd packing", "bzip2: two streams", "x.jsonl.bz2", bz2.compress(FIRST) + bz2.compress(LAST))
    yield sample(
        "odd packing", "xz: two streams with padding", "x.xz", lzma.compress(FIRST) + bytes(8) + lzma.compress(LAST)
    )
    yield sample("odd packing", "zstd: two frames", "x.zst", _zstd(FIRST) + _zstd(LAST))
    yield sample("odd packing", "a text named .gz", "x.jsonl.gz", both)
    yield sample("odd packing", "gzip named .csv", "x.csv", gzip.compress(both, mtime=0))
    yield sample("truncated", "gzip: its first ten bytes", "x.gz", two[:10], Lost("gzip stream is cut off"), kept=())
    yield sample(
        "truncated",
        "gzip: cut within its second member",
        "x.gz",
        two[:-30],
        Lost("gzip stream is cut off"),
        kept=(BEFORE,),
    )
    yield sample("truncated", "zstd: cut in half", "x.zst", _zstd(both)[:-20], Lost("zstd"), kept=())
    yield sample("truncated", "zstd: its first five bytes", "x.zst", _zstd(both)[:5], Lost(""), kept=())
    yield sample("truncated", "xz: its first twelve bytes", "x.xz", lzma.compress(both)[:12], Lost("xz"), kept=())
    yield sample("truncated", "bzip2: its first ten bytes", "x.bz2", bz2.compress(both)[:10], Lost("bzip2"), kept=())
    broken = bytearray(gzip.compress(both, 0, mtime=0))
    broken[12] ^= 0xFF
    yield sample(
        "broken", "gzip: a block whose length is wrong", "x.gz", bytes(broken), Lost("damaged gzip data"), kept=()
    )
    yield sample(
        "odd packing",
        "gzip in gzip",
        "x.jsonl.gz",
        gzip.compress(gzip.compress(both, mtime=0), mtime=0),
        Lost("no known format"),
        kept=(),
    )


def zip_of(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return packed.getvalue()


def _around(name: str, data: bytes = LOST, **more: int) -> bytes:
    return zip_of(("a.jsonl", FIRST), (name, data), ("z.jsonl", LAST), **more)


def _zips() -> Iterator[Sample]:
    good = _around("b.jsonl", method=zipfile.ZIP_STORED)
    yield sample("truncated", "zip: cut in half", "x.zip", good[: len(good) // 2], Lost("cut off or damaged"), kept=())
    directory = good.index(b"PK\x01\x02")
    yield sample(
        "truncated", "zip: without its directory", "x.zip", good[:directory], Lost("cut off or damaged"), kept=()
    )
    yield sample(
        "broken",
        "zip: garbage between members and directory",
        "x.zip",
        good[:directory] + b"gull" * 10 + good[directory:],
        *(Lost("damaged zip data", member=f"/{name}.jsonl") for name in "abz"),
        kept=(),
    )
    yield sample("empty", "zip: no members", "x.zip", zip_of(), Lost("holds no files"), kept=())
    yield sample("empty", "zip: an empty member", "x.zip", _around("b.json", b""), Lost("is empty", member="/b.json"))
    second = good.index(b"PK\x01\x02", directory + 4)
    for what, offset, form, value, reason in (
        ("encrypted", 8, "<H", 1, "encrypted"),
        ("compressed by a method nobody knows", 10, "<H", 99, "compressed by a method that is not read"),
        ("packed smaller than it says", 20, "<I", 5, ""),
        ("larger than it says", 24, "<I", 5, ""),
        ("that stands elsewhere", 42, "<I", 3, "damaged"),
        ("that stands beyond the end", 42, "<I", 1 << 30, "damaged"),
        ("that is a link", 38, "<I", 0o120777 << 16, "a link"),
        ("that is a pipe", 38, "<I", 0o010666 << 16, "a device or a pipe"),
    ):
        data = bytearray(good)
        struct.pack_into(form, data, second + offset, value)
        yield sample("hostile archive", f"zip: a member {what}", "x.zip", bytes(data), Lost(reason, member="/b.jsonl"))
    for what, offset, value in (("packed into 1 GB", 20, 1 << 30), ("of 2 GB", 24, 1 << 31)):
        data = bytearray(good)
        struct.pack_into("<I", data, second + offset, value)
        yield sample(
            "hostile archive",
            f"zip: a member {what}, it says, that is whole",
            "x.zip",
            bytes(data),
            kept=(*BOTH, "Lost"),
        )
    package = zip_of(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>"))
    yield sample("no record", "zip: an office document", "x.docx", package, Lost("an office document"), kept=())
    yield sample(
        "duplicates",
        "zip: two members of one name",
        "x.zip",
        zip_of(("a.jsonl", FIRST), ("b.jsonl", LAST)).replace(b"b.jsonl", b"a.jsonl"),
    )
    yield sample("duplicates", "zip: one file twice", "x.zip", _around("b.jsonl", FIRST), merged=1)
    yield sample(
        "binary",
        "zip: a picture among papers",
        "x.zip",
        _around("b.png", b"\x89PNG\r\n\x1a\n" + bytes(50)),
        Lost("no known format", member="/b.png"),
    )
    hidden = _around("__MACOSX/._b.jsonl", b"\0\x05\x16\x07")
    yield sample("odd packing", "zip: what a Mac adds", "x.zip", hidden)


UNSAFE = {
    "../../evil.jsonl": "a name with .. in it",
    "b/../../evil.jsonl": "a name with .. in it",
    "..\\evil.jsonl": "a name with .. in it",
    "/etc/evil.jsonl": "an absolute name",
    "C:/evil.jsonl": "an absolute name",
}


def _zip_names() -> Iterator[Sample]:
    for name, reason in UNSAFE.items():
        yield sample(
            "hostile archive", f"zip: a member named {name!r}", "x.zip", _around(name), Lost(reason, member=f"/{name}")
        )
    for what, name in (
        ("escape sequences", "b\x1b[2J.jsonl"),
        ("a line end", "b\nc.jsonl"),
        ("300 letters", "b" * 300),
        ("a right-to-left override", "b\u202elnosj.jsonl"),
    ):
        yield sample("hostile name", f"zip: a name with {what}", "x.zip", _around(name), kept=(*BOTH, "Lost"))


def tar_of(*members: tuple[tarfile.TarInfo | str, bytes], format: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive; a member that is no name is taken as it is."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=format) as tar:
        for member, data in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def _special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo("b.jsonl")
    info.type = kind
    info.linkname = target
    return info


def _tars() -> Iterator[Sample]:
    for name, reason in UNSAFE.items():
        data = tar_of(("a.jsonl", FIRST), (name, LOST), ("z.jsonl", LAST))
        yield sample("hostile archive", f"tar: a member named {name!r}", "x.tar", data, Lost(reason, member=f"/{name}"))
    for what, kind, target, reason in (
        ("a link to /etc/passwd", tarfile.SYMTYPE, "/etc/passwd", "a link"),
        ("a hard link", tarfile.LNKTYPE, "a.jsonl", "a link"),
        ("a device", tarfile.CHRTYPE, "", "a device"),
        ("a disk", tarfile.BLKTYPE, "", "a device"),
        ("a pipe", tarfile.FIFOTYPE, "", "a device or a pipe"),
    ):
        data = tar_of(("a.jsonl", FIRST), (_special(kind, target), b""), ("z.jsonl", LAST))
        yield sample("hostile archive", f"tar: {what}", "x.tar", data, Lost(reason, member="/b.jsonl"))
    good = tar_of(("a.jsonl", FIRST), ("b.jsonl", LOST), ("z.jsonl", LAST))
    yield sample(
        "truncated",
        "tar: cut within a member",
        "x.tar",
        good[:1800],
        Lost("not JSON", 1, "/b.jsonl"),
        Lost("cut off"),
        kept=(BEFORE,),
    )
    yield sample("truncated", "tar: cut within a header", "x.tar", good[:1200], Lost(""), kept=(BEFORE,))
    two = tar_of(("a.jsonl", FIRST), ("z.jsonl", LAST))
    yield sample("truncated", "tar: in gzip, cut", "x.tgz", gzip.compress(two, mtime=0)[:-40], Lost("gzip"), kept=None)
    bad = bytearray(good)
    bad[1024 + 5] ^= 0xFF
    yield sample("broken", "tar: a header with a wrong checksum", "x.tar", bytes(bad), Lost(""), kept=(BEFORE,))
    yield sample("empty", "tar: no members", "x.tar", tar_of(), Lost(""), kept=())
    info = tarfile.TarInfo("b.jsonl")
    info.size = 1 << 40
    huge = tar_of(("a.jsonl", FIRST))[:1024] + info.tobuf(tarfile.GNU_FORMAT) + LOST
    yield sample(
        "hostile archive", "tar: a member of a terabyte, it says", "x.tar", huge, Lost("cut off"), kept=(BEFORE, "Lost")
    )
    sized = _special(tarfile.XHDTYPE)
    sized.size = 1 << 40
    yield sample(
        "hostile archive",
        "tar: a header of a terabyte",
        "x.tar",
        tar_of(("a.jsonl", FIRST))[:1024] + sized.tobuf(tarfile.GNU_FORMAT),
        Lost("a tar header of"),
        kept=(BEFORE,),
    )
    named = tar_of(("a.jsonl", FIRST), ("b" * 5000 + ".jsonl", LOST), ("z.jsonl", LAST))
    yield sample("hostile name", "tar: a name of 5,000 letters", "x.tar", named, kept=(*BOTH, "Lost"))
    odd = tar_of(("a.jsonl", FIRST), ("b\x1b[2J\udcff\n.jsonl", LOST), ("z.jsonl", LAST))
    yield sample(
        "hostile name",
        "tar: a name with escape sequences and bytes that are not UTF-8",
        "x.tar",
        odd,
        kept=(*BOTH, "Lost"),
    )


def _nested() -> Iterator[Sample]:
    inner = zip_of(("a.jsonl", FIRST), ("z.jsonl", LAST))
    yield sample("odd packing", "zip in zip", "x.zip", zip_of(("inner.zip", inner)))
    yield sample("odd packing", "zip in tar in gzip", "x.tgz", gzip.compress(tar_of(("inner.zip", inner)), mtime=0))
    third = zip_of(("a.jsonl", FIRST), ("b.zip", zip_of(("c.zip", inner))), ("z.jsonl", LAST))
    yield sample(
        "hostile archive",
        "zip in zip in zip",
        "x.zip",
        third,
        Lost("an archive in an archive in an archive", member="/b.zip/c.zip"),
    )


def _deflated(megabytes: int) -> tuple[bytes, int, int]:
    """Spaces, deflated raw: data, checksum and size, made a megabyte at a time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b" " * MEGABYTE
    data, checksum = b"", 0
    for _ in range(megabytes):
        data += packer.compress(block)
        checksum = zlib.crc32(block, checksum)
    return data + packer.flush(), checksum, megabytes * MEGABYTE


def _gzip_bomb(megabytes: int) -> bytes:
    data, checksum, size = _deflated(megabytes)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + data + struct.pack("<II", checksum, size & 0xFFFFFFFF)


def _overlapping(count: int) -> bytes:
    """A zip archive whose members all are the same bytes."""
    packed = zip_of(("a.jsonl", FIRST + b" " * MEGABYTE))
    start = packed.index(b"PK\x01\x02")
    entry, end = packed[start : packed.index(b"PK\x05\x06")], packed[packed.index(b"PK\x05\x06") :]
    total = bytearray(end)
    struct.pack_into("<HHII", total, 8, count, count, len(entry) * count, start)
    return packed[:start] + entry * count + bytes(total)


def _bombs() -> Iterator[Sample]:
    beyond = Lost(BEYOND)
    member = Lost(BEYOND, member="/a.jsonl")
    after = Lost("the members after what unpacks beyond measure were not read")

    def write(make: Callable[[], bytes]) -> Callable[[Path], None]:
        def put(path: Path) -> None:
            path.write_bytes(make())

        return put

    def bomb(what: str, file: str, make: Callable[[], bytes], *lost: Lost, kept: tuple[str, ...] = ()) -> Sample:
        return sample("bomb", what, file, write(make), *lost, kept=kept, heavy=True)

    yield bomb("gzip: 1 GB of spaces", "x.jsonl.gz", lambda: _gzip_bomb(1024), Lost(""))
    lines = FIRST + b" " * 200 * MEGABYTE
    yield bomb(
        "gzip: papers, then 200 MB of spaces",
        "x.jsonl.gz",
        lambda: gzip.compress(lines, mtime=0),
        beyond,
        kept=(BEFORE,),
    )
    yield bomb(
        "bzip2: 300 MB of spaces after papers",
        "x.jsonl.bz2",
        lambda: bz2.compress(FIRST + b" " * 300 * MEGABYTE),
        beyond,
        kept=(BEFORE,),
    )
    yield bomb(
        "xz: 300 MB of spaces after papers",
        "x.xz",
        lambda: lzma.compress(FIRST + b" " * 300 * MEGABYTE, preset=0),
        beyond,
        kept=(BEFORE,),
    )
    yield bomb(
        "zstd: 300 MB of spaces after papers",
        "x.zst",
        lambda: _zstd(FIRST + b" " * 300 * MEGABYTE),
        beyond,
        kept=(BEFORE,),
    )
    yield bomb(
        "zip: a member of 200 MB of spaces",
        "x.zip",
        lambda: _around("b.jsonl", lines),
        Lost(BEYOND, member="/b.jsonl"),
        after,
        kept=(BEFORE,),
    )
    yield bomb(
        "zip: a bomb in a zip in a zip",
        "x.zip",
        lambda: zip_of(("b.zip", zip_of(("a.jsonl", lines)))),
        Lost(BEYOND, member="/b.zip/a.jsonl"),
        kept=(BEFORE,),
    )
    yield bomb(
        "gzip: a bomb in a zip",
        "x.zip",
        lambda: zip_of(("a.jsonl", gzip.compress(lines, mtime=0))),
        Lost(BEYOND, member="/a.jsonl"),
        kept=(BEFORE,),
    )
    yield bomb("zip: 2,000 members that overlap", "x.zip", lambda: _overlapping(2000), member, after, kept=(BEFORE,))
    yield bomb(
        "tar: a bomb in gzip",
        "x.tgz",
        lambda: gzip.compress(tar_of(("a.jsonl", lines), ("z.jsonl", LAST)), mtime=0),
        member,
        Lost(""),
        kept=(BEFORE,),
    )
