"""The commands that read a workspace: query, stats, show, search, path, export."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.assemble import assemble
from kg.cli.main import cli
from kg.cli.tables import safe
from kg.exporters.jsonl import EXPORTER, lines_of
from kg.model import Paper, Source
from kg.workspace import Workspace
from tests.graphs import FINGERPRINT, FIRST, ITEMS, VOCABULARY, extraction, mention

HOSTILE = Paper(
    id="doi:10.1234/hostile",
    doi="10.1234/hostile",
    title="=cmd|' /C calc'!A0 \x1b[31mred\x1b[0m \u202etfel [bold]Evil[/bold]",
    abstract="Evil uses \x1b]0;title\x07 sequences and Zeta. " + "Word " * 60 + "Zeta on the Zeta data.",
    authors=("-Dash Person",),
)
TWIN = [
    mention(HOSTILE, "Method", "Evil", "introduced"),
    mention(HOSTILE, "Method", "Zeta", "used"),
    mention(HOSTILE, "Method", "Zeta", "used", nth=1),
    mention(HOSTILE, "Dataset", "Zeta", "used", nth=2),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = Workspace(tmp_path_factory.mktemp("cli") / "graph")
    with made.lock():
        items = [*ITEMS, (HOSTILE, extraction(HOSTILE, *TWIN))]
        made.add_papers(paper for paper, _ in items)
        made.add_extractions(found for _, found in items)
        graph = assemble(made.items(FINGERPRINT), VOCABULARY)
        made.publish(graph, {"fingerprint": FINGERPRINT, "counts": {"records": 4, "papers": 4}})
    return str(made.folder)


def kg(*arguments: str, code: int = 0, stdin: str | None = None, columns: int = 100) -> Result:
    result = CliRunner().invoke(cli, arguments, input=stdin, env={"COLUMNS": str(columns)})
    assert result.exit_code == code, result.output
    return result


def assert_harmless(text: str, columns: int = 100) -> None:
    """No control character, no override of direction, no line beyond the width."""
    assert not set(text) & {chr(n) for n in (*range(10), *range(11, 32), 0x7F, 0x202E)}
    assert max(map(len, text.splitlines()), default=0) <= columns


NAMES = "MATCH (p:Paper)-[r:RUNS_ON]->(h:Hardware) RETURN p.name AS paper, r.count, h ORDER BY paper"


# query


def test_query_writes_a_table_for_people(folder: str) -> None:
    result = kg("query", folder, NAMES)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["paper", "r.count", "h"]
    assert lines[1].endswith("8        (:Hardware A100)")
    assert len(lines) == 3
    assert result.stderr == "2 rows\n"


def test_query_writes_json_jsonl_and_csv_for_programs(folder: str) -> None:
    query = "MATCH (m:Method {name: 'FooNet'}) RETURN m.name AS name, m.kind AS kind, m.aliases AS aliases, 1.5 AS x"
    record: dict[str, object] = {"name": "FooNet", "kind": None, "aliases": [], "x": 1.5}
    assert json.loads(kg("query", folder, query, "--format", "json").stdout) == [record]
    assert json.loads(kg("query", folder, query, "--format", "jsonl").stdout) == record
    assert kg("query", folder, query, "--format", "csv").stdout == "name,kind,aliases,x\nFooNet,,[],1.5\n"
    assert kg("query", folder, query, "--format", "csv").stderr == ""


def test_query_takes_parameters_as_json_or_text(folder: str) -> None:
    query = "RETURN $a AS a, $b AS b, $c AS c"
    found = kg("query", folder, query, "--param", "a=1", "--param", "$b=x=y", "--param", 'c=["z"]', "--format", "jsonl")
    assert json.loads(found.stdout) == {"a": 1, "b": "x=y", "c": ["z"]}
    assert "NAME=VALUE" in kg("query", folder, query, "--param", "nothing", code=2).stderr


def test_query_reads_a_file_or_standard_input(folder: str, tmp_path: Path) -> None:
    (tmp_path / "q.cypher").write_text("RETURN 1 AS one;\n", encoding="utf-8")
    (tmp_path / "latin").write_bytes(b"\xff")
    from_file = kg("query", folder, "--file", str(tmp_path / "q.cypher"), "--format", "jsonl")
    assert from_file.stdout == kg("query", folder, "-", "--format", "jsonl", stdin="RETURN 1 AS one").stdout
    assert "give a query" in kg("query", folder, code=2).stderr
    assert "give a query" in kg("query", folder, "RETURN 1", "--file", "x", code=2).stderr
    assert "cannot read the query" in kg("query", folder, "--file", str(tmp_path / "missing"), code=2).stderr
    assert "cannot read the query" in kg("query", folder, "--file", str(tmp_path / "latin"), code=2).stderr


@pytest.mark.parametrize(
    ("query", "code"),
    [("MATCH (n", 2), ("CREATE (:Method {id: 'x'})", 2), ("MATCH (n:Nothing) RETURN n", 2), ("RETURN $x", 2)],
)
def test_a_wrong_query_is_one_line_on_stderr(query: str, code: int, folder: str) -> None:
    result = kg("query", folder, query, code=code)
    assert result.stdout == ""
    assert result.stderr.startswith("kg: ")
    assert result.stderr.count("\n") == 1


def test_a_query_over_its_time_ends_with_3(folder: str) -> None:
    slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)"
    assert "longer than 0.1 s" in kg("query", folder, slow, "--timeout", "0.1", code=3).stderr


def test_a_table_obeys_no_text_of_a_paper(folder: str) -> None:
    returned = "p, p.name, r, r.sentences, m.name, p.name AS `x\x1b[2J`"
    query = f"MATCH (p:Paper {{id: 'doi:10.1234/hostile'}})-[r]->(m) RETURN {returned}"
    for columns in (80, 120):
        output = kg("query", folder, query, columns=columns).stdout
        assert_harmless(output, columns)
        assert "[bold]" in output.replace("\n", "")


def test_csv_cells_are_no_formulas(folder: str) -> None:
    query = "UNWIND ['=1+1', '+1', '-1', '@x', '\\tx', 'fine', '＝1'] AS t RETURN t AS `=t`, -1 AS n, ['=x'] AS l"
    rows = list(csv.reader(StringIO(kg("query", folder, query, "--format", "csv").stdout)))
    assert rows[0] == ["'=t", "n", "l"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "fine", "'＝1"]
    assert rows[1][1:] == ["-1", '["=x"]']


def test_values_are_shown_plainly() -> None:
    assert [safe(value) for value in (None, True, False, 0.1 + 0.2, 3, [1, "a"], {"a": 1})] == [
        "",
        "true",
        "false",
        "0.3",
        "3",
        "1, a",
        '{"a": 1}',
    ]
    assert safe({"label": "USES", "confidence": 1.0}) == "[:USES]"
    assert safe({"label": "Method", "id": "x", "name": "\x1b"}) == "(:Method \\x1b)"


# stats


def test_stats_count_and_name_the_most_frequent(folder: str) -> None:
    output = kg("stats", folder, "--top", "1").stdout
    assert output.startswith("4 records, 4 papers, ")
    assert "\n  ResNet-50" not in output
    assert "2  ResNet-50  method:resnet50" in output
    assert "Author, by number of papers" in output
    assert_harmless(output)


def test_stats_without_top_entities(folder: str) -> None:
    assert "by number of papers" not in kg("stats", folder, "--top", "0").stdout


def test_stats_for_programs(folder: str) -> None:
    found = json.loads(kg("stats", folder, "--format", "json", "--top", "1").stdout)
    assert found["counts"]["entities"]["Paper"] == 4
    assert found["top"]["Hardware"] == [{"id": "hardware:a100", "name": "A100", "papers": 2}]
    rows = list(csv.DictReader(StringIO(kg("stats", folder, "--format", "csv").stdout)))
    assert {"what": "entities", "type": "Paper", "id": "", "name": "", "count": "4"} in rows
    assert {"what": "records", "type": "", "id": "", "name": "", "count": "4"} in rows
    assert rows[-1]["what"] == "top"


# show


def test_show_tells_all_about_an_entity(folder: str) -> None:
    output = kg("show", folder, "a100").stdout
    assert output.splitlines()[:5] == [
        "A100  (Hardware, gpu)",
        "  id          hardware:a100",
        "  aliases     A100 GPUs, NVIDIA A100",
        "  memory_gb   40",
        "  made by     NVIDIA",
    ]
    assert "RUNS_ON (2)" in output
    assert "[arxiv:2401.00001]  count 8\n      “It trains on ImageNet-1k with 8 A100 GPUs.”" in output
    assert "Used together with\n  2  Dataset  ImageNet-1k" in output


def test_show_limits_the_papers_it_lists(folder: str) -> None:
    output = kg("show", folder, "A100", "--limit", "1").stdout
    assert "… 1 more (--limit)" in output
    assert "Training FooNet-XL" not in output


def test_show_variants_and_parents(folder: str) -> None:
    assert "  variants    ResNet-50\n" in kg("show", folder, "ResNet").stdout
    assert "  variant of  ResNet\n" in kg("show", folder, "ResNet-50").stdout
    assert "  products    A100\n" in kg("show", folder, "organization:nvidia").stdout


def test_show_a_paper_and_hostile_text(folder: str) -> None:
    output = kg("show", folder, HOSTILE.id, columns=80).stdout
    assert "Evil" in output
    assert "and 1 more" in output
    assert_harmless("\n".join(output.splitlines()[1:]), 80)
    assert "Used together" not in output
    assert "upvotes     7" in kg("show", folder, FIRST.id).stdout


def test_show_many_aliases_in_short() -> None:
    from kg.cli.show import _lines
    from kg.lookup import Profile

    found = Profile("method:x", "Method", "X", [f"X{n}" for n in range(20)], True, None, {})
    assert list(_lines(found, 1))[-1].endswith("and 8 more")


def test_show_for_programs(folder: str) -> None:
    found = json.loads(kg("show", folder, "A100", "--json").stdout)
    assert found["id"] == "hardware:a100"
    assert found["uses"][0]["other"]["id"] == FIRST.id
    assert found["uses"][0]["evidence"][0]["start"] == 80


def test_an_ambiguous_name_is_listed(folder: str) -> None:
    result = kg("show", folder, "zeta", code=2)
    assert "names 2 entities; give the id of one: dataset:zeta (Zeta); method:zeta (Zeta)" in result.stderr
    assert "no entity" in kg("show", folder, "quux", code=2).stderr


# search


def test_search_lists_the_best_first(folder: str) -> None:
    lines = kg("search", folder, "resnet").stdout.splitlines()
    assert lines[0].split() == ["type", "name", "matched", "papers", "id"]
    assert [line.split()[-1] for line in lines[1:]] == ["method:resnet", "method:resnet50"]


def test_search_by_type_and_limit_and_for_programs(folder: str) -> None:
    rows = kg("search", folder, "zeta", "--type", "dataset", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(row)["id"] for row in rows] == ["dataset:zeta"]
    assert len(kg("search", folder, "e", "--limit", "3", "--format", "jsonl").stdout.splitlines()) == 3
    assert "is not one of Paper" in kg("search", folder, "e", "--type", "Thing", code=2).stderr


def test_search_without_a_find_says_so(folder: str) -> None:
    result = kg("search", folder, "quux", "--format", "json")
    assert json.loads(result.stdout) == []
    assert result.stderr == "nothing found for 'quux'\n"
    assert "nothing to search" in kg("search", folder, " ", code=2).stderr


# path


def test_path_shows_each_step_with_its_sentence(folder: str) -> None:
    assert kg("path", folder, "FooNet", "a100").stdout.splitlines() == [
        "FooNet  (Method, method:foonet)",
        "  <─ INTRODUCES ──",
        "     “FooNet: Residual Networks Revisited”",
        "FooNet: Residual Networks Revisited  (Paper, arxiv:2401.00001)",
        "  ── RUNS_ON ─>",
        "     “It trains on ImageNet-1k with 8 A100 GPUs.”",
        "A100  (Hardware, hardware:a100)",
    ]


def test_path_for_programs(folder: str) -> None:
    lines = kg("path", folder, "FooNet", "a100", "--json").stdout.splitlines()
    assert [json.loads(line)["relation"] for line in lines] == ["INTRODUCES", "RUNS_ON"]


def test_path_through_types(folder: str) -> None:
    through = ("--through", "paper", "--through", "author")
    assert "Bo Sample" in kg("path", folder, "Ada Example", "Cy Probe", *through).stdout
    result = kg("path", folder, "Ada Example", "Cy Probe", "--through", "paper", code=1)
    assert result.stdout == ""
    assert "no path within 8 hops" in result.stderr


def test_path_to_itself(folder: str) -> None:
    assert "the same entity" in kg("path", folder, "a100", "A100").stderr


# export


def test_export_writes_a_file_or_standard_output(folder: str, tmp_path: Path) -> None:
    target = tmp_path / "graph.jsonl.gz"
    assert kg("export", "jsonl", folder, "-o", str(target)).output == ""
    graph = Workspace(folder).graph()
    assert EXPORTER.read_back(target) == graph
    assert kg("export", "jsonl", folder, "-o", "-").stdout_bytes.decode() == "".join(lines_of(graph))


def test_export_lists_its_formats_and_refuses_others(folder: str) -> None:
    assert "jsonl" in kg("export", "--help").stdout
    assert "Example:" in kg("export", "jsonl", "--help").stdout
    assert "No such command" in kg("export", "nothing", folder, "-o", "x", code=2).stderr


def test_export_to_a_full_disk_ends_with_3(folder: str) -> None:
    assert "No space left" in kg("export", "jsonl", folder, "-o", "/dev/full", code=3).stderr


# all


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "{}", "RETURN 1"),
        ("stats", "{}"),
        ("show", "{}", "x"),
        ("search", "{}", "x"),
        ("path", "{}", "a", "b"),
        ("export", "jsonl", "{}", "-o", "-"),
    ],
)
def test_what_is_no_workspace_is_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = kg(*(argument.format(tmp_path / "missing") for argument in arguments), code=2)
    assert "is not a workspace: kg build INPUT -o" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["query", "stats", "show", "search", "path", "export"])
def test_every_help_ends_with_an_example(command: str) -> None:
    output = kg(command, "--help").stdout
    assert output.strip().splitlines()[-1].strip().startswith("Example:  kg ")


def test_a_closed_pipe_ends_a_command_quietly(folder: str) -> None:
    code = "import sys; from kg.cli.main import main; main()"
    query = "UNWIND range(1, 200000) AS n RETURN n"
    command = f"{sys.executable} -c '{code}' query {folder} '{query}' --format jsonl | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ('{"n": 1}\n', "")


# where a paper was read

_SOURCES = [Source(path=f"\x1b[31m{name}.jsonl", format=name, position=3) for name in ("crossref", "openalex")]
_MERGED = [
    FIRST.model_copy(update={"venue": "Harbours", "sources": (_SOURCES[0],), "identifiers": ("pmid:17",)}),
    FIRST.model_copy(update={"venue": "Ports \u202e" + "x" * 400, "sources": (_SOURCES[1],)}),
]


@pytest.fixture
def merged_folder(tmp_path: Path) -> Path:
    made = Workspace(tmp_path / "graph")
    with made.lock():
        made.add_papers(_MERGED)
        made.add_extractions([extraction(FIRST)])
        made.publish_papers(FINGERPRINT, VOCABULARY, {})
    return made.folder


def test_show_tells_where_each_value_of_a_paper_is_from(merged_folder: Path) -> None:
    output = kg("show", str(merged_folder), FIRST.id, "--limit", "1").stdout
    assert_harmless(output)
    assert "  identifiers  pmid:17\n" in output
    assert "\nRead from\n  �[31mcrossref.jsonl:3 (crossref)\n  … 1 more (--limit)\n" in output.replace("\\x1b", "�")
    assert "  venue          �[31mopenalex.jsonl:3\n" in output.replace("\\x1b", "�")
    assert "\nWhat other records say\n  venue          Harbours  [" in output


def test_show_tells_programs_where_values_are_from(merged_folder: Path) -> None:
    found = json.loads(kg("show", str(merged_folder), FIRST.id, "--json").stdout)
    assert [source["format"] for source in found["read_from"]["sources"]] == ["crossref", "openalex"]
    assert found["read_from"]["provenance"]["venue"] == [_SOURCES[1].model_dump()]
    assert found["read_from"]["conflicts"] == [
        {"field": "venue", "value": "Harbours", "sources": [_SOURCES[0].model_dump()]}
    ]
    assert found["properties"]["conflicts"] == ["venue: Harbours [crossref]"]
    assert "venue: openalex" in found["properties"]["provenance"]


def test_without_the_log_the_graph_says_which_formats_values_are_from(merged_folder: Path) -> None:
    (merged_folder / "log.sqlite").write_bytes(b"")
    output = kg("show", str(merged_folder), FIRST.id).stdout
    assert "\nWhere each value is from\n  abstract       crossref, openalex\n" in output
    assert "\nWhat other records say\n  venue          Harbours [crossref]\n" in output
    assert json.loads(kg("show", str(merged_folder), FIRST.id, "--json").stdout)["read_from"] is None
