"""What the OWL API sees, with which Protege opens files: our ontology, and an export beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kg.exporters.rdf import Options, groups_of_graph, write_rdf
from kg.exporters.rdf_ontology import FOLDER, own_terms
from kg.exporters.rdf_terms import OWN
from tests.graphs import sample_graph
from tests.maven import UnavailableError, fetched_jars

VERSION = "5.5.1"
RDF = Path(__file__).parents[1] / "rdf"
KINDS = {
    "owl:Class": "Class",
    "owl:ObjectProperty": "ObjectProperty",
    "owl:DatatypeProperty": "DataProperty",
    "owl:AnnotationProperty": "AnnotationProperty",
    "rdfs:Datatype": "Datatype",
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """What is said of each file, line by line."""
    graph = tmp_path_factory.mktemp("owl") / "graph.ttl"
    write_rdf(groups_of_graph(sample_graph()), graph, Options(evidence="none"))
    both = graph.with_name("both.ttl")
    both.write_bytes((FOLDER / "ontology.ttl").read_bytes() + graph.read_bytes())
    try:
        if shutil.which("java") is None:
            raise UnavailableError("Java is not installed")
        jars = fetched_jars(f"owlapi-{VERSION}", RDF / "owlapi.pom.xml")
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no OWL API: {error}")
        pytest.skip(f"no OWL API: {error}")
    command = [
        "java",
        "-Xmx1g",
        "-cp",
        f"{jars}/*",
        str(RDF / "OwlCheck.java"),
        str(FOLDER / "ontology.ttl"),
        str(both),
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, list[list[str]]] = {}
    for line in done.stdout.splitlines():
        first, *rest = line.split("\t")
        if first == "file":
            lines = found.setdefault(rest[0], [])
        else:
            lines.append([first, *rest])
    return found


def test_the_ontology_is_owl_2_dl_and_nothing_of_it_is_left_unread(seen: dict[str, list[list[str]]]) -> None:
    assert [line for line in seen["ontology.ttl"] if line[0] in ("unparsed", "not DL")] == []


def test_every_term_shows_up_with_its_kind_and_label(seen: dict[str, list[list[str]]]) -> None:
    shown = {tuple(line) for line in seen["ontology.ttl"]}
    expected = {(KINDS[term.kind], term.name.removeprefix("kg:"), term.label) for term in own_terms()}
    assert shown == expected


def test_an_export_beside_it_has_members_edges_and_values(seen: dict[str, list[list[str]]]) -> None:
    counts = {line[0]: int(line[1]) for line in seen["both.ttl"] if line[1].isdecimal()}
    graph = sample_graph()
    for label in ("Paper", "Method", "Dataset", "Hardware", "Author"):
        assert counts[f"member <{OWN}{label}>"] == len(list(graph.entities(label)))
    for label, name in (("USES", "uses"), ("RUNS_ON", "runsOn"), ("AUTHORED_BY", "authoredBy")):
        assert counts[f"edge <{OWN}{name}>"] == len(list(graph.relations(label)))
    assert counts[f"value <{OWN}named>"] > 3
