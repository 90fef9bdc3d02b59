"""``kg build``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.workspace import Workspace

RECORDS = [
    {"id": "2401.00001", "title": "FooNet: Nets", "abstract": "We test FooNet on ImageNet with 8 A100 GPUs."},
    {"id": "2401.00002", "title": "BarNet", "abstract": "BarNet beats BERT. Code: https://github.com/a/b"},
]


def kg(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["build", "--workers", "1", *args], input=input)


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "papers.jsonl"
    path.write_text(lines(*RECORDS), encoding="utf-8")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "graph")


def summary(result: Result) -> dict[str, str]:
    rows: dict[str, str] = {}
    label = ""
    for line in result.stdout.splitlines():
        label = line[:12].strip() or label
        rows[label] = (rows.get(label, "") + " " + line[12:].strip()).strip()
    return rows


def test_a_build_writes_a_workspace_and_sums_it_up(source: str, folder: str) -> None:
    result = kg(source, "-o", folder)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = summary(result)
    assert rows["read"].startswith("2 records: 2 new papers")
    assert rows["extracted"] == "2 papers"
    assert "Paper 2" in rows["nodes"]
    assert "EVALUATES_ON 1" in rows["edges"]
    assert rows["workspace"] == folder
    graph = Workspace(folder).graph()
    assert f"{len(graph):,} nodes, {graph.relation_count:,} edges" in rows["graph"]


def test_a_second_build_says_that_nothing_is_new(source: str, folder: str) -> None:
    kg(source, "-o", folder)
    rows = summary(kg(source, "-o", folder))
    assert rows["extracted"] == "0 papers (nothing new)"
    assert rows["graph"].endswith("(unchanged)")


def test_more_inputs_are_added(tmp_path: Path, source: str, folder: str) -> None:
    kg(source, "-o", folder)
    more = lines({"id": "2402.00001", "title": "BazNet", "abstract": "BazNet beats BERT."})
    rows = summary(kg("-", "-o", folder, input=more))
    assert rows["extracted"] == "1 papers"
    assert "Paper 3" in rows["nodes"]


def test_records_of_one_paper_are_merged(source: str, folder: str) -> None:
    again = lines({"id": "arXiv:2401.00001v2", "title": "FooNet: Nets", "venue": "A conference"})
    rows = summary(kg(source, "-", "-o", folder, input=again))
    assert "Paper 2" in rows["nodes"]
    venues = {paper.name: paper.properties.get("venue") for paper in Workspace(folder).graph().entities("Paper")}
    assert venues == {"FooNet: Nets": "A conference", "BarNet": None}


def test_what_cannot_be_read_goes_to_the_rejects_of_the_workspace(tmp_path: Path, source: str, folder: str) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n" + lines({"title": "Good"}), encoding="utf-8")
    result = kg(source, str(bad), "-o", folder)
    rejects = Path(folder) / "rejects.jsonl"
    assert result.exit_code == 1
    assert result.stderr == f"kg: 1 records could not be read (see {rejects})\n"
    assert "1 rejected" in summary(result)["read"]
    assert [json.loads(line)["position"] for line in rejects.read_text().splitlines()] == [1]
    assert "Paper 3" in summary(result)["nodes"]


def test_rejects_can_go_elsewhere(tmp_path: Path, folder: str) -> None:
    result = kg("-", "-o", folder, "--rejects", str(tmp_path / "r.jsonl"), input="{\n")
    assert result.exit_code == 1
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("-o", "graph"), "Missing argument 'INPUT...'"),
        (("papers.jsonl",), "Missing option '-o'"),
        (("no-such-file.jsonl", "-o", "graph"), "no-such-file.jsonl"),
        (("papers.jsonl", "-o", "papers.jsonl"), "papers.jsonl"),
        (("papers.jsonl", "-o", "graph", "--config", "no.toml"), "cannot read the configuration no.toml"),
        (("papers.jsonl", "-o", "graph", "--year", "12"), "12"),
        (("papers.jsonl", "-o", "other"), "other"),
        (("papers.jsonl", "-o", "graph", "--rejects", "no/such/r.jsonl"), "no/such/r.jsonl"),
    ],
)
def test_wrong_use_is_one_line(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], message: str
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("do not touch")
    monkeypatch.chdir(tmp_path)
    result = kg(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("kg: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert (tmp_path / "other" / "thesis.txt").read_text() == "do not touch"


def test_the_help_ends_with_an_example_that_works(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = CliRunner().invoke(cli, ["build", "--help"]).stdout
    assert "kg build papers.jsonl -o graph" in text
    assert kg("papers.jsonl", "-o", "graph").exit_code == 0


# Keeping a workspace up to date


def titles(folder: str) -> set[str]:
    return {paper.name for paper in Workspace(folder).graph().entities("Paper")}


def export_of(folder: str) -> bytes:
    with Workspace(folder).open_graph() as exported:
        return exported.read()


@pytest.mark.parametrize("name", ["arxiv:2401.00002", "arXiv:2401.00002v3", "https://arxiv.org/abs/2401.00002"])
def test_a_removed_paper_takes_its_evidence_along(name: str, source: str, folder: str, tmp_path: Path) -> None:
    kg(source, "-o", folder)
    result = kg("-o", folder, "--remove", name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert summary(result)["removed"] == "1 papers"
    (tmp_path / "one.jsonl").write_text(lines(RECORDS[0]), encoding="utf-8")
    kg(str(tmp_path / "one.jsonl"), "-o", str(tmp_path / "fresh"))
    assert export_of(folder) == export_of(str(tmp_path / "fresh"))


def test_a_removed_paper_comes_back_with_an_input_that_has_it(source: str, folder: str) -> None:
    kg(source, "-o", folder)
    before = export_of(folder)
    kg(source, "-o", folder, "--remove", "2401.00002")
    assert titles(folder) == {RECORDS[0]["title"]}
    kg(source, "-o", folder)
    assert export_of(folder) == before


def test_a_paper_is_found_by_the_doi_of_any_of_its_records(tmp_path: Path, folder: str) -> None:
    records = [
        {"title": "One Paper", "abstract": "On ImageNet.", "doi": "10.1234/a", "arxiv_id": "2403.00001"},
        {"title": "Another Paper", "abstract": "On BERT.", "doi": "10.1234/b"},
    ]
    kg("-", "-o", folder, input=lines(*records))
    assert kg("-o", folder, "--remove", "https://doi.org/10.1234/A").exit_code == 0
    assert titles(folder) == {"Another Paper"}


def test_a_name_that_no_paper_has_is_said_and_the_rest_is_done(source: str, folder: str) -> None:
    kg(source, "-o", folder)
    result = kg("-o", folder, "--remove", "10.9/none", "--remove", "x\x1b", "--remove", "arxiv:2401.00001")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "kg: there is no paper '10.9/none' to remove",
        "kg: there is no paper 'x\\\\x1b' to remove",
    ]
    assert titles(folder) == {"BarNet"}


def test_prune_leaves_what_the_inputs_have(tmp_path: Path, source: str, folder: str) -> None:
    kg(source, "-o", folder)
    changed = RECORDS[1] | {"abstract": "BarNet."}
    (tmp_path / "papers.jsonl").write_text(lines(changed), encoding="utf-8")
    rows = summary(kg(source, "-o", folder, "--prune"))
    assert (rows["removed"], rows["extracted"]) == ("1 papers", "1 papers")
    (paper,) = Workspace(folder).graph().entities("Paper")
    assert paper.properties["abstract"] == "BarNet."
    kg(source, "-o", str(tmp_path / "fresh"))
    assert export_of(folder) == export_of(str(tmp_path / "fresh"))
    rows = summary(kg(source, "-o", folder, "--prune"))
    assert "removed" not in rows
    assert rows["graph"].endswith("(unchanged)")


def test_nothing_is_pruned_when_an_input_cannot_be_read_completely(tmp_path: Path, source: str, folder: str) -> None:
    kg(source, "-o", folder)
    (tmp_path / "papers.jsonl").write_text(lines(RECORDS[0]) + "{torn", encoding="utf-8")
    result = kg(source, "-o", folder, "--prune")
    assert result.exit_code == 1
    assert result.stderr.endswith(", so nothing was pruned\n")
    assert len(titles(folder)) == 2


@pytest.mark.parametrize("options", [(), ("--prune",), ("--prune", "--remove", "x")])
def test_inputs_are_needed_unless_papers_are_only_removed(options: tuple[str, ...], folder: str) -> None:
    result = kg("-o", folder, *options)
    assert result.exit_code == 2
    assert "Missing argument" in result.stderr
    assert not Path(folder).exists()
