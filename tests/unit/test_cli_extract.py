"""``kg extract``."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.cli.progress import Stages

RECORDS = [
    {"id": "2401.00001", "title": "FooNet: Nets", "abstract": "We test FooNet on ImageNet with 8 A100 GPUs."},
    {"id": "2401.00002", "title": "BarNet", "abstract": "BarNet beats BERT. Code: https://github.com/a/b"},
]


def kg(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["extract", "--workers", "1", *args], input=input)


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    return str(path)


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_records_are_json_lines_on_stdout(source: str) -> None:
    result = kg(source)
    assert (result.exit_code, result.stderr) == (0, "")
    found = records(result.stdout)
    assert [(r["paper_id"], r["title"]) for r in found] == [
        ("2401.00001", "FooNet: Nets"),
        ("2401.00002", "BarNet"),
    ]
    assert {key for r in found for key in r} == {"paper_id", "title", "mentions"}


def test_offsets_of_a_record_are_those_of_its_fields(source: str) -> None:
    for record, given in zip(records(kg(source).stdout), RECORDS, strict=True):
        mentions = record["mentions"]
        assert isinstance(mentions, list)
        assert mentions
        for mention in mentions:
            assert given[mention["field"]][mention["start"] : mention["end"]] == mention["text"]


def test_standard_input(source: str) -> None:
    text = Path(source).read_text(encoding="utf-8")
    assert kg("-", input=text).stdout == kg(source).stdout


def test_records_into_a_file(tmp_path: Path, source: str) -> None:
    result = kg(source, "-o", str(tmp_path / "out.jsonl"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == kg(source, "-o", "-").stdout


def test_a_gzipped_file(tmp_path: Path, source: str) -> None:
    kg(source, "-o", str(tmp_path / "out.jsonl.gz"))
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()).decode() == kg(source).stdout


def test_a_text_is_shown_with_its_mentions() -> None:
    result = kg("--text", "We test BERT on ImageNet.")
    assert result.exit_code == 0
    assert "We test [BERT|Method] on [ImageNet|Dataset]." in result.stdout
    assert "\x1b" not in result.stdout


def test_a_text_gives_a_record_when_there_is_an_output(tmp_path: Path) -> None:
    result = kg("--text", "We test BERT.", "-o", "-")
    (record,) = records(result.stdout)
    assert (record["title"], str(record["paper_id"])[:6]) == ("", "title:")


@pytest.mark.parametrize("text", ["", " ", "\x1b[31mred\x07", "\u202e", "😀", "a\udcffb"])
def test_any_text_can_be_shown(text: str) -> None:
    result = kg("--text", text)
    assert result.exit_code == 0
    assert "(no mentions found)" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout


def test_papers_are_shown_one_after_the_other(source: str) -> None:
    blocks = kg(source, "--show").stdout.split("\n\n")
    assert len(blocks) == 2
    assert blocks[0].startswith("[FooNet|Method]: Nets\n")


def test_a_page(tmp_path: Path, source: str) -> None:
    result = kg(source, "--html", str(tmp_path / "page.html"))
    assert (result.exit_code, result.output) == (0, "")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count("<article>") == 2
    assert ">ImageNet</mark>" in text


def test_records_that_cannot_be_read_are_counted(tmp_path: Path, source: str) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n", encoding="utf-8")
    result = kg(source, str(bad))
    assert result.exit_code == 1
    assert len(records(result.stdout)) == 2
    assert result.stderr == "kg: 1 records could not be read (see them with --rejects FILE)\n"
    result = kg(str(bad), "--rejects", str(tmp_path / "rejects.jsonl"))
    assert result.stderr == f"kg: 1 records could not be read (see {tmp_path / 'rejects.jsonl'})\n"
    assert records((tmp_path / "rejects.jsonl").read_text())[0]["file"] == str(bad)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "give either INPUT files or --text"),
        (("a.jsonl", "--text", "x"), "give either INPUT files or --text"),
        (("--text", "x", "--show", "-o", "-"), "give one of --output, --show and --html"),
        (("--text", "x", "--html", "p.html", "-o", "-"), "give one of --output, --show and --html"),
        (("--text", "x", "--html", "p.html", "--show"), "give one of --output, --show and --html"),
        (("no-such-file.jsonl",), "no-such-file.jsonl"),
        (("--text", "x", "--config", "no-such.toml"), "cannot read the configuration no-such.toml"),
        (("--text", "x", "--seeds", "no-such-folder"), "no-such-folder"),
        (("--text", "x", "--workers", "-1"), "-1"),
        (("x.jsonl", "--map", "title"), "is not FIELD=COLUMN"),
        (("x.jsonl", "--map", "title=a", "--map", "title=b"), "title"),
        (("x.jsonl", "--map", "nonsense=a"), "nonsense"),
        (("x.jsonl", "--format", "nonsense"), "nonsense"),
        (("--text", "x", "-o", "/no/such/folder/x"), "/no/such/folder/x"),
        (("--text", "x", "--html", "/no/such/folder/x"), "/no/such/folder/x"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], message: str) -> None:
    result = kg(*args)
    assert result.exit_code in (2, 3)
    assert result.stdout == ""
    assert result.stderr.startswith("kg: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_columns_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("headline,summary\nFooNet: Nets,We test BERT.\n", encoding="utf-8")
    result = kg(str(tmp_path / "p.csv"), "--map", "title=headline", "--map", "abstract=summary")
    assert [r["title"] for r in records(result.stdout)] == ["FooNet: Nets"]


def test_components_and_seeds_come_from_the_configuration(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "methods.jsonl").write_text('{"name": "Zyx"}\n', encoding="utf-8")
    (tmp_path / "kg.toml").write_text('components = ["kg_links", "kg_cues"]\n', encoding="utf-8")
    config = ("--config", str(tmp_path / "kg.toml"))
    only_links = kg("--text", "BERT at https://a.example/b", *config).stdout
    assert "[https://a.example/b|Repository]" in only_links
    assert "BERT|" not in only_links
    (tmp_path / "kg.toml").write_text('components = ["kg_nonsense"]\n', encoding="utf-8")
    wrong = kg("--text", "BERT", *config)
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "kg_nonsense" in wrong.stderr


def test_the_example_of_the_help_works() -> None:
    text = CliRunner().invoke(cli, ["extract", "--help"]).stdout
    assert 'kg extract --text "We train GaLore on C4 with 8 NVIDIA A100 GPUs."' in " ".join(text.split())
    shown = kg("--text", "We train GaLore on C4 with 8 NVIDIA A100 GPUs.").stdout
    assert "GaLore|Method" in shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_for_each_stage_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Stages() as stages:
        tick = stages("reading", 0)
        tick(5)
        tick = stages("extracting", 10)
        tick(10)
        stages("publishing", 0)
    shown = terminal.getvalue()
    assert all(name in shown for name in ("reading", "extracting", "publishing", "10/10"))


def test_no_bar_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with Stages() as stages:
        stages("reading", 0)(5)
    assert pipe.getvalue() == ""


def test_a_text_with_bytes_that_are_no_text() -> None:
    script = Path(sys.executable).with_name("kg")
    done = subprocess.run([script, "extract", "--text", b"BERT \xff\xfe"], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    assert b"[BERT|Method]" in done.stdout
    assert done.stderr == b""
