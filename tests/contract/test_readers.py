"""What every reader must do. A new format needs its registry row and a sample in ``tests/samples``."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest

from kg.errors import RecordError
from kg.model import Paper
from kg.protocols import Input, Reader, ReadOptions, records_only
from kg.readers.inputs import detect_format, read_inputs
from kg.readers.streams import FileInput
from kg.registry import READERS
from kg.rejects import Reject
from tests.reading import samples_of

NAMES = READERS.names()
BINARY = frozenset({"parquet"})


def read(path: Path, name: str) -> list[Paper | RecordError]:
    with FileInput(str(path)) as source:
        return list(READERS.get(name).read(source, ReadOptions()))


@pytest.fixture(params=[(name, path) for name in NAMES for path in samples_of(name)], ids=lambda case: case[1].name)
def case(request: pytest.FixtureRequest) -> tuple[str, Path]:
    found: tuple[str, Path] = request.param
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_satisfies_the_protocol(name: str) -> None:
    reader = READERS.get(name)
    assert isinstance(reader, Reader)
    assert reader.name == name
    assert reader.description and "\n" not in reader.description
    assert all(ending.startswith(".") for ending in reader.extensions)


def test_content_alone_tells_the_format(case: tuple[str, Path], tmp_path: Path) -> None:
    name, path = case
    (tmp_path / "x").write_bytes(path.read_bytes())
    with FileInput(str(tmp_path / "x")) as source:
        assert detect_format(source) == name


def test_a_sample_is_of_no_other_format_but_perhaps_any_json(case: tuple[str, Path], tmp_path: Path) -> None:
    name, path = case
    (tmp_path / "x").write_bytes(path.read_bytes())
    with FileInput(str(tmp_path / "x")) as source:
        scores = {reader.name: reader.sniff(source) for reader in READERS}
    others = {other for other, score in scores.items() if score and other != name}
    assert others <= {"json", "jsonl"}
    assert all(scores[other] < scores[name] for other in others)


def test_a_sample_is_read_without_error_and_says_where_each_paper_stands(case: tuple[str, Path]) -> None:
    name, path = case
    items = read(path, name)
    papers = list(records_only(items))
    assert papers and len(papers) == len(items)
    assert all(paper.id and paper.title for paper in papers)
    positions = [source.position for paper in papers for source in paper.sources]
    assert positions == sorted(set(positions)) and positions[0] >= 1
    assert {(source.path, source.format) for paper in papers for source in paper.sources} == {(str(path), name)}


def test_reading_twice_gives_the_same(case: tuple[str, Path]) -> None:
    name, path = case
    assert read(path, name) == read(path, name)


def test_windows_line_ends_a_byte_order_mark_and_gzip_change_nothing(case: tuple[str, Path], tmp_path: Path) -> None:
    name, path = case
    data = path.read_bytes()
    if name not in BINARY:
        data = data.decode().replace("\n", "\r\n").encode("utf-8-sig")
    (tmp_path / "x").write_bytes(gzip.compress(data))
    with FileInput(str(tmp_path / "x")) as source:
        assert detect_format(source) == name
    plain = {"sources"}
    assert [p.model_dump(exclude=plain) for p in records_only(read(tmp_path / "x", name))] == [
        p.model_dump(exclude=plain) for p in records_only(read(path, name))
    ]


def test_a_sample_is_read_from_standard_input(case: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    name, path = case
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    rejects: list[Reject] = []
    papers = list(read_inputs(["-"], on_reject=rejects.append))
    assert not rejects
    assert [p.title for p in papers] == [p.title for p in records_only(read(path, name))]


def test_a_sample_cut_anywhere_loses_no_record_before_the_cut(case: tuple[str, Path], tmp_path: Path) -> None:
    name, path = case
    data = path.read_bytes()
    whole = [paper.title for paper in records_only(read(path, name))]
    for cut in range(0, len(data), max(1, len(data) // 40)):
        (tmp_path / "x").write_bytes(data[:cut])
        papers: list[Paper] = []
        try:
            with FileInput(str(tmp_path / "x")) as source:
                for item in READERS.get(name).read(source, ReadOptions()):
                    if isinstance(item, Paper):
                        papers.append(item)
        except RecordError:
            pass
        titles = [paper.title for paper in papers]
        assert titles[:-1] == whole[: len(titles) - 1 if titles else 0]


def test_an_input_is_an_input(tmp_path: Path) -> None:
    source: Input = FileInput(str(tmp_path / "x"))
    assert source.path.endswith("x")
