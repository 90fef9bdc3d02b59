"""``kg sparql`` and what can be wrong with ``kg serve`` before it serves."""

from __future__ import annotations

import csv
import json
import socket
from io import StringIO
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.graph import KnowledgeGraph
from kg.model import Entity
from tests.graphs import sample_graph
from tests.served import publish

EVIL = "=cmd|' /C calc'!A0 \x1b[31mred\x1b[0m"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    sample = sample_graph()
    entities = [*sample.entities(), Entity(id="method:evil", type="Method", name=EVIL)]
    return str(
        publish(tmp_path_factory.mktemp("sparql") / "graph", KnowledgeGraph(entities, sample.relations())).folder
    )


def kg(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(cli, arguments, input=stdin, env={"COLUMNS": "100"})
    assert result.exit_code == code, result.output
    return result


METHODS = "SELECT ?name ?year { ?m a kg:Method ; skos:prefLabel ?name OPTIONAL { ?m kg:year ?year } } ORDER BY ?name"


def test_a_table_for_people(folder: str) -> None:
    result = kg("sparql", folder, METHODS)
    assert result.stdout.splitlines()[0].split() == ["name", "year"]
    assert "ResNet" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr.endswith(" rows\n")
    (row,) = kg("sparql", folder, 'SELECT ?t { ?m skos:prefLabel "FooNet" ; a ?t } ORDER BY ?t LIMIT 1').stdout.split()[
        1:
    ]
    assert row == "lpwc:method"


def test_json_csv_tsv_and_xml_for_programs(folder: str) -> None:
    found = json.loads(kg("sparql", folder, METHODS, "--format", "json").stdout)
    assert found["head"]["vars"] == ["name", "year"]
    rows = list(csv.reader(StringIO(kg("sparql", folder, METHODS, "--format", "csv").stdout)))
    assert rows[0] == ["name", "year"]
    assert ["ResNet", "2015"] in rows
    assert all(not cell.startswith("=") for row in rows for cell in row)
    assert kg("sparql", folder, METHODS, "--format", "tsv").stdout.startswith("?name\t?year\n")
    assert kg("sparql", folder, "ASK {}", "--format", "xml").stdout.endswith("</sparql>\n")
    assert "control character" in kg("sparql", folder, METHODS, "--format", "xml", code=2).stderr


@pytest.mark.parametrize(
    ("name", "format"),
    [
        (None, pyoxigraph.RdfFormat.TURTLE),
        ("turtle", pyoxigraph.RdfFormat.TURTLE),
        ("ntriples", pyoxigraph.RdfFormat.N_TRIPLES),
        ("jsonld", pyoxigraph.RdfFormat.JSON_LD),
        ("json", pyoxigraph.RdfFormat.JSON_LD),
        ("rdfxml", pyoxigraph.RdfFormat.RDF_XML),
        ("xml", pyoxigraph.RdfFormat.RDF_XML),
    ],
)
def test_graphs_for_construct_and_describe(name: str | None, format: pyoxigraph.RdfFormat, folder: str) -> None:
    query = 'CONSTRUCT { ?m skos:prefLabel ?n } WHERE { ?m skos:prefLabel ?n FILTER(?n = "FooNet") }'
    found = kg("sparql", folder, query, *(["--format", name] if name else [])).stdout
    (quad,) = pyoxigraph.parse(found, format)
    assert quad.object == pyoxigraph.Literal("FooNet")


def test_a_table_ends_after_ten_thousand_rows_and_csv_does_not(folder: str) -> None:
    query = "SELECT ?a ?b { ?a a ?t . ?b a ?u }"
    shown = kg("sparql", folder, query)
    assert shown.stderr.endswith("only the first 10,000 rows are shown; --format csv writes all\n")
    assert len(shown.stdout.splitlines()) >= 10_001
    whole = kg("sparql", folder, query, "--format", "csv")
    assert whole.stderr == ""
    assert len(whole.stdout.splitlines()) > 10_400


def test_yes_or_no(folder: str) -> None:
    assert kg("sparql", folder, "ASK {}").stdout == "answer\ntrue\n"
    assert kg("sparql", folder, "ASK { <http://e/> ?p ?o }", "--format", "csv").stdout == "answer\nFalse\n"


def test_values_of_every_type_become_plain_values(folder: str) -> None:
    query = """SELECT ?a ?b ?c ?d ?e { VALUES (?a ?b ?c ?d ?e) { (1 1.5 true "x" "no"^^xsd:integer) } }"""
    assert kg("sparql", folder, query, "--format", "csv").stdout == "a,b,c,d,e\n1,1.5,True,x,no\n"


def test_parameters_files_and_standard_input(folder: str, tmp_path: Path) -> None:
    query = "SELECT ?year { VALUES ?name { $names } ?m skos:prefLabel ?name ; kg:year ?year }"
    (tmp_path / "q.rq").write_text(query, encoding="utf-8")
    expected = "year\n2015\n"
    names = ["--param", 'names=["ResNet", "Nothing"]', "--format", "csv"]
    assert kg("sparql", folder, query, *names).stdout == expected
    assert kg("sparql", folder, "--file", str(tmp_path / "q.rq"), *names).stdout == expected
    assert kg("sparql", folder, "-", *names, stdin=query).stdout == expected
    assert "a parameter of SPARQL" in kg("sparql", folder, query, "--param", "names=null", code=2).stderr
    assert "give a query" in kg("sparql", folder, code=2).stderr


def test_saved_questions_are_listed_and_asked(folder: str) -> None:
    listed = kg("sparql", folder, "--saved", "list").stdout
    assert "08-most-compared-baselines" in listed
    found = kg("sparql", folder, "--saved", "08", "--param", "at_least=1", "--format", "csv").stdout
    assert (
        found
        == kg(
            "sparql", folder, "--saved", "08-most-compared-baselines", "--param", "at_least=1", "--format", "csv"
        ).stdout
    )
    assert found.splitlines()[1].startswith("ResNet-50,1,2024")
    assert "--saved list" in kg("sparql", folder, "--saved", "99", code=2).stderr


def test_the_base_of_the_iris_can_be_chosen(folder: str) -> None:
    query = 'SELECT ?m { ?m skos:prefLabel "FooNet" }'
    found = kg("sparql", folder, query, "--base", "https://example.org/kg", "--format", "csv")
    assert found.stdout == "m\nhttps://example.org/kg/method/foonet\n"
    assert "store" in found.stderr
    assert "store" not in kg("sparql", folder, query, "--base", "https://example.org/kg").stderr
    assert "base" in kg("sparql", folder, query, "--base", "nonsense", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["SELECT"], 2, "1:7"),
        (["CLEAR ALL"], 2, "only read"),
        (["ASK { SERVICE <http://127.0.0.1:9/> {} }"], 2, "SERVICE is refused"),
        (["ASK {}", "--format", "turtle"], 2, "--format turtle cannot write this"),
        (["DESCRIBE <http://e/>", "--format", "csv"], 2, "--format csv cannot write this"),
        (
            ["SELECT (COUNT(*) AS ?n) { " + "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l" + " }", "--timeout", "0.2"],
            3,
            "longer than 0.2 s",
        ),
    ],
)
def test_what_is_wrong_is_one_line(arguments: list[str], code: int, text: str, folder: str) -> None:
    result = kg("sparql", folder, *arguments, code=code)
    assert result.stdout == ""
    assert text in result.stderr.splitlines()[-1]
    assert result.stderr.splitlines()[-1].startswith("kg: ")


def test_no_workspace_is_one_line(tmp_path: Path) -> None:
    for command in (["sparql", str(tmp_path / "x"), "ASK {}"], ["serve", str(tmp_path / "x")]):
        assert "is not a workspace" in kg(*command, code=2).stderr


def test_serve_says_which_port_is_taken(folder: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in kg("serve", folder, "--port", port, code=3).stderr
    assert "cannot listen" in kg("serve", folder, "--host", "no.such.host.invalid", code=3).stderr
    assert "base" in kg("serve", folder, "--port", "0", "--base", "nonsense", code=2).stderr
