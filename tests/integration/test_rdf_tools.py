"""What others say of the files: rdflib, Oxigraph, Apache Jena; nothing, that is, also where texts try to break them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Dataset, Graph

from kg.exporters.rdf import SYNTAXES, Options, groups_of_graph, write_rdf
from kg.exporters.rdf_ontology import FOLDER
from kg.graph import KnowledgeGraph
from tests.contract.test_exporters import hostile_graph
from tests.graphs import sample_graph
from tests.maven import UnavailableError
from tests.rdf.jena import Jena

NAMES = {
    ".nt": "nt",
    ".nq": "nquads",
    ".ttl": "turtle",
    ".trig": "trig",
    ".jsonld": "json-ld",
    ".rdf": "xml",
}


@pytest.fixture(scope="module")
def jena() -> Jena:
    try:
        return Jena()
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Jena: {error}")
        pytest.skip(f"no Jena: {error}")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same two graphs in every syntax."""
    folder = tmp_path_factory.mktemp("rdf")
    graphs = {"hostile": hostile_graph(), "sample": sample_graph(), "empty": KnowledgeGraph()}
    made = {}
    for name, graph in graphs.items():
        for suffix in SYNTAXES:
            made[name + suffix] = folder / f"{name}{suffix}"
            write_rdf(groups_of_graph(graph), made[name + suffix], Options(run="abc"))
    return made


@pytest.fixture
def quiet_rdflib() -> Iterator[None]:
    """Rdflib's own modules use what rdflib calls deprecated."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"rdflib\.")
        yield


def test_jena_finds_nothing(jena: Jena, files: dict[str, Path]) -> None:
    assert jena.complaints(list(files.values())) == ""


def test_jena_finds_what_is_wrong(jena: Jena, tmp_path: Path) -> None:
    path = tmp_path / "bad.nt"
    path.write_text("<http://a.org/a b> <http://a.org/c> 'd' .\n")
    assert jena.complaints([path])


def test_jena_reads_triple_terms_and_what_ships(jena: Jena, tmp_path: Path) -> None:
    made = []
    for suffix in (".nt", ".nq", ".ttl", ".trig"):
        made.append(tmp_path / f"terms{suffix}")
        write_rdf(groups_of_graph(hostile_graph()), made[-1], Options(statements="triple-terms"))
    assert jena.complaints([*made, FOLDER / "ontology.ttl", FOLDER / "shapes.ttl"]) == ""


def test_jena_agrees_with_the_shapes(jena: Jena, files: dict[str, Path], tmp_path: Path) -> None:
    shapes = ("--shapes", str(FOLDER / "shapes.ttl"), "--data")
    good, bad = files["sample.ttl"], tmp_path / "bad.ttl"
    bad.write_text(good.read_text(encoding="utf-8").replace("kg:sentence", "kg:phrase"), encoding="utf-8")
    for path, verdict in ((good, "true"), (files["hostile.ttl"], "true"), (bad, "false")):
        code, printed = jena.run("shacl.shacl", "validate", *shapes, str(path))
        assert code == 0, printed
        assert f"sh:conforms  {verdict}" in printed


@pytest.mark.usefixtures("quiet_rdflib")
@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_rdflib_reads_the_same_from_every_syntax(
    name: str, files: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    counts = {}
    for suffix, syntax in NAMES.items():
        graph = Dataset() if suffix in (".nq", ".trig") else Graph()
        with files[name + suffix].open("rb") as source:
            graph.parse(source, format=syntax)
        counts[suffix] = len(graph)
    assert caplog.records == []
    assert counts[".nt"] == counts[".ttl"] == counts[".jsonld"] == counts[".rdf"]
    assert counts[".nq"] == counts[".trig"]


@pytest.mark.usefixtures("quiet_rdflib")
def test_turtle_has_no_invented_prefix_after_rdflib(files: dict[str, Path]) -> None:
    text = Graph().parse(files["sample.ttl"], format="turtle").serialize(format="turtle")
    assert "ns1:" not in text
