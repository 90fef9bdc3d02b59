from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Paper
from kg.protocols import ReadOptions
from kg.readers.front_matter import READER
from kg.readers.streams import FileInput
from tests.reading import read_file, read_text, sniffed


def one(folder: Path, text: str) -> Paper:
    papers, errors = read_text(folder, READER, text)
    assert not errors
    return papers[0]


def problem(folder: Path, text: str | bytes) -> str:
    papers, errors = read_text(folder, READER, text)
    assert (papers, len(errors), errors[0][0]) == ([], 1, 1)
    return errors[0][1]


def test_the_sample_of_a_note(samples: Path) -> None:
    papers, errors = read_file(samples / "front-matter-note.md", READER)
    assert not errors
    paper = papers[0]
    assert paper.title == "TideNet: A Net for O(n) Tides"
    assert paper.abstract == (
        "We present TideNet, a net for tides (code), trained on TideBank with BERT and 8 A100 GPUs. It is fast. "
        "It is small: https://example.org/tidenet."
    )
    assert paper.authors == ("Jörg Müller", "Maja Lind")
    assert (paper.date, paper.doi, paper.arxiv_id) == ("2031-05-17", "10.1234/tide.3", "2010.10010")
    assert (paper.keywords, paper.links) == (("nets", "tides"), ("https://github.com/example/tidenet",))


def test_the_sample_of_plain_text(samples: Path) -> None:
    papers, errors = read_file(samples / "front-matter-draft.txt", READER)
    assert not errors
    assert papers[0].abstract == "We read clocks that have no hands, with ClockNet."
    assert papers[0].authors == ("Ada Lovelace", "Alan Turing", "Grace Hopper")
    assert papers[0].date == "2030"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: A\n---\nThe body.\n", "The body."),
        ("---\ntitle: A\nsummary: Short.\n---\nThe body.", "The body."),
        ("---\ntitle: A\nsummary: Short.\n---\n", "Short."),
        ("---\ntitle: A\nabstract: Own.\nsummary: Short.\n---\nThe body.", "Own."),
        ("---\ntitle: A\nabstract: null\n---\nx\n\nAbstract\n--------\nIn here.\n\nOther\n=====\nNot.", "In here."),
        ("---\ntitle: A\n---\n# **Abstract:** #\nIn here.", "In here."),
        ("---\ntitle: A\n---\n" + "word " * 50_000, ""),
        ("---\ntitle: A\nsummary: Short.\n---\n" + "word " * 50_000, "Short."),
        (
            "---\ntitle: A\n---\n```python\nx = 1\n```\n<!-- no -->Words.<br/>More &amp; $x^2$.\n***\n> quoted\n1. one",
            None,
        ),
    ],
)
def test_abstracts(tmp_path: Path, text: str, expected: str | None) -> None:
    assert one(tmp_path, text).abstract == ("Words. More & x². quoted one" if expected is None else expected)


def test_markdown_loses_its_marks_and_nothing_else(tmp_path: Path) -> None:
    body = (
        '**Bold _and_ italic** snake_case_name 2*3*4 *x*, [text](https://example.org/a "t") [ref][1] ![img](a.png) '
        "``code`` <https://example.org/b> [@cite2030] a[^2] <mask>"
    )
    assert one(tmp_path, f"---\ntitle: A\n---\n{body}").abstract == (
        "Bold and italic snake_case_name 2*3*4 x, text ref code https://example.org/b a <mask>"
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ndate: 2030\n---\n# The Title #\nx", "The Title"),
        ("---\ndate: 2030\n---\nThe Title\n=========\nx\n# Other", "The Title"),
        ("---\ntitle: 2030\n---\n", "2030"),
        ("---\ntitle: NO\n---\n", "NO"),
        ("---\ntitle: !!python/object/apply:os.system ['exit 1']\n---\n", "exit 1"),
        ('---\ntitle: "A \\"quoted\\" one"\n...\n', 'A "quoted" one'),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str) -> None:
    assert one(tmp_path, text).title == title


def test_chosen_columns(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\nheadline: Boats\ntitle: No\nwhat: Small.\n---\nThe body.")
    with FileInput(str(tmp_path / "x.md")) as source:
        items = list(READER.read(source, ReadOptions({"title": "headline", "abstract": "what"})))
    assert [(item.title, item.abstract) for item in items if isinstance(item, Paper)] == [("Boats", "The body.")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no block at all", "no front matter"),
        ("---\ntitle: A\nnever closed", "no front matter"),
        ("---\n- a\n- b\n---\n", "front matter that is no list of keys"),
        ("---\n---\n", "front matter that is no list of keys"),
        ("---\ntitle: [a\n---\n", "not YAML: "),
        ("---\ntitle: a: b\n---\n", "not YAML: mapping values are not allowed here in line 2"),
        ("---\ntitle: \x07\n---\n", "not YAML"),
        ("---\na: &x [1]\ntitle: *x\n---\n", "front matter with an alias"),
        ("---\ntitle: " + "[" * 100 + "]" * 100 + "\n---\n", "front matter with an alias, or nested"),
        ("---\ntitle: A\nx: " + "y" * 200_000 + "\n---\n", "front matter of more than"),
        ("---\ntitle: {a: b}\n---\n", "title is a JSON object"),
        ("---\ntitle: A\nabstract: {a: b}\n---\n", "abstract is a JSON object"),
        ("---\n? [a, b]\n: c\n---\n", "not YAML: found unhashable key"),
        ("---\ndate: 2030\n---\nNo title.", "no title"),
        ("---\n" + "x: y\n" * (1 << 22), "a file of more than"),
    ],
)
def test_a_file_that_is_no_paper_is_one_reject(tmp_path: Path, text: str, reason: str) -> None:
    assert problem(tmp_path, text).startswith(reason)


def test_bytes_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    assert problem(tmp_path, b"---\ntitle: A\n---\ncaf\xe9") == "not UTF-8"


def test_a_hostile_body_takes_little_time(tmp_path: Path) -> None:
    for piece in ("<!--", "```\n", "[", "![](", "*a", "- ", "# # ", "`", "<http://", "[^"):
        one(tmp_path, "---\ntitle: A\n---\n" + piece * (100_000 // len(piece)))


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("---\ntitle: A\n---\n", 0.96),
        ("---\nTitle : A\n---\n", 0.96),
        ("---\ndate: 2030\n---\n# A\n", 0.6),
        ("---\ndate: 2030\n---\nA\n", 0.2),
        ("---\ntitle: A\n" + "x: y\n" * 20_000, 0.6),
        ("---\ntitle: A\n", 0.0),
        ("--- a\n", 0.0),
        ("", 0.0),
    ],
)
def test_it_is_told_by_its_block(tmp_path: Path, text: str, score: float) -> None:
    assert sniffed(tmp_path, READER, text) == score
