"""Exports conform to the shapes; twenty broken graphs each fail for their reason."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli.main import cli
from kg.exporters.rdf import SYNTAXES, Options, groups_of_graph, write_rdf
from kg.exporters.rdf_terms import expand
from kg.exporters.rdf_validate import validate_file
from kg.workspace import Workspace
from tests.contract.test_exporters import hostile_graph
from tests.graphs import sample_graph

BASE = "http://127.0.0.1:8000/"
PAPER = "https://arxiv.org/abs/2401.00001"


def line(subject: str, predicate: str, value: str) -> str:
    return f"<{subject}> <{expand(predicate)}> {value} .\n"


def adding(*lines: str) -> Callable[[str], str]:
    return lambda text: text + "".join(lines)


def replacing(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


def without(predicate: str) -> Callable[[str], str]:
    """Leaves out all statements with a predicate."""

    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        kept = [each for each in lines if f"> <{expand(predicate)}> " not in each]
        assert len(kept) < len(lines)
        return "".join(kept)

    return change


def iri(name: str) -> str:
    return f"<{BASE}{name}>"


DOUBLE, INTEGER = f"^^<{expand('xsd:double')}>", f"^^<{expand('xsd:integer')}>"
METHOD = BASE + "method/resnet50"

BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "an entity without a name": (without("skos:prefLabel"), "name of a Method: exactly one"),
    "an entity with two names": (adding(line(METHOD, "skos:prefLabel", '"Other"')), "name of a Method: exactly one"),
    "an entity without an id": (without("dcterms:identifier"), "id of a Paper: exactly one"),
    "a name that is a number": (
        replacing('prefLabel> "ResNet-50"', f'prefLabel> "50"{INTEGER}'),
        "name of a Method: exactly one, a text",
    ),
    "two years": (adding(line(PAPER, "kg:year", f'"1999"{INTEGER}')), "year of a Paper: at most one"),
    "a year in words": (replacing(f'"2024"{INTEGER}', '"last year"'), "year of a Paper: at most one, a whole number"),
    "a misspelt property": (adding(line(PAPER, "dcterms:titel", '"x"')), "closed"),
    "a property of another type": (adding(line(METHOD, "dcterms:abstract", '"x"')), "closed"),
    "a paper that is no lpwc:paper": (
        replacing(f"<{expand('lpwc:paper')}>", f"<{expand('lpwc:model')}>"),
        "a Paper is a lpwc:paper too",
    ),
    "a dataset as a method": (
        adding(line(PAPER, "kg:uses", iri("dataset/imagenet1k"))),
        "USES ends at a Method",
    ),
    "a method that runs on hardware": (
        adding(line(METHOD, "kg:runsOn", iri("hardware/a100"))),
        "RUNS_ON begins at a Paper",
    ),
    "an edge to nowhere": (adding(line(PAPER, "kg:uses", iri("method/nowhere"))), "USES ends at a Method"),
    "a confidence above one": (replacing(f'"0.9e0"{DOUBLE}', f'"1.9e0"{DOUBLE}'), "one double from 0 to 1"),
    "a confidence in words": (replacing(f'"0.9e0"{DOUBLE}', '"high"'), "one double from 0 to 1"),
    "evidence without a sentence": (without("kg:sentence"), "an annotation has one sentence"),
    "evidence without an extractor": (without("kg:extractor"), "an annotation names one extractor"),
    "evidence for nothing": (without("oa:hasBody"), "an annotation has one body"),
    "evidence for an unknown edge": (
        replacing(
            "paper-kg#asserts> <https://w3id.org/paper-kg#trainsOn>", "paper-kg#asserts> <https://w3id.org/paper-kg#x>"
        ),
        "an annotation asserts one type of edge",
    ),
    "a place without a quotation": (replacing("oa#TextQuoteSelector", "oa#CssSelector"), "a place has one quotation"),
    "an end before its start": (
        lambda text: text.replace("oa#start>", "oa#x>").replace("oa#end>", "oa#start>").replace("oa#x>", "oa#end>"),
        "not after its end",
    ),
    "a negative start": (replacing('oa#start> "', 'oa#start> "-'), "a position has one start"),
    "a text that is neither title nor abstract": (
        replacing('paper-kg#field> "title"', 'paper-kg#field> "footnote"'),
        "a text is a title or an abstract",
    ),
    "a text of no paper": (without("dcterms:isPartOf"), "a text is part of one paper"),
    "an edge with two subjects": (
        lambda text: (
            text
            + "".join(
                each.replace("<https://arxiv.org/abs/2401.00001> .", "<https://doi.org/10.1234/second> .")
                for each in text.splitlines(keepends=True)
                if "ns#subject> <https://arxiv" in each
            )
        ),
        "an edge has one subject",
    ),
}


@pytest.fixture(scope="module")
def ntriples(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("good") / "graph.nt"
    write_rdf(groups_of_graph(sample_graph()), path, Options(run="abc"))
    return path.read_text(encoding="utf-8")


def test_there_are_twenty_broken_graphs() -> None:
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_graph_fails_for_its_reason(name: str, ntriples: str, tmp_path: Path) -> None:
    change, reason = BROKEN[name]
    path = tmp_path / "broken.nt"
    path.write_text(change(ntriples), encoding="utf-8")
    assert any(reason in violation.message.replace("Node is closed", "closed") for violation in validate_file(path))


@pytest.mark.parametrize("suffix", list(SYNTAXES))
def test_exports_conform(suffix: str, tmp_path: Path) -> None:
    for graph in (sample_graph(), hostile_graph()):
        path = tmp_path / f"graph{suffix}"
        write_rdf(groups_of_graph(graph), path, Options(run="abc"))
        assert validate_file(path) == []


@pytest.mark.parametrize("options", [{"evidence": "none"}, {"evidence": "annotation"}, {"statements": "triple-terms"}])
def test_exports_with_other_options_conform(options: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl.gz"
    write_rdf(groups_of_graph(sample_graph()), path, Options(**options))
    assert validate_file(path) == []


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "graph"
    with Workspace(folder).lock() as workspace:
        workspace.publish(sample_graph(), {"fingerprint": "abc"})
    return folder


def test_a_workspace_conforms(workspace: Path) -> None:
    result = CliRunner().invoke(cli, ["validate", str(workspace)])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "conforms\n")


def test_violations_are_lines_and_the_exit_code_is_one(ntriples: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.nt"
    path.write_text(ntriples + line(METHOD, "skos:prefLabel", f'"\\u001B[31m{"x" * 200}"'), encoding="utf-8")
    result = CliRunner().invoke(cli, ["validate", str(path)])
    assert result.exit_code == 1
    assert result.stdout == f"{METHOD}\t{expand('skos:prefLabel')}\t\tname of a Method: exactly one, a text\n"
    assert result.stderr == "1 violation\n"
    result = CliRunner().invoke(cli, ["validate", "--json", str(path)])
    assert json.loads(result.stdout)["node"] == METHOD


def test_nothing_to_check_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.nt").write_text("")
    result = CliRunner().invoke(cli, ["validate", str(tmp_path / "empty.nt")])
    assert result.exit_code == 2
    assert "holds no statement" in result.output


def test_without_pyshacl_the_message_says_what_to_install(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    result = CliRunner().invoke(cli, ["validate", str(workspace)])
    assert "pip install 'paper-kg[shacl]'" in result.output
