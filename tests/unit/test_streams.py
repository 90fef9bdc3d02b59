from __future__ import annotations

import gzip
import io
import os
import threading
from pathlib import Path

import pytest

from kg.errors import RecordError, UsageError
from kg.protocols import Input
from kg.readers.streams import FileInput, bounded_lines


def written(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "input"
    path.write_bytes(data)
    return str(path)


def test_the_head_consumes_nothing(tmp_path: Path) -> None:
    with FileInput(written(tmp_path, b"abc" * 50_000)) as source:
        head = source.head
        assert len(head) == 65536
        assert source.binary().read() == b"abc" * 50_000
    as_input: Input = source
    assert as_input.path == str(tmp_path / "input")


def test_gzip_is_told_by_its_first_bytes_whatever_the_name(tmp_path: Path) -> None:
    with FileInput(written(tmp_path, gzip.compress(b"one\r\ntwo"))) as source:
        assert source.head == b"one\r\ntwo"
        assert source.text().read() == "one\ntwo"


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x1f\x8b"])
def test_tiny_files_are_no_gzip(tmp_path: Path, data: bytes) -> None:
    with FileInput(written(tmp_path, data)) as source:
        assert source.binary().read() == data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_text(tmp_path: Path, encoding: str) -> None:
    with FileInput(written(tmp_path, "Zürich".encode(encoding))) as source:
        assert source.head_text == "Zürich"
        assert source.text().read() == "Zürich"


def test_bytes_that_are_no_utf8_come_as_lone_surrogates(tmp_path: Path) -> None:
    with FileInput(written(tmp_path, b"caf\xe9\nok\n")) as source:
        assert source.text().readlines() == ["caf\udce9\n", "ok\n"]


def test_a_character_cut_by_the_head_is_left_out_of_it(tmp_path: Path) -> None:
    with FileInput(written(tmp_path, b"x" * 65535 + "é".encode())) as source:
        assert source.head_text == "x" * 65535


def test_a_seekable_copy_can_be_read_from_its_end(tmp_path: Path) -> None:
    with FileInput(written(tmp_path, gzip.compress(b"0123456789"))) as source:
        stream = source.seekable()
        stream.seek(-3, os.SEEK_END)
        assert stream.read() == b"789"


def test_a_gzip_stream_cut_off_gives_what_it_has_and_then_says_so(tmp_path: Path) -> None:
    data = b"".join(os.urandom(30).hex().encode() + b"\n" for _ in range(20_000))
    with FileInput(written(tmp_path, gzip.compress(data)[:-50_000])) as source:
        text = source.text()
        lines: list[str] = []
        with pytest.raises(RecordError, match="cut off"):
            for line in text:
                lines.append(line)
        assert "".join(lines).encode() == data[: len(lines) * 61]
        assert len(lines) > 15_000


def test_damaged_gzip_data_is_said_to_be_damaged(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(os.urandom(200_000)))
    data[100_000:100_100] = b"\xff" * 100
    with FileInput(written(tmp_path, bytes(data))) as source, pytest.raises(RecordError, match="gzip"):
        source.binary().read()


def test_damage_within_the_head_is_met_by_the_reader_not_by_the_look(tmp_path: Path) -> None:
    with FileInput(written(tmp_path, gzip.compress(b"one\n" * 10)[:-9])) as source:
        assert source.head.startswith(b"one")
        with pytest.raises(RecordError, match="cut off"):
            source.binary().read()


def test_a_missing_file_or_a_folder_is_a_wrong_use(tmp_path: Path) -> None:
    with FileInput(str(tmp_path / "none")) as source, pytest.raises(UsageError, match="No such file"):
        _ = source.head
    with FileInput(str(tmp_path)) as source, pytest.raises(UsageError, match="directory"):
        _ = source.head


def test_a_disk_error_ends_the_input_with_a_reason() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    from kg.readers.streams import _Stream

    with pytest.raises(RecordError, match="Input/output error"):
        io.BufferedReader(_Stream(b"", io.BufferedReader(Broken()))).read()


def test_a_named_pipe_is_read_once_from_its_start(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"x\n" * 100_000,))
    writer.start()
    with FileInput(str(pipe)) as source:
        assert source.head.startswith(b"x\n")
        assert sum(1 for _ in source.text()) == 100_000
    writer.join()


def test_lines_are_bounded() -> None:
    text = io.StringIO("ab\n\n" + "x" * 25 + "\n" + "y" * 10 + "\n" + "z" * 11)
    assert list(bounded_lines(text, 10)) == [(1, "ab"), (2, ""), (3, None), (4, "y" * 10), (5, None)]
