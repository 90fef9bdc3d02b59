from __future__ import annotations

import pytest

from kg.assemble import assemble
from kg.errors import UsageError
from kg.graph import KnowledgeGraph
from kg.model import Paper, Relation
from kg.vocabulary import Entry, Vocabulary
from tests.graphs import EMPTY, FIRST, ITEMS, SECOND, VOCABULARY, extraction, mention, sample_graph


def edge(graph: KnowledgeGraph, source: str, relation_type: str, target: str) -> Relation:
    found = [r for r in graph.relations(relation_type) if (r.source, r.target) == (source, target)]
    assert len(found) == 1, list(graph.relations(relation_type))
    return found[0]


def test_a_paper_becomes_a_node_with_the_properties_of_the_schema() -> None:
    node = sample_graph().get(FIRST.id)
    assert node is not None
    assert (node.type, node.name, node.aliases) == ("Paper", FIRST.title, ())
    assert node.properties["year"] == 2024
    assert node.properties["upvotes"] == 7
    assert node.properties["links"] == FIRST.links
    assert "venue" not in node.properties


def test_a_paper_without_mentions_stays_a_node() -> None:
    graph = sample_graph()
    node = graph.get(EMPTY.id)
    assert node is not None
    assert node.properties == {"title": EMPTY.title}
    assert list(graph.relations_of(EMPTY.id)) == []


def test_the_vocabulary_gives_name_kind_aliases_and_properties() -> None:
    node = sample_graph().get("hardware:a100")
    assert node is not None
    assert (node.name, node.kind, node.named) == ("A100", "gpu", True)
    assert node.aliases == ("A100 GPUs", "NVIDIA A100")
    assert node.properties == {"memory_gb": 40}


def test_without_vocabulary_the_mentions_decide_by_majority_then_the_smallest() -> None:
    paper = Paper(id="title:x", title="Zed zed ZED on GadgetBoard gadgetboard")
    item = extraction(
        paper,
        mention(paper, "Method", "Zed", "used", entity="method:zed", name="Zed", named=False),
        mention(paper, "Method", "zed", "used", entity="method:zed", name="zed", named=True),
        mention(paper, "Method", "ZED", "used", entity="method:zed", name="zed", named=False),
        mention(
            paper,
            "Hardware",
            "GadgetBoard",
            "used",
            attributes={"kind": "edge", "memory_gb": 8, "vendor": "Gadget Inc"},
            confidence=0.5,
        ),
        mention(
            paper,
            "Hardware",
            "gadgetboard",
            "used",
            entity="hardware:gadgetboard",
            attributes={"kind": "board", "memory_gb": "many", "vendor": " "},
        ),
    )
    graph = assemble([(paper, item)], Vocabulary([]))
    zed, board = graph.get("method:zed"), graph.get("hardware:gadgetboard")
    assert zed is not None
    assert board is not None
    assert (zed.name, zed.aliases, zed.named) == ("zed", ("ZED", "Zed"), True)
    assert (board.kind, board.properties) == ("board", {"memory_gb": 8})
    assert edge(graph, "hardware:gadgetboard", "MADE_BY", "organization:gadget-inc").confidence == 0.5


def test_the_strongest_role_of_an_entity_in_a_paper_makes_its_one_edge() -> None:
    paper = Paper(id="title:x", title="Zed", abstract="We compare with Zed. We use Zed.")
    item = extraction(
        paper,
        mention(paper, "Method", "Zed", "used", confidence=0.4),
        mention(paper, "Method", "Zed", "introduced", confidence=0.3),
        mention(paper.model_copy(update={"title": ""}), "Method", "Zed", "compared", confidence=0.7),
    )
    graph = assemble([(paper, item)], Vocabulary([]))
    (relation,) = graph.relations()
    assert (relation.type, relation.confidence) == ("INTRODUCES", 0.7)
    assert [(e.field, e.sentence) for e in relation.evidence] == [
        ("title", "Zed"),
        ("title", "Zed"),
        ("abstract", "We compare with Zed."),
    ]


def test_mentions_that_differ_in_role_only_are_one_piece_of_evidence() -> None:
    paper = Paper(id="title:x", title="Zed")
    item = extraction(paper, mention(paper, "Method", "Zed", "used"), mention(paper, "Method", "Zed", "compared"))
    (relation,) = assemble([(paper, item)], Vocabulary([])).relations()
    assert relation.type == "COMPARES_WITH"
    assert len(relation.evidence) == 1


def test_evidence_is_the_sentence_with_the_place_of_the_mention() -> None:
    relation = edge(sample_graph(), FIRST.id, "TRAINS_ON", "dataset:imagenet1k")
    (evidence,) = relation.evidence
    assert evidence.sentence == "It trains on ImageNet-1k with 8 A100 GPUs."
    assert FIRST.abstract[evidence.start : evidence.end] == evidence.text == "ImageNet-1k"


def test_hardware_edges_carry_the_largest_count_and_metric_edges_the_first_value() -> None:
    paper = Paper(id="title:x", title="BLEU 1 BLEU 2", abstract="On 8 G99 and 16 G99 and true G99.")
    item = extraction(
        paper,
        mention(paper, "Metric", "BLEU", "reported", attributes={"value": 1.5}),
        mention(paper, "Metric", "BLEU", "reported", attributes={"value": "2"}, nth=1),
        mention(paper, "Hardware", "G99", "used", attributes={"count": 8}),
        mention(paper, "Hardware", "G99", "used", attributes={"count": 16}, nth=1),
        mention(paper, "Hardware", "G99", "used", attributes={"count": True}, nth=2),
    )
    graph = assemble([(paper, item)], Vocabulary([]))
    assert edge(graph, "title:x", "REPORTS", "metric:bleu").properties == {"value": "1.5"}
    assert edge(graph, "title:x", "RUNS_ON", "hardware:g99").properties == {"count": 16}


def test_authors_keep_their_position_and_a_name_given_twice_counts_once() -> None:
    paper = Paper(id="title:x", title="T", authors=("Bo  B", "", "Al A", "bo b"), organizations=("Lab", "lab", " "))
    graph = assemble([(paper, extraction(paper))], Vocabulary([]))
    assert edge(graph, "title:x", "AUTHORED_BY", "author:bo-b").properties == {"position": 1}
    assert edge(graph, "title:x", "AUTHORED_BY", "author:al-a").properties == {"position": 3}
    bo = graph.get("author:bo-b")
    assert bo is not None
    assert (bo.name, bo.aliases) == ("Bo B", ("bo b",)) or (bo.name, bo.aliases) == ("Bo B", ())
    assert [r.target for r in graph.relations("AFFILIATED_WITH")] == ["organization:lab"]


def test_links_of_the_record_and_of_the_text_are_one_repository() -> None:
    paper = Paper(
        id="arxiv:2401.00009",
        arxiv_id="2401.00009",
        title="T",
        abstract="Code: https://github.com/o/r today.",
        links=("http://github.com/o/r/", "https://example.org/p", "https://arxiv.org/abs/2401.00009", "not a link"),
    )
    link = mention(
        paper,
        "Repository",
        "https://github.com/o/r",
        "code",
        entity="repository:github.com/o/r",
        name="github.com/o/r",
        attributes={"url": "https://github.com/o/r", "kind": "github"},
    )
    graph = assemble([(paper, extraction(paper, link))], Vocabulary([]))
    code = edge(graph, paper.id, "HAS_CODE", "repository:github.com/o/r")
    assert code.confidence == 1.0
    assert len(code.evidence) == 1
    assert edge(graph, paper.id, "HAS_PAGE", "repository:example.org/p").evidence == ()
    assert len(list(graph.entities("Repository"))) == 2
    node = graph.get("repository:github.com/o/r")
    assert node is not None
    assert (node.kind, node.properties["url"]) == ("github", "http://github.com/o/r/")


def test_parents_of_the_vocabulary_are_added_up_the_chain() -> None:
    vocabulary = Vocabulary(
        [Entry("Method", "C", parent="B"), Entry("Method", "B", parent="A"), Entry("Method", "A", parent="Nowhere")]
    )
    paper = Paper(id="title:x", title="C")
    graph = assemble([(paper, extraction(paper, mention(paper, "Method", "C", "used")))], vocabulary)
    edge(graph, "method:c", "VARIANT_OF", "method:b")
    edge(graph, "method:b", "VARIANT_OF", "method:a")
    assert len(list(graph.relations("VARIANT_OF"))) == 2


def test_a_circle_in_the_vocabulary_is_cut() -> None:
    vocabulary = Vocabulary([Entry("Method", "A", parent="B"), Entry("Method", "B", parent="A")])
    paper = Paper(id="title:x", title="A")
    graph = assemble([(paper, extraction(paper, mention(paper, "Method", "A", "used")))], vocabulary)
    assert [(r.source, r.target) for r in graph.relations("VARIANT_OF")] == [("method:a", "method:b")]


def test_a_name_with_a_suffix_is_a_variant_of_the_nearest_name_that_exists() -> None:
    paper = Paper(id="title:x", title="Foo Foo-2-7B Foo-9B Bar-3 ResNet-101 AliasNet-34")
    names = ("Foo", "Foo-2-7B", "Foo-9B", "Bar-3", "ResNet-101", "AliasNet-34")
    item = extraction(paper, *(mention(paper, "Method", name, "used") for name in names))
    vocabulary = Vocabulary(
        [
            Entry("Method", "ResNet"),
            Entry("Method", "Long Name", aliases=("AliasNet", "Bar"), ambiguous=frozenset({"Bar"})),
        ]
    )
    graph = assemble([(paper, item)], vocabulary)
    parents = {r.source: r.target for r in graph.relations("VARIANT_OF")}
    foo_2, foo_9 = (entity.id for entity in graph.entities("Method") if entity.name in ("Foo-2-7B", "Foo-9B"))
    assert parents == {
        foo_2: "method:foo",
        foo_9: "method:foo",
        next(e.id for e in graph.entities() if e.name == "ResNet-101"): "method:resnet",
        next(e.id for e in graph.entities() if e.name == "AliasNet-34"): "method:long-name",
    }


def test_a_name_never_makes_a_loop_with_the_vocabulary() -> None:
    vocabulary = Vocabulary([Entry("Method", "Foo", parent="Foo-2"), Entry("Method", "Foo-2")])
    paper = Paper(id="title:x", title="Foo")
    graph = assemble([(paper, extraction(paper, mention(paper, "Method", "Foo", "used")))], vocabulary)
    assert len(list(graph.relations("VARIANT_OF"))) == 1


def test_the_maker_comes_from_the_vocabulary() -> None:
    assert edge(sample_graph(), "hardware:a100", "MADE_BY", "organization:nvidia").confidence == 1.0


@pytest.mark.parametrize(
    ("named", "vocabulary"),
    [(False, Vocabulary([])), (True, Vocabulary([Entry("Hardware", "drone", named=False)]))],
)
def test_a_class_of_devices_has_no_maker_because_a_paper_names_one(named: bool, vocabulary: Vocabulary) -> None:
    paper = Paper(id="title:x", title="Acme drone")
    found = mention(paper, "Hardware", "drone", "used", named=named, attributes={"vendor": "Acme"})
    graph = assemble([(paper, extraction(paper, found))], vocabulary)
    assert list(graph.relations("MADE_BY")) == []


def test_of_two_records_with_one_id_the_fuller_one_describes_the_paper_and_all_mentions_count() -> None:
    short = Paper(id="title:x", title="Foo", date="unknown")
    full = Paper(id="title:x", title="Foo", abstract="Foo beats Bar.")
    items = [
        (short, extraction(short, mention(short, "Method", "Foo", "introduced"))),
        (full, extraction(full, mention(full, "Method", "Bar", "compared"))),
    ]
    graph = assemble(items, Vocabulary([]))
    assert graph == assemble(reversed(items), Vocabulary([]))
    node = graph.get("title:x")
    assert node is not None
    assert node.properties["abstract"] == full.abstract
    assert {r.type for r in graph.relations()} == {"INTRODUCES", "COMPARES_WITH"}


@pytest.mark.parametrize(
    ("entity", "type", "role", "complaint"),
    [
        ("dataset:foo", "Method", "used", "is not one of a Method"),
        ("foo", "Method", "used", "is not one of a Method"),
        ("method:foo", "Method", "trained", "cannot have the role"),
    ],
)
def test_a_mention_that_contradicts_the_schema_is_refused(entity: str, type: str, role: str, complaint: str) -> None:
    paper = Paper(id="title:x", title="Foo")
    item = extraction(paper, mention(paper, type, "Foo", role, entity=entity))
    with pytest.raises(UsageError, match=complaint):
        assemble([(paper, item)], Vocabulary([]))


def test_an_extraction_of_another_paper_is_refused() -> None:
    with pytest.raises(UsageError, match="does not belong"):
        assemble([(FIRST, extraction(SECOND))], VOCABULARY)


def test_a_paper_cannot_take_the_id_of_an_entity() -> None:
    paper = Paper(id="method:x", title="T")
    with pytest.raises(UsageError, match="cannot be the id of a paper"):
        assemble([(paper, extraction(paper))], Vocabulary([]))


def test_nothing_gives_an_empty_graph() -> None:
    assert len(assemble([], VOCABULARY)) == 0
    assert len(ITEMS) == 3
