"""What the RDF export says, in which order, and what it refuses."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.assemble import assemble
from kg.errors import UsageError
from kg.exporters.rdf import (
    EXPORTER,
    SYNTAXES,
    Options,
    SortedLines,
    groups_of_file,
    groups_of_graph,
    syntax_of,
    write_rdf,
)
from kg.exporters.rdf_describe import EVIDENCE, Describer
from kg.exporters.rdf_lines import LineDescriber, lines_of
from kg.exporters.rdf_sort import Sorter, written_aside
from kg.exporters.rdf_terms import NAMESPACES, NTriples, expand
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Paper, Relation
from kg.registry import EXPORTERS
from kg.schema import RDF_PROFILES
from tests.contract.test_exporters import hostile_graph
from tests.graphs import VOCABULARY, extraction, mention, sample_graph

BASE = "http://127.0.0.1:8000/"
FORMATS = {
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
}
PREFIXES = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in NAMESPACES.items())


def written(tmp_path: Path, suffix: str = ".nt", graph: KnowledgeGraph | None = None, **options: Any) -> Path:
    path = tmp_path / f"graph{suffix}"
    write_rdf(groups_of_graph(sample_graph() if graph is None else graph), path, Options(**options))
    return path


def quads(path: Path) -> set[Quad]:
    return set(parse(path=str(path), format=FORMATS["." + path.name.split(".")[1]]))


def has(path: Path, subject: str, predicate: str, value: NamedNode | Literal) -> bool:
    found = {(quad.subject, quad.predicate, quad.object) for quad in quads(path)}
    return (NamedNode(subject), NamedNode(expand(predicate)), value) in found


def answers(path: Path, query: str) -> list[tuple[str, ...]]:
    store = Store()
    store.extend(quads(path))
    found: list[tuple[str, ...]] = [tuple(term.value for term in row) for row in store.query(PREFIXES + query)]  # type: ignore[union-attr]
    return sorted(found)


def test_all_syntaxes_say_the_same(tmp_path: Path) -> None:
    for graph in (sample_graph(), hostile_graph()):
        said = {suffix: quads(written(tmp_path, suffix, graph, statements="reification")) for suffix in SYNTAXES}
        text = NamedNode(expand("kg:escaped"))
        plain = {q for q in said.pop(".rdf") if not (isinstance(q.object, Literal) and q.object.datatype == text)}
        assert all(each == said[".nt"] for each in said.values())
        assert plain <= said[".nt"]


@pytest.mark.parametrize("suffix", [".nt", ".nq"])
@pytest.mark.parametrize("profile", RDF_PROFILES)
def test_lines_are_sorted_and_none_is_there_twice(suffix: str, profile: str, tmp_path: Path) -> None:
    lines = written(tmp_path, suffix, hostile_graph(), profile=profile).read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert lines == sorted(set(lines))


def test_sorting_on_disk_gives_the_same(tmp_path: Path) -> None:
    blocks = [[[(f"<s{number % 7}>", [("<p>", f'"{number}"')], None)]] for number in range(1000)]
    for by_line in (False, True):
        whole, pieces = tmp_path / "whole", tmp_path / "pieces"
        for path, chunk in ((whole, 1 << 20), (pieces, 20)):
            with path.open("w") as out:
                SortedLines(chunk, by_line).write(blocks + blocks if by_line else blocks, out)
        assert whole.read_text() == pieces.read_text()
        assert len(whole.read_text().splitlines()) == 1000


def test_very_many_runs_are_merged_in_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.exporters.rdf_sort._RUNS", 3)
    monkeypatch.setattr("kg.exporters.rdf_sort._BLOCK", 10)
    words = [f"{number * 7919 % 1000:03}\n" for number in range(500)]
    with Sorter(chunk=40) as sorter:
        for word in words:
            sorter.add(word)
        assert list(sorter.merged()) == sorted(words)


def test_an_error_while_writing_aside_is_not_lost(tmp_path: Path) -> None:
    with (tmp_path / "closed").open("w") as closed:
        pass
    for texts in (["a"], ["a", "b"]):
        with pytest.raises(ValueError, match="closed file"):
            written_aside(texts, closed)


def test_the_disk_is_set_to_work_early_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.exporters.rdf_sort._FLUSH", 10_000)
    texts = ["x" * 9_000 for _ in range(9)]
    with (tmp_path / "file").open("w") as file:
        written_aside(texts, file)
    memory = io.StringIO()
    written_aside(texts, memory)
    assert (tmp_path / "file").read_text() == memory.getvalue() == "".join(texts)


@pytest.mark.parametrize("statements", ["reification", "triple-terms", "named-graphs"])
@pytest.mark.parametrize("evidence", EVIDENCE)
def test_patterns_of_lines_say_what_is_said_without_them(evidence: str, statements: str) -> None:
    graph = many_sided_graph()
    options = Options(evidence=evidence, run="a%20b")
    plain, fast = Describer(NTriples(), options, statements), LineDescriber(NTriples(), options, statements)
    for entity, relations in groups_of_graph(graph):
        expected = [lines_of(section) for section in plain.sections(entity, relations) if isinstance(section, list)]
        found = [
            section.splitlines(keepends=True) if isinstance(section, str) else lines_of(section)
            for section in fast.sections(entity, relations)
        ]
        assert found == expected


def many_sided_evidence(number: int, attributes: dict[str, Any]) -> Evidence:
    return Evidence(
        sentence=f"%s \ue001 {number}",
        text="\ue000%",
        field="title",
        start=number,
        end=number + 1,
        extractor="x",
        confidence=0.5,
        attributes=attributes,
    )


def many_sided_graph() -> KnowledgeGraph:
    """Edges with and without properties and attributes, and with more than ten pieces of evidence."""
    entities = [
        Entity(id="p%s", type="Paper", name="p"),
        Entity(id="method:m%d", type="Method", name="m"),
        Entity(id="hardware:h", type="Hardware", name="h"),
        Entity(id="metric:x", type="Metric", name="x"),
    ]
    pieces = tuple(many_sided_evidence(number, {"a": 1} if number % 2 else {}) for number in range(12))
    relations = [
        Relation(source="p%s", type="USES", target="method:m%d", confidence=0.5, evidence=pieces),
        Relation(source="p%s", type="COMPARES_WITH", target="method:m%d", confidence=0.5, evidence=pieces[:3]),
        Relation(source="p%s", type="RUNS_ON", target="hardware:h", properties={"count": 8}, evidence=pieces[:10]),
        Relation(source="p%s", type="REPORTS", target="metric:x", properties={"value": "1%s"}),
    ]
    return KnowledgeGraph(entities, relations)


def test_a_file_of_the_canonical_export_gives_the_same_bytes(tmp_path: Path) -> None:
    for graph in (sample_graph(), hostile_graph(), KnowledgeGraph()):
        canonical = tmp_path / "graph.jsonl"
        EXPORTERS.get("jsonl").write(graph, canonical)
        with canonical.open("rb") as source:
            write_rdf(groups_of_file(source), tmp_path / "streamed.nq")
        assert (tmp_path / "streamed.nq").read_bytes() == written(tmp_path, ".nq", graph).read_bytes()


def test_evidence_need_not_be_read_where_none_is_written(tmp_path: Path) -> None:
    graph = hostile_graph()
    mark = '],"properties":{'
    graph.add_entity(Entity(id=f"method:{mark}", type="Method", name=mark))
    graph.add_entity(Entity(id="p", type="Paper", name=mark))
    piece = many_sided_evidence(1, {"a": mark}).model_copy(update={"sentence": mark})
    graph.add_relation(Relation(source="p", type="USES", target=f"method:{mark}", confidence=0.5, evidence=(piece,)))
    canonical = tmp_path / "graph.jsonl"
    EXPORTERS.get("jsonl").write(graph, canonical)
    with canonical.open("rb") as source:
        write_rdf(groups_of_file(source, with_evidence=False), tmp_path / "less.nt", Options(evidence="none"))
    assert (tmp_path / "less.nt").read_bytes() == written(tmp_path, graph=graph, evidence="none").read_bytes()


@pytest.mark.parametrize("less", ["none", "annotation"])
def test_less_evidence_is_a_part_of_full_evidence(less: str, tmp_path: Path) -> None:
    part = quads(written(tmp_path, ".nt", evidence=less, run="abc"))
    full = quads(written(tmp_path, ".nt", run="abc"))
    assert part < full


def test_a_paper_and_its_edges(tmp_path: Path) -> None:
    path = written(tmp_path, evidence="none")
    paper = "https://arxiv.org/abs/2401.00001"
    assert has(path, paper, "rdf:type", NamedNode(expand("lpwc:paper")))
    assert has(path, paper, "dcterms:identifier", Literal("arxiv:2401.00001"))
    assert has(path, paper, "dcterms:issued", Literal("2024-01-02", datatype=NamedNode(expand("xsd:date"))))
    assert has(path, paper, "fabio:hasArXivId", Literal("2401.00001"))
    assert has(path, paper, "rdfs:seeAlso", NamedNode("https://github.com/example/foonet"))
    assert has(path, paper, "lpwc-p:hasMethod", NamedNode(BASE + "method/resnet50"))
    assert has(path, paper, "kg:comparesWith", NamedNode(BASE + "method/resnet50"))
    assert has(path, paper, "kg:runsOn", NamedNode(BASE + "hardware/a100"))
    assert has(
        path,
        "https://doi.org/10.1234/second",
        "dcterms:issued",
        Literal("2024", datatype=NamedNode(expand("xsd:gYear"))),
    )
    assert has(path, BASE + "method/resnet50", "skos:broader", NamedNode(BASE + "method/resnet"))
    assert has(path, BASE + "method/resnet50", "skos:prefLabel", Literal("ResNet-50"))
    assert not any(b"/edge/" in line for line in path.read_bytes().splitlines())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2024", "gYear"),
        ("2024-05", "gYearMonth"),
        ("2024-05-17", "date"),
        ("2024-13", None),
        ("2024-02-30", None),
        ("", None),
    ],
)
def test_a_date_has_the_type_of_its_precision(text: str, kind: str | None, tmp_path: Path) -> None:
    graph = KnowledgeGraph([Entity(id="p", type="Paper", name="p", properties={"date": text})])
    value = Literal(text, datatype=NamedNode(expand(f"xsd:{kind}"))) if kind else Literal(text)
    assert has(written(tmp_path, graph=graph), BASE + "paper/p", "dcterms:issued", value)


def test_no_text_says_that_two_things_are_the_same(tmp_path: Path) -> None:
    for profile in RDF_PROFILES:
        text = written(tmp_path, profile=profile).read_text(encoding="utf-8")
        assert "sameAs" not in text
        assert "exactMatch" not in text


def test_offsets_count_code_points_of_the_text(tmp_path: Path) -> None:
    paper = Paper(id="p", title="🧪👩‍🔬 é", abstract="𝒳 🧪 it runs on ResNet-50 🚀 and 👩‍🔬 ImageNet-1k.")
    found = extraction(
        paper, mention(paper, "Method", "ResNet-50", "used"), mention(paper, "Dataset", "ImageNet-1k", "used")
    )
    path = written(tmp_path, ".ttl", assemble([(paper, found)], VOCABULARY))
    query = """SELECT ?quoted ?exact WHERE {
        ?target oa:hasSource ?text ; oa:hasSelector [ oa:start ?start ; oa:end ?end ], [ oa:exact ?exact ] .
        ?text dcterms:isPartOf ?paper ; kg:field "abstract" . ?paper dcterms:abstract ?abstract
        BIND (SUBSTR(?abstract, ?start + 1, ?end - ?start) AS ?quoted) }"""
    assert answers(path, query) == [("ImageNet-1k", "ImageNet-1k"), ("ResNet-50", "ResNet-50")]


def test_evidence_is_a_web_annotation_with_its_provenance(tmp_path: Path) -> None:
    path = written(tmp_path, ".ttl", evidence="annotation", run="abc")
    query = """SELECT ?sentence ?exact ?run WHERE {
        ?a a oa:Annotation ; oa:hasBody <http://127.0.0.1:8000/hardware/a100> ; kg:asserts kg:runsOn ;
           kg:sentence ?sentence ; oa:hasTarget/oa:hasSelector/oa:exact ?exact ;
           prov:wasDerivedFrom/dcterms:isPartOf <https://arxiv.org/abs/2401.00001> ;
           prov:wasGeneratedBy/kg:fingerprint ?run }"""
    assert answers(path, query) == [("It trains on ImageNet-1k with 8 A100 GPUs.", "A100 GPUs", "abc")]


@pytest.mark.parametrize("suffix", [".nq", ".trig"])
def test_full_evidence_speaks_of_named_graphs_where_there_are_some(suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path, suffix)
    query = """SELECT ?count ?confidence WHERE {
        GRAPH ?edge { <https://arxiv.org/abs/2401.00001> kg:runsOn <http://127.0.0.1:8000/hardware/a100> }
        ?edge kg:count ?count ; kg:confidence ?confidence }"""
    assert answers(path, query) == [("8", "0.9")]
    assert "reifies" not in path.read_text(encoding="utf-8")
    assert "#Statement" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", [".nt", ".nq", ".ttl", ".trig"])
def test_triple_terms_can_be_read_back(suffix: str, tmp_path: Path) -> None:
    for graph in (sample_graph(), hostile_graph()):
        path = written(tmp_path, suffix, graph, statements="triple-terms")
        assert "reifies" in path.read_text(encoding="utf-8")
        assert EXPORTER.read_back(path) == graph


@pytest.mark.parametrize("suffix", [".nq", ".trig"])
def test_reification_in_quads_can_be_read_back(suffix: str, tmp_path: Path) -> None:
    assert EXPORTER.read_back(written(tmp_path, suffix, statements="reification")) == sample_graph()


def test_any_base_can_be_read_back(tmp_path: Path) -> None:
    path = written(tmp_path, ".ttl", base="https://example.org/my/kg", run="abc")
    assert "127.0.0.1" not in path.read_text(encoding="utf-8")
    assert EXPORTER.read_back(path) == sample_graph()


def test_without_evidence_the_plain_edges_come_back(tmp_path: Path) -> None:
    found = EXPORTER.read_back(written(tmp_path, evidence="none"))
    assert [e.id for e in found.entities()] == [e.id for e in sample_graph().entities()]
    assert [(r.source, r.type, r.target) for r in found.relations()] == [
        (r.source, r.type, r.target) for r in sample_graph().relations()
    ]
    assert {r.confidence for r in found.relations()} == {1.0}


def test_papers_that_share_a_doi_stay_apart(tmp_path: Path) -> None:
    papers = [Entity(id=i, type="Paper", name=i, properties={"doi": "10.1234/x"}) for i in ("a", "b")]
    graph = KnowledgeGraph(papers)
    path = written(tmp_path, graph=graph)
    assert EXPORTER.read_back(path) == graph


# Profiles


@pytest.mark.parametrize("profile", RDF_PROFILES[1:])
@pytest.mark.parametrize("suffix", list(SYNTAXES))
def test_the_other_profiles_are_valid_in_every_syntax(profile: str, suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path, suffix, hostile_graph(), profile=profile)
    assert len(quads(path)) > 500


def test_profiles_use_their_terms(tmp_path: Path) -> None:
    paper, method = "https://arxiv.org/abs/2401.00001", BASE + "method/foonet"
    path = written(tmp_path, profile="fair4ml")
    assert has(path, method, "codemeta:referencePublication", NamedNode(paper))
    assert has(path, method, "rdf:type", NamedNode(expand("fair4ml:MLModel")))
    path = written(tmp_path, profile="schema.org")
    assert has(path, paper, "schema:author", NamedNode(BASE + "author/ada-example"))
    path = written(tmp_path, profile="mldcat-ap")
    assert has(path, BASE + "dataset/imagenet1k", "dcterms:isReferencedBy", NamedNode(paper))
    assert has(path, paper, "kg:runsOn", NamedNode(BASE + "hardware/a100"))
    path = written(tmp_path, profile="ml-schema")
    assert has(path, method, "rdf:type", NamedNode(expand("mls:Algorithm")))


# Form


def test_turtle_is_grouped_and_has_declared_prefixes_only(tmp_path: Path) -> None:
    text = written(tmp_path, ".ttl").read_text(encoding="utf-8")
    assert "ns1:" not in text
    assert "\narxiv:2401.00001 a lpwc:paper, schema:ScholarlyArticle, kg:Paper ;\n    dcterms:identifier" in text
    assert text.count("\narxiv:2401.00001 ") == 1
    assert "kg:comparesWith method:resnet50 ;\n" in text


def test_jsonld_holds_its_context_and_nests_edges_in_papers(tmp_path: Path) -> None:
    document = json.loads(written(tmp_path, ".jsonld").read_text(encoding="utf-8"))
    shipped = json.loads((Path(__file__).parents[2] / "exporters/rdf_files/context.jsonld").read_text(encoding="utf-8"))
    assert document["@context"] == shipped["@context"]
    assert len(document["@graph"]) == len(sample_graph())
    paper = next(node for node in document["@graph"] if node["@id"] == "arxiv:2401.00001")
    edges = paper["@reverse"]["rdf:subject"]
    edge = next(edge for edge in edges if edge["rdf:object"]["@id"] == "hardware:a100")
    assert edge["kg:evidence"]["kg:sentence"] == "It trains on ImageNet-1k with 8 A100 GPUs."
    assert "rdf:subject" not in edge


def test_a_device_gets_ntriples() -> None:
    assert syntax_of(Path("/dev/null")) == ".nt"


@pytest.mark.parametrize(("name", "suffix"), [("a.nt", ".nt"), ("a.b.ttl.gz", ".ttl"), ("x.rdf.zst", ".rdf")])
def test_the_name_says_the_syntax(name: str, suffix: str) -> None:
    assert syntax_of(Path(name)) == suffix


@pytest.mark.parametrize("name", ["graph", "graph.gz", "graph.owl", "graph.nt.bz2"])
def test_a_name_that_says_no_syntax_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="does not say which syntax"):
        syntax_of(Path(name))


@pytest.mark.parametrize(
    ("suffix", "options", "reason"),
    [
        (".nt", {"profile": "x"}, "unknown profile 'x'"),
        (".nt", {"evidence": "x"}, "unknown evidence 'x'"),
        (".nt", {"statements": "x"}, "unknown statements 'x'"),
        (".nt", {"statements": "named-graphs"}, "N-Triples has no named graphs"),
        (".rdf", {"statements": "triple-terms"}, "RDF/XML has no triple terms"),
        (".jsonld", {"statements": "named-graphs"}, "JSON-LD has no named graphs"),
        (".nt", {"base": "x"}, "no base for IRIs"),
    ],
)
def test_a_wrong_option_is_refused(suffix: str, options: dict[str, str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=reason):
        written(tmp_path, suffix, None, **options)
    assert list(tmp_path.iterdir()) == []


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    graph = KnowledgeGraph([Entity(id="p", type="Paper", name="\ud800")])
    for suffix in SYNTAXES.keys() - {".rdf"}:  # which has an escape for it
        with pytest.raises(UsageError, match="half a character"):
            written(tmp_path, suffix, graph)


def test_a_property_that_the_schema_lacks_is_refused(tmp_path: Path) -> None:
    graph = KnowledgeGraph([Entity(id="p", type="Paper", name="p", properties={"colour": "red"})])
    with pytest.raises(UsageError, match=r"'p' holds 'colour'"):
        written(tmp_path, graph=graph)


def test_relations_without_their_node_are_refused(tmp_path: Path) -> None:
    canonical = tmp_path / "graph.jsonl"
    relation = Relation(source="p", type="USES", target="method:x")
    canonical.write_text(json.dumps(relation.model_dump(), sort_keys=True, separators=(",", ":")) + "\n")
    with canonical.open("rb") as source, pytest.raises(UsageError, match="out of order"):
        write_rdf(groups_of_file(source), tmp_path / "g.nt")


# Reading back


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            'kg#confidence> "0.9e0"^^<http://www.w3.org/2001/XMLSchema#double>',
            'kg#confidence> "high"',
            "confidence|unable",
        ),
        ("ns/oa#start", "ns/oa#begin", "lacks"),
        ("kg#sentence", "kg#phrase", "lacks"),
        ("kg#Method>", "kg#Mode>", "lacks|needs"),
        ('kg#field> "abstract"', 'kg#field> "body"', "abstract"),
        ("ns#object", "ns#thing", "lacks"),
        ("dc/terms/identifier", "dc/terms/id", "lacks"),
    ],
)
def test_a_damaged_export_is_one_line_that_names_the_node(old: str, new: str, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"graph\.nt: <http.*({reason})") as caught:
        EXPORTER.read_back(path)
    assert "\n" not in str(caught.value)


def test_two_values_where_one_belongs_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with path.open("a", encoding="utf-8") as out:
        out.write(f'<{BASE}method/resnet50> <{expand("skos:prefLabel")}> "Other" .\n')
    with pytest.raises(UsageError, match="two values"):
        EXPORTER.read_back(path)


def test_rdf_of_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.ttl"
    path.write_text("<http://a.org/a> <http://a.org/b> _:c, 'x'@en .\n")
    with pytest.raises(UsageError, match=r"other\.ttl: holds no entity"):
        EXPORTER.read_back(path)


@pytest.mark.parametrize("suffix", list(SYNTAXES))
def test_a_broken_file_is_one_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"broken{suffix}"
    path.write_text('{ "<http://a.org/a> nonsense\n')
    with pytest.raises(UsageError, match=r"broken\.") as caught:
        EXPORTER.read_back(path)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_is_one_line(tmp_path: Path) -> None:
    for suffix in (".nt.gz", ".nt.zst"):
        path = written(tmp_path, suffix, hostile_graph())
        path.write_bytes(path.read_bytes()[:-30])
        with pytest.raises(UsageError, match="cannot read"):
            EXPORTER.read_back(path)
    with pytest.raises(UsageError, match="cannot read"):
        EXPORTER.read_back(tmp_path / "missing.nt")


def test_gzip_holds_no_time(tmp_path: Path) -> None:
    packed = written(tmp_path, ".nt.gz").read_bytes()
    assert gzip.decompress(packed) == written(tmp_path, ".nt").read_bytes()
    assert packed == written(tmp_path, ".nt.gz").read_bytes()
