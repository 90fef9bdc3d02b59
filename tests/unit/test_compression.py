from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pytest

from kg.errors import RecordError
from kg.readers.compression import MAGIC_BYTES, MOST_GROWTH, Growth, decompressed, plain_name
from kg.readers.streams import FileInput


def zstd(data: bytes) -> bytes:
    return cast("bytes", pa.Codec("zstd").compress(data, asbytes=True))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}
kinds = pytest.mark.parametrize("kind", PACKERS)


def unpack(packed: bytes, growth: Growth | None = None) -> bytes:
    stream = decompressed(packed[:MAGIC_BYTES], io.BytesIO(packed), growth or Growth())
    assert stream is not None
    return io.BufferedReader(cast("io.RawIOBase", stream)).read()


@kinds
@pytest.mark.parametrize("data", [b"", b"one\n", os.urandom(300_000), b"ab" * 200_000], ids=["0", "4", "noise", "twos"])
def test_streams_are_told_by_their_first_bytes(kind: str, data: bytes, tmp_path: Path) -> None:
    assert unpack(PACKERS[kind](data)) == data
    (tmp_path / "x").write_bytes(PACKERS[kind](data))
    with FileInput(str(tmp_path / "x")) as source:
        assert source.binary().read() == data


@kinds
def test_streams_that_follow_one_another_are_one(kind: str) -> None:
    pack = PACKERS[kind]
    assert unpack(pack(b"one\n") + pack(b"two\n" * 50_000) + pack(b"")) == b"one\n" + b"two\n" * 50_000


def test_padding_and_frames_to_skip_are_no_data() -> None:
    assert unpack(lzma.compress(b"one") + bytes(8) + lzma.compress(b"two") + bytes(70_000)) == b"onetwo"
    assert unpack(b"\x52\x2a\x4d\x18\x04\0\0\0skip" + zstd(b"one")) == b"one"


@kinds
def test_a_stream_cut_off_gives_what_it_has_and_then_says_so(kind: str, tmp_path: Path) -> None:
    data = b"".join(os.urandom(30).hex().encode() + b"\n" for _ in range(40_000))
    (tmp_path / "x").write_bytes(PACKERS[kind](data)[:-100_000])
    lines: list[str] = []
    with FileInput(str(tmp_path / "x")) as source, pytest.raises(RecordError, match=f"the {kind} stream is cut off"):
        for line in source.text():
            lines.append(line)
    assert "".join(lines).encode() == data[: len(lines) * 61]
    assert len(lines) > 10_000


@kinds
def test_a_stream_cut_anywhere_says_so(kind: str) -> None:
    packed = PACKERS[kind](b"one two three")
    for cut in range(MAGIC_BYTES, len(packed)):
        with pytest.raises(RecordError, match="cut off"):
            unpack(packed[:cut])


@kinds
def test_damage_is_told(kind: str) -> None:
    packed = bytearray(PACKERS[kind](os.urandom(300_000).hex().encode()))
    at = 12 if kind == "zstd" else 150_000  # Arrow writes no checksum: in the middle, it would go unnoticed
    packed[at : at + 100] = b"\xff" * 100
    with pytest.raises(RecordError, match=f"damaged {kind} data") as caught:
        unpack(bytes(packed))
    assert "\n" not in caught.value.reason


@pytest.mark.parametrize("kind", ["bzip2", "xz", "zstd", "gzip"])
def test_something_else_after_a_stream_is_damage(kind: str) -> None:
    with pytest.raises(RecordError):
        unpack(PACKERS[kind](b"one") + b"something else")


def test_a_xz_stream_that_needs_gigabytes_to_unpack_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 24}]
    packed = lzma.compress(b"one", filters=filters)
    greedy = bytearray(packed)
    # The dictionary size is a code in the block header, whose checksum must fit.
    at = greedy.index(b"\x21\x01") + 2
    greedy[at] = 39  # 3 GiB
    import zlib

    greedy[20:24] = zlib.crc32(bytes(greedy[12:20])).to_bytes(4, "little")
    with pytest.raises(RecordError, match=r"damaged xz data.*[Mm]emory"):
        unpack(bytes(greedy))


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_what_grows_beyond_measure_is_refused_early(kind: str) -> None:
    packed = PACKERS[kind](bytes(80 << 20))
    growth = Growth()
    with pytest.raises(RecordError, match=f"more than {MOST_GROWTH} times its size"):
        unpack(packed, growth)
    assert growth.exceeded and growth.unpacked < 80 << 20


@pytest.mark.parametrize(
    "data", [b"", b"\x1f\x8b", b"BZh9 is no bzip2", b"BZh91AY", b"\xfd7z", b"{}", b"\x28\xb5", b"P*M"]
)
def test_other_data_is_not_unpacked(data: bytes) -> None:
    assert decompressed(data[:MAGIC_BYTES], io.BytesIO(data), Growth()) is None


def test_trouble_of_the_disk_is_not_the_datas_damage() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    stream = decompressed(gzip.compress(b"x")[:MAGIC_BYTES], cast("BinaryIO", Broken()), Growth())
    assert stream is not None
    with pytest.raises(OSError, match="Input/output"):
        stream.read(1)


def test_endings_of_compression_are_no_part_of_a_name() -> None:
    assert plain_name("A.JSONL.GZ") == "a.jsonl"
    assert [plain_name(f"a.csv{ending}") for ending in ("", ".bz2", ".xz", ".zst", ".zstd")] == ["a.csv"] * 5
