from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import subprocess
import sys
import tarfile
import threading
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from kg.model import Paper
from kg.readers.archives import archive_kind
from kg.readers.inputs import read_inputs
from kg.readers.streams import FileInput
from kg.rejects import Reject

LINE = b'{"title": "%s"}\n'
TABLE = b"title,abstract\nKnots,Tight.\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*inputs: str, **options: object) -> tuple[list[str], list[tuple[str, str]]]:
    rejects: list[Reject] = []
    papers: list[Paper] = list(read_inputs(inputs, on_reject=rejects.append, **options))  # type: ignore[arg-type]
    sources = [f"{paper.sources[0].path}: {paper.title}" for paper in papers]
    return sources, [(reject.file, reject.reason) for reject in rejects]


def tar_of(files: Mapping[str, bytes], mode: str = "w", **options: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode, **options) as tar:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def write(name: str, data: bytes) -> str:
    Path(name).write_bytes(data)
    return name


FILES = {
    "a/one.jsonl": LINE % b"One",
    "a/": b"",
    "b.csv": TABLE,
    "c.jsonl.gz": gzip.compress(LINE % b"Three"),
    ".DS_Store": b"x",
    "__MACOSX/a/one.jsonl": b"x",
    "README.txt": b"Some words.\n",
    "empty": b"",
}
PAPERS = ["a/one.jsonl: One", "b.csv: Knots", "c.jsonl.gz: Three"]
REJECTS = [("README.txt", "is in no known format; see kg formats, or say --format"), ("empty", "is empty; see kg")]


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "stored.zip", "bz2.zip"])
def test_members_are_read_like_the_files_of_a_folder(kind: str) -> None:
    files = {name: data for name, data in FILES.items() if not name.endswith("/")}
    packed = {
        "zip": lambda: zip_of(FILES),
        "stored.zip": lambda: zip_of(FILES, zipfile.ZIP_STORED),
        "bz2.zip": lambda: zip_of(FILES, zipfile.ZIP_BZIP2),
        "tar": lambda: tar_of(files),
        "tar.gz": lambda: gzip.compress(tar_of(files)),
        "tar.bz2": lambda: bz2.compress(tar_of(files)),
        "tar.xz": lambda: lzma.compress(tar_of(files)),
    }[kind]()
    papers, rejects = read(write("papers", packed))
    assert papers == [f"papers/{paper}" for paper in PAPERS]
    assert [(file, reason[: len(REJECTS[i][1])]) for i, (file, reason) in enumerate(rejects)] == [
        (f"papers/{file}", reason) for file, reason in REJECTS
    ]


def test_folders_in_a_tar_archive_are_passed_over() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        info = tarfile.TarInfo("folder/" + "long" * 60)
        info.size = len(TABLE)
        tar.addfile(info, io.BytesIO(TABLE))
    papers, rejects = read(write("x.tar", packed.getvalue()))
    assert papers == ["x.tar/folder/" + "long" * 60 + ": Knots"]
    assert not rejects


def test_an_archive_from_a_pipe_and_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(zip_of({"a.csv": TABLE}))))
    assert read("-") == (["-/a.csv: Knots"], [])
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_bytes, args=(tar_of({"a.csv": TABLE}),))
    writer.start()
    assert read("pipe") == (["pipe/a.csv: Knots"], [])
    writer.join()


def test_a_zip_archive_that_is_compressed_once_more() -> None:
    assert read(write("x.zip.gz", gzip.compress(zip_of({"a.csv": TABLE}))))[0] == ["x.zip.gz/a.csv: Knots"]


def test_a_forced_format_and_columns_hold_for_all_members() -> None:
    write("x.zip", zip_of({"a.csv": b"headline,text\nKnots,x\n", "b.csv": b"headline,text\nBoats,x\n"}))
    assert read("x.zip", columns={"title": "headline"})[0] == ["x.zip/a.csv: Knots", "x.zip/b.csv: Boats"]
    papers, rejects = read("x.zip", format="jsonl")
    assert not papers and len(rejects) == 4


def test_archives_of_a_folder_are_read(here: Path) -> None:
    Path("d").mkdir()
    write("d/a.zip", zip_of({"a.csv": TABLE}))
    write("d/b.tar.gz", gzip.compress(tar_of({"b.csv": TABLE})))
    assert read("d") == (["d/a.zip/a.csv: Knots", "d/b.tar.gz/b.csv: Knots"], [])


def test_an_archive_in_an_archive_is_read_and_one_in_that_is_refused() -> None:
    inner = {"a.csv": TABLE}
    middle = {"in.tar.gz": gzip.compress(tar_of(inner)), "in.zip": zip_of(inner)}
    write("two.zip", zip_of(middle))
    write("two.tar", tar_of(middle))
    for name in ("two.zip", "two.tar"):
        assert read(name) == ([f"{name}/in.tar.gz/a.csv: Knots", f"{name}/in.zip/a.csv: Knots"], [])
    write("three.tar", tar_of({"two.zip": zip_of(middle), "z.csv": TABLE}))
    papers, rejects = read("three.tar")
    assert papers == ["three.tar/z.csv: Knots"]
    reason = "an archive in an archive in an archive is not read"
    assert rejects == [("three.tar/two.zip/in.tar.gz", reason), ("three.tar/two.zip/in.zip", reason)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "an absolute name"),
        ("../../x.csv", "a name with .. in it"),
        ("a/../../x.csv", "a name with .. in it"),
        ("..\\x.csv", "a name with .. in it"),
        ("C:\\x.csv", "an absolute name"),
        ("\\\\host\\x.csv", "an absolute name"),
    ],
)
def test_names_that_point_out_of_the_archive_are_refused(name: str, reason: str) -> None:
    for packed, file in ((zip_of, "x.zip"), (tar_of, "x.tar")):
        papers, rejects = read(write(file, packed({name: TABLE, "b.csv": TABLE})))
        assert papers == [f"{file}/b.csv: Knots"]
        assert [reject[1][: len(reason)] for reject in rejects] == [reason]


def test_names_are_shown_without_control_characters() -> None:
    papers, _ = read(write("x.tar", tar_of({"a\n\x1b[31m\u202e.csv": TABLE})))
    assert papers == ["x.tar/a\\n\\x1b[31m\\u202e.csv: Knots"]
    info = tarfile.TarInfo(os.fsdecode(b"caf\xe9.csv"))
    info.size = len(TABLE)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        tar.addfile(info, io.BytesIO(TABLE))
    assert read(write("y.tar", packed.getvalue()))[0] == ["y.tar/caf\\xe9.csv: Knots"]


def test_links_devices_and_sparse_files_of_a_tar_archive_are_refused() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z")
        for number, kind in enumerate(kinds):
            info = tarfile.TarInfo(f"m{number}")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("sparse")
        info.size = len(TABLE)
        info.pax_headers = {
            "GNU.sparse.map": f"0,{len(TABLE)}",
            "GNU.sparse.size": str(1 << 50),
            "GNU.sparse.name": "sparse",
        }
        tar.addfile(info, io.BytesIO(TABLE))
        info = tarfile.TarInfo("b.csv")
        info.size = len(TABLE)
        tar.addfile(info, io.BytesIO(TABLE))
    papers, rejects = read(write("x.tar", packed.getvalue()))
    assert papers == ["x.tar/b.csv: Knots"]
    assert [reason.split(",")[0] for _, reason in rejects] == [
        *["a link"] * 2,
        *["a device or a pipe"] * 3,
        "of an unknown kind (b'Z')",
        "a sparse file",
    ]


def test_links_devices_encrypted_and_unknown_methods_of_a_zip_archive_are_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, mode in (("link", stat.S_IFLNK), ("device", stat.S_IFCHR), ("file", stat.S_IFREG)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (mode | 0o644) << 16
            archive.writestr(info, TABLE)
        archive.writestr("secret", TABLE)
        archive.writestr(zipfile.ZipInfo("lzma"), TABLE, zipfile.ZIP_LZMA)
    data = bytearray(packed.getvalue())
    at = data.rindex(b"secret")
    data[at - 46 + 8] |= 1
    papers, rejects = read(write("x.zip", bytes(data)))
    assert papers == ["x.zip/file: Knots"]
    assert rejects == [
        ("x.zip/link", "a link, which is not followed"),
        ("x.zip/device", "a device or a pipe, not a file"),
        ("x.zip/secret", "encrypted"),
        (
            "x.zip/lzma",
            "compressed by a method that is not read (number 14); stored, deflate and bzip2 are",
        ),
    ]


def test_a_damaged_member_costs_itself_alone() -> None:
    data = bytearray(zip_of({"a.csv": TABLE * 3, "b.csv": TABLE, "c.csv": TABLE}, zipfile.ZIP_STORED))
    data[data.index(b"Knots")] = ord("X")
    local = data.index(b"PK\x03\x04", 10)
    data[local + 30] = ord("z")  # a name that differs from the directory's
    papers, rejects = read(write("x.zip", bytes(data)))
    assert papers[-1] == "x.zip/c.csv: Knots"
    assert [file for file, _ in rejects] == ["x.zip/a.csv", "x.zip/b.csv"]
    assert all("damaged zip data" in reason for _, reason in rejects)


def test_a_member_damaged_in_the_middle_keeps_what_was_before() -> None:
    lines = b"".join(LINE % os.urandom(20).hex().encode() for _ in range(20_000))
    data = bytearray(zip_of({"a.jsonl": lines, "b.csv": TABLE}))
    data[300_000:300_050] = b"\xff" * 50
    papers, rejects = read(write("x.zip", bytes(data)))
    assert 5_000 < len(papers) and papers[-1] == "x.zip/b.csv: Knots"
    assert rejects[-1][0] == "x.zip/a.jsonl" and "damaged zip data" in rejects[-1][1]


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_zip_archive_cut_off_is_told(cut: float) -> None:
    data = zip_of(FILES)
    papers, rejects = read(write("x.zip", data[: int(len(data) * cut)]), write("b.csv", TABLE))
    assert papers == ["b.csv: Knots"]
    assert [(file, reason[:37]) for file, reason in rejects] == [("x.zip", "the zip archive is cut off or damaged")]


def test_a_tar_archive_cut_anywhere_keeps_what_was_before_and_says_so() -> None:
    data = tar_of(
        {"a.jsonl": LINE % b"One", "b.jsonl": (LINE % b"Two") * 100, "c.csv": TABLE}, format=tarfile.PAX_FORMAT
    )
    end = len(data.rstrip(b"\0"))
    for cut in range(512, end, 97):
        papers, rejects = read(write("x.tar", data[:cut]))
        assert rejects, cut
        assert papers == [] or papers[0] == "x.tar/a.jsonl: One"
    assert len(read(write("x.tar", data[: 512 + 512 + 512 + 1000]))[0]) > 10


def test_a_tar_archive_with_damage_between_members_says_so() -> None:
    data = bytearray(tar_of({"a.csv": TABLE, "b.csv": TABLE}))
    data[1024] ^= 0xFF
    papers, rejects = read(write("x.tar", bytes(data)))
    assert papers == ["x.tar/a.csv: Knots"]
    assert rejects == [("x.tar", "a damaged tar header; the members from there on were not read")]


def test_data_after_the_end_of_a_tar_archive_is_told() -> None:
    data = tar_of({"a.csv": TABLE})
    papers, rejects = read(write("x.tar", data + bytes(100_000) + data))
    assert papers == ["x.tar/a.csv: Knots"]
    assert rejects == [("x.tar", "there is data after the end of the tar archive; it was not read")]


def test_a_tar_member_with_an_absurd_header_is_refused() -> None:
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
    packed = tar_of({"a.csv": TABLE}).rstrip(b"\0")
    packed += bytes(-len(packed) % 512) + head.tobuf(tarfile.GNU_FORMAT) + bytes(5000)
    papers, rejects = read(write("x.tar", packed))
    assert papers == ["x.tar/a.csv: Knots"]
    assert [(file, "a tar header of" in reason) for file, reason in rejects] == [("x.tar", True)]


def test_a_size_below_nothing_in_a_tar_header_ends_the_archive() -> None:
    info = tarfile.TarInfo("b.csv")
    info.pax_headers = {"size": "-1048576"}
    packed = tar_of({"a.csv": TABLE}).rstrip(b"\0")
    packed += bytes(-len(packed) % 512) + info.tobuf(tarfile.PAX_FORMAT) + bytes(5000)
    papers, rejects = read(write("x.tar", packed))
    assert papers[0] == "x.tar/a.csv: Knots"
    assert rejects and len(rejects) < 5


@pytest.mark.parametrize("first", ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"])
def test_an_office_document_is_one_reject(first: str) -> None:
    papers, rejects = read(write("x.docx", zip_of({first: b"x", "word/document.xml": b"<x/>"})))
    assert papers == []
    assert rejects == [("x.docx", "an office document or a program package, not an archive of records")]


def test_an_archive_without_files_is_told() -> None:
    assert read(write("x.zip", zip_of({}))) == ([], [("x.zip", "the zip archive holds no files")])
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
    assert read(write("x.tar", packed.getvalue())) == ([], [("x.tar", "the tar archive holds no files")])


def test_a_zip_bomb_is_refused_in_bounded_memory_and_the_rest_is_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", TABLE)
        for number in range(3):
            with archive.open(f"bomb{number}.jsonl", "w") as member:
                member.write(LINE % b"One")
                for _ in range(100):
                    member.write(b" " * (1 << 20))
    write("x.zip", packed.getvalue())
    write("z.csv", TABLE)
    tracemalloc.start()
    papers, rejects = read("x.zip", "z.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert papers == ["x.zip/a.csv: Knots", "x.zip/bomb0.jsonl: One", "z.csv: Knots"]
    assert any("more than 250 times its size" in reason for _, reason in rejects)
    assert len(rejects) <= 3
    assert peak < 40 << 20


def test_a_bomb_of_overlapping_members_is_refused() -> None:
    """Many directory entries that share one run of bytes, as zbsm.zip has them."""
    data = zip_of({"a.jsonl": b" " * (4 << 20)})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, tail = data[at:end], bytearray(data[end:])
    count = 500
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * count).to_bytes(4, "little")
    papers, rejects = read(write("x.zip", data[:at] + entry * count + bytes(tail)))
    assert papers == []
    assert 0 < len(rejects) <= count


def test_a_zip_directory_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.readers.archives._LONGEST_DIRECTORY", 100)
    _, rejects = read(write("x.zip", zip_of({f"{n}.csv": TABLE for n in range(5)})))
    assert [(file, "unpack it" in reason) for file, reason in rejects] == [("x.zip", True)]


def test_memory_does_not_grow_with_the_number_of_tar_members() -> None:
    def peak(count: int) -> int:
        write("x.tar", tar_of({f"{n}.txt": b"words" for n in range(count)}))
        tracemalloc.start()
        seen = 0

        def count_reject(reject: Reject) -> None:
            nonlocal seen
            seen += 1

        list(read_inputs(["x.tar"], on_reject=count_reject))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert seen == count
        return top

    peak(10)
    assert peak(2000) < peak(100) + 200_000


def test_the_kind_is_told_by_content() -> None:
    assert archive_kind(zip_of({})) == archive_kind(zip_of({"a": b""})) == "zip"
    assert archive_kind(tar_of({"a": b""})) == "tar"
    assert archive_kind(tar_of({"a": b""}, format=tarfile.USTAR_FORMAT)) == "tar"
    for data in (b"", b"PK", b"x" * 600, bytes(1024), b"title,abstract\n" * 100):
        assert archive_kind(data) is None


def test_a_member_whose_start_is_damaged_says_what_is_wrong_with_it() -> None:
    data = bytearray(zip_of({"a.csv.gz": gzip.compress(TABLE)[:15], "b.csv": TABLE}, zipfile.ZIP_STORED))
    papers, rejects = read(write("x.zip", bytes(data)))
    assert papers == ["x.zip/b.csv: Knots"]
    assert rejects == [("x.zip/a.csv.gz", "the gzip stream is cut off; the records before the cut were kept")]


def test_system_tools_make_archives_that_are_read(here: Path) -> None:
    Path("in").mkdir()
    write("in/a.csv", TABLE)
    subprocess.run(["tar", "cf", "x.tar", "in"], check=True)
    assert read("x.tar") == (["x.tar/in/a.csv: Knots"], [])


@pytest.mark.parametrize("packed", [tar_of({"a.csv": TABLE, "b.csv": TABLE}), zip_of({"a.csv": TABLE, "b.csv": TABLE})])
def test_no_flipped_byte_gets_past_unnoticed_or_breaks_the_reading(packed: bytes) -> None:
    for at in range(0, min(len(packed), 3000), 7):
        data = bytearray(packed)
        data[at] ^= 0x55
        with FileInput(write("x", bytes(data))) as source:
            if archive_kind(source.head) is None:
                continue
        papers, rejects = read("x")
        assert len(papers) + len(rejects) >= 1
    assert zlib.crc32(packed)
