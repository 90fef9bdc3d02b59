from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import RecordError, ServiceError, UsageError
from kg.model import Paper
from kg.protocols import Input, ReadOptions
from kg.readers.inputs import detect_format, find_inputs, read_inputs
from kg.readers.streams import FileInput
from kg.registry import READERS
from kg.rejects import Reject

LINE = '{"title": "%s"}\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())


def read(*inputs: str, **options: object) -> tuple[list[Paper], list[Reject]]:
    rejects: list[Reject] = []
    papers = list(read_inputs(inputs, on_reject=rejects.append, **options))  # type: ignore[arg-type]
    return papers, rejects


def test_files_folders_and_globs_are_expanded_in_order_each_file_once(here: Path) -> None:
    for path in ("d/b.jsonl", "d/a.jsonl", "d/sub/c.jsonl", "d/.hidden", "d/.git/x", "e[1].txt", "f.txt"):
        write(path, "")
    found = [(item.path, item.named) for item in find_inputs(["f.txt", "d", "*.txt", "e[1].txt", "-"])]
    assert found == [
        ("f.txt", True),
        ("d/a.jsonl", False),
        ("d/b.jsonl", False),
        ("d/sub/c.jsonl", False),
        ("e[1].txt", True),
        ("-", True),
    ]


def test_globs_reach_into_folders(here: Path) -> None:
    for path in ("d/a/x.csv", "d/b/y.csv", "d/z.txt"):
        write(path, "")
    assert [item.path for item in find_inputs(["d/**/*.csv"])] == ["d/a/x.csv", "d/b/y.csv"]
    assert [item.path for item in find_inputs(["d/?"])] == ["d/a/x.csv", "d/b/y.csv"]


def test_what_is_no_file_in_a_folder_is_told_and_not_opened(here: Path) -> None:
    write("d/a.jsonl", LINE % "One")
    os.mkfifo("d/pipe")
    os.symlink("nowhere", "d/dangling")
    os.symlink(".", "d/itself")
    rejects: list[Reject] = []
    assert [paper.title for paper in read_inputs(["d"], on_reject=rejects.append)] == ["One"]
    assert [(reject.file, reject.reason) for reject in rejects] == [
        ("d/dangling", "is a link that leads nowhere"),
        ("d/itself", "is a link to a folder, which is not followed; name the folder itself"),
        ("d/pipe", "is a pipe, a socket or a device, which is read only where it is named"),
    ]


@pytest.mark.parametrize("name", ["none", "none*.txt", "nul\0", ""])
def test_an_input_that_names_nothing_is_a_wrong_use(here: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read(name)


def test_a_folder_that_cannot_be_read_is_a_wrong_use(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    Path("d").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match="cannot read the folder d: Permission denied"):
        read("d")


def test_papers_come_in_the_order_of_the_inputs_with_their_source(here: Path) -> None:
    write("a.jsonl", LINE % "One" + "{\n" + LINE % "Two")
    write("b.csv.gz", gzip.compress(b"title,abstract\nThree,x\n"))
    papers, rejects = read("a.jsonl", "b.csv.gz")
    assert [p.title for p in papers] == ["One", "Two", "Three"]
    assert [(s.path, s.format, s.position) for p in papers for s in p.sources] == [
        ("a.jsonl", "jsonl", 1),
        ("a.jsonl", "jsonl", 3),
        ("b.csv.gz", "csv", 2),
    ]
    assert [(r.file, r.position) for r in rejects] == [("a.jsonl", 2)]


def test_a_format_can_be_forced(here: Path) -> None:
    write("a", '{"title": "One",\n"abstract": ""}')
    assert [p.title for p in read("a", format="json")[0]] == ["One"]
    papers, rejects = read("a", format="jsonl")
    assert (papers, len(rejects)) == ([], 2)
    with pytest.raises(UsageError, match=r"unknown format 'xml'; known: acl, arxiv-atom, .*csv, .*json"):
        read("a", format="xml")


def test_columns_and_year_reach_the_reader(here: Path) -> None:
    write("a.csv", "headline,text\nOne,x\n")
    assert [p.title for p in read("a.csv", columns={"title": "headline"})[0]] == ["One"]
    with pytest.raises(UsageError, match="unknown field 'headline'"):
        read("a.csv", columns={"headline": "x"})
    write("page", "Jan 5\n\nA Title\n\n" + "Words. " * 50 + "\n\n  • 2 authors\nDec 30\n")
    assert [p.date for p in read("page", format="hf-papers", year=2024)[0]] == ["2023-12-30"]


@pytest.mark.parametrize("content", ["", "just some words\n"])
def test_a_named_file_in_no_known_format_is_a_wrong_use_found_at_the_start(here: Path, content: str) -> None:
    write("a.jsonl", LINE % "One")
    write("b.txt", content)
    with pytest.raises(UsageError, match=r"b\.txt is .*kg formats"):
        read_inputs(["a.jsonl", "b.txt"], on_reject=print)


def test_files_of_a_folder_in_no_known_format_are_rejected_one_by_one(here: Path) -> None:
    write("d/a.jsonl", LINE % "One")
    write("d/notes.txt", "just some words\n")
    write("d/empty", "")
    write("d/names.jsonl", '{"name": "ResNet"}\n{"name": "BERT"}\n')
    papers, rejects = read("d")
    assert [p.title for p in papers] == ["One"]
    assert [(r.file, r.position, r.reason[:21]) for r in rejects] == [
        ("d/empty", None, "is empty; see kg form"),
        ("d/names.jsonl", None, "is in no known format"),
        ("d/notes.txt", None, "is in no known format"),
    ]
    assert len(read("d", columns={"title": "name"})[0]) == 2


def test_a_file_of_a_folder_that_cannot_be_opened_is_rejected(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("d/a.jsonl", LINE % "One")
    write("d/b.jsonl", LINE % "Two")
    opened = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "a.jsonl":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    papers, rejects = read("d")
    assert [p.title for p in papers] == ["Two"]
    assert [(r.file, r.reason) for r in rejects] == [("d/a.jsonl", "cannot read d/a.jsonl: Permission denied")]
    with pytest.raises(UsageError, match="Permission denied"):
        read("d/a.jsonl")


def test_a_named_file_that_vanishes_while_others_are_read_is_said_to_be_missing(here: Path) -> None:
    write("a.jsonl", LINE % "One")
    write("b.jsonl", LINE % "Two")
    papers = read_inputs(["a.jsonl", "b.jsonl"], on_reject=print)
    next(papers)
    os.remove("b.jsonl")
    with pytest.raises(UsageError, match="cannot read b"):
        list(papers)


def test_a_truncated_gzip_is_rejected_after_what_could_be_read(here: Path) -> None:
    text = "".join(LINE % os.urandom(20).hex() for _ in range(5000)).encode()
    write("a.jsonl.gz", gzip.compress(text)[:-40_000])
    write("b.jsonl", LINE % "Two")
    papers, rejects = read("a.jsonl.gz", "b.jsonl")
    assert 1000 < len(papers) < 5001
    assert papers[-1].title == "Two"
    assert [(r.file, r.position, "cut off" in r.reason) for r in rejects] == [("a.jsonl.gz", None, True)]


def test_a_page_that_is_cut_off_loses_the_record_at_the_cut(here: Path, samples: Path) -> None:
    page = (samples / "hf-dots.txt").read_bytes() + os.urandom(4000).hex().encode()
    write("page.gz", gzip.compress(page)[:-1500])
    papers, rejects = read("page.gz")
    assert 1 <= len(papers) <= 4
    assert len(rejects) == 1


def test_standard_input_is_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress((LINE % "One").encode()))))
    papers, rejects = read("-")
    assert [(p.title, p.sources[0].path) for p in papers] == [("One", "-")]
    assert not rejects


def test_a_named_pipe_is_opened_once(here: Path) -> None:
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_text, args=((LINE % "One") * 20_000,))
    writer.start()
    papers, _ = read("pipe")
    writer.join()
    assert len(papers) == 20_000


class Odd:
    """A reader of somebody else's package."""

    name = "odd"
    description = "for tests"
    extensions = (".odd",)

    def __init__(self, failure: Exception | None, score: float = 0.0) -> None:
        self.failure = failure
        self.score = score

    def sniff(self, source: Input) -> float:
        return self.score

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        yield Paper(id="x", title="One")
        if self.failure:
            raise self.failure


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> dict[str, Odd]:
    loaded: dict[str, Odd] = {}
    monkeypatch.setattr(READERS, "_loaded", loaded)
    monkeypatch.setattr(READERS, "_targets", {"odd": "", "even": ""})
    loaded["odd"] = Odd(None)
    loaded["even"] = Odd(None)
    return loaded


def test_a_reader_that_fails_costs_its_file_alone(here: Path, odd: dict[str, Odd]) -> None:
    write("a", "x")
    odd["odd"] = Odd(ZeroDivisionError("by zero"))
    papers, rejects = read("a", format="odd")
    assert [p.title for p in papers] == ["One"]
    assert [r.reason for r in rejects] == ["the reader odd failed: ZeroDivisionError: by zero"]


def test_an_error_meant_for_the_user_passes(here: Path, odd: dict[str, Odd]) -> None:
    write("a", "x")
    odd["odd"] = Odd(ServiceError("the disk is full"))
    with pytest.raises(ServiceError):
        read("a", format="odd")


def test_two_readers_equally_sure_ask_the_user(here: Path, odd: dict[str, Odd]) -> None:
    write("a", "x")
    odd["odd"], odd["even"] = Odd(None, 0.5), Odd(None, 0.5)
    odd["even"].name = "even"
    with FileInput("a") as source, pytest.raises(UsageError, match="a could be even or odd; say which with --format"):
        detect_format(source)


def test_a_file_name_that_is_no_utf8_is_read_and_shown_escaped(here: Path) -> None:
    name = os.fsdecode(b"d/caf\xe9.jsonl")
    write(name, (LINE % "One") + "{")
    for given in (name, "d"):
        papers, rejects = read(given)
        assert [p.sources[0].path for p in papers] == ["d/caf\\xe9.jsonl"]
        assert [r.file for r in rejects] == ["d/caf\\xe9.jsonl"]
