from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from kg.assemble import assemble
from kg.embedded import EmbeddedGraph
from kg.embedded_write import write_database
from kg.errors import UsageError
from kg.lookup import Named, entity_type, find, paths_between, profile, search, top
from kg.model import Paper
from kg.vocabulary import Vocabulary
from tests.graphs import FIRST, ITEMS, SECOND, VOCABULARY, extraction, mention

TWINS = Paper(
    id="title:twins", title="Zeta on Zeta", abstract="Zeta is Zeta. It cites Prezeta and zeta-Net and the ZETA 9."
)
ALONE = Paper(id="title:alone", title="Alone", authors=("Solo One",))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedGraph]:
    twins = extraction(
        TWINS,
        mention(TWINS, "Method", "Zeta", "used"),
        mention(TWINS, "Dataset", "Zeta", "used", nth=1),
        mention(TWINS, "Method", "Prezeta", "used"),
        mention(TWINS, "Method", "zeta-Net", "used", entity="method:zeta-net", name="zeta-Net"),
        mention(TWINS, "Method", "ZETA 9", "used", entity="method:big-zeta", name="Big Zeta"),
    )
    graph = assemble([*ITEMS, (TWINS, twins), (ALONE, extraction(ALONE))], VOCABULARY)
    path = tmp_path_factory.mktemp("lookup") / "graph.lbdb"
    write_database(graph, path)
    with EmbeddedGraph(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hardware:a100", ["hardware:a100"]),
        (" A100 ", ["hardware:a100"]),
        ("nvidia a100", ["hardware:a100"]),
        ("resnet 50", ["method:resnet50"]),
        ("ResNets", ["method:resnet"]),
        ("zeta", ["dataset:zeta", "method:zeta"]),
        ("zeta 9", ["method:big-zeta"]),
        (FIRST.title.upper(), [FIRST.id]),
        (FIRST.id, [FIRST.id]),
        ("ADA EXAMPLE", ["author:ada-example"]),
    ],
)
def test_an_entity_is_found_by_id_name_alias_or_near_spelling(text: str, ids: list[str], engine: EmbeddedGraph) -> None:
    assert [named.id for named in find(engine, text)] == ids


def test_what_is_not_there_is_said_with_what_is_near(engine: EmbeddedGraph) -> None:
    with pytest.raises(UsageError, match="near it: dataset:zeta, method:zeta") as caught:
        find(engine, "zet")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="try kg search"):
        find(engine, "quux")
    with pytest.raises(UsageError, match="no entity"):
        find(engine, "method:'}) DELETE n //")


def test_search_ranks_exact_before_prefix_before_word_before_inside(engine: EmbeddedGraph) -> None:
    found = [named.id for named, _ in search(engine, "zeta", types=["Method"])]
    assert found == ["method:zeta", "method:zeta-net", "method:big-zeta", "method:prezeta"] or found == [
        "method:zeta",
        "method:big-zeta",
        "method:zeta-net",
        "method:prezeta",
    ]
    forms = {named.id: form for named, form in search(engine, "zeta 9", types=["Method"])}
    assert forms == {"method:big-zeta": "ZETA 9"}


def test_search_ignores_case_hyphens_and_spaces_and_counts_papers(engine: EmbeddedGraph) -> None:
    ((named, form),) = search(engine, "RESNET50")
    assert (named, form) == (Named("method:resnet50", "Method", "ResNet-50", 2), "ResNet50")
    assert [named.id for named, _ in search(engine, "twins") or search(engine, "zeta on")] == [TWINS.id]
    assert search(engine, "quux") == []
    assert len(search(engine, "e", limit=2)) == 2


@pytest.mark.parametrize("text", ["", "  ", "-"])
def test_nothing_cannot_be_searched(text: str, engine: EmbeddedGraph) -> None:
    with pytest.raises(UsageError, match="nothing to search"):
        search(engine, text)


def test_the_top_of_a_type_is_by_papers_then_id(engine: EmbeddedGraph) -> None:
    assert top(engine, "Method", 2) == [
        Named("method:resnet50", "Method", "ResNet-50", 2),
        Named("method:big-zeta", "Method", "Big Zeta", 1),
    ]


def test_a_profile_holds_papers_evidence_makers_variants_and_company(engine: EmbeddedGraph) -> None:
    found = profile(engine, "hardware:a100", used_with=2)
    assert (found.name, found.kind, found.properties) == ("A100", "gpu", {"memory_gb": 40})
    assert [named.name for named in found.makers] == ["NVIDIA"]
    assert [(use.other.id, use.relation, use.date) for use in found.uses] == [
        (FIRST.id, "RUNS_ON", "2024-01-02"),
        (SECOND.id, "RUNS_ON", "2024"),
    ]
    assert found.uses[0].properties == {"count": 8}
    assert found.uses[0].evidence[0]["sentence"] == "It trains on ImageNet-1k with 8 A100 GPUs."
    assert [(named.id, named.papers) for named in found.used_with] == [
        ("dataset:imagenet1k", 2),
        ("method:resnet50", 2),
    ]
    assert [named.id for named in profile(engine, "method:resnet").variants] == ["method:resnet50"]
    assert [named.id for named in profile(engine, "method:resnet50").parents] == ["method:resnet"]
    assert [named.id for named in profile(engine, "organization:nvidia").products] == ["hardware:a100"]


def test_the_profile_of_a_paper_lists_its_entities_in_the_order_of_the_schema(engine: EmbeddedGraph) -> None:
    found = profile(engine, FIRST.id)
    assert [use.relation for use in found.uses][:3] == ["INTRODUCES", "COMPARES_WITH", "TRAINS_ON"]
    assert [use.other.name for use in found.uses if use.relation == "AUTHORED_BY"] == ["Ada Example", "Bo Sample"]
    assert found.used_with == []


def test_an_unknown_id_has_no_profile(engine: EmbeddedGraph) -> None:
    with pytest.raises(UsageError, match="no entity"):
        profile(engine, "method:nothing")


def ids_of(engine: EmbeddedGraph, start: str, goal: str, **options: object) -> list[str]:
    hops = paths_between(engine, start, goal, **options)  # type: ignore[arg-type]
    for one, other in pairwise(hops):
        assert one.end == other.start
    return [hops[0].start.id, *(hop.end.id for hop in hops)] if hops else []


def test_a_path_is_shortest_and_says_which_way_its_edges_point(engine: EmbeddedGraph) -> None:
    hops = paths_between(engine, "method:foonet", "hardware:a100")
    assert [(hop.relation, hop.forward) for hop in hops] == [("INTRODUCES", False), ("RUNS_ON", True)]
    assert hops[1].evidence[0]["text"] == "A100 GPUs"
    assert ids_of(engine, "method:foonet", "hardware:a100") == ["method:foonet", FIRST.id, "hardware:a100"]
    assert ids_of(engine, "hardware:a100", "method:foonet") == ["hardware:a100", FIRST.id, "method:foonet"]


def test_a_path_avoids_people_and_metrics_unless_they_are_its_ends_or_asked_for(engine: EmbeddedGraph) -> None:
    people = ids_of(engine, "author:ada-example", "author:cy-probe", through=["Paper", "Author"])
    assert people == ["author:ada-example", FIRST.id, "author:bo-sample", SECOND.id, "author:cy-probe"]
    default = ids_of(engine, "author:ada-example", "author:cy-probe")
    assert len(default) == 5
    assert entity_type(default[2]) in ("Method", "Dataset", "Hardware")
    assert ids_of(engine, "author:ada-example", "author:cy-probe", through=["Paper"]) == []


def test_paths_end_where_the_graph_or_the_patience_ends(engine: EmbeddedGraph) -> None:
    assert ids_of(engine, "author:solo-one", "hardware:a100") == []
    assert ids_of(engine, "method:foonet", "hardware:a100", max_hops=1) == []
    assert ids_of(engine, "method:foonet", "method:foonet") == []
    assert ids_of(engine, "author:ada-example", FIRST.id, max_hops=1) == ["author:ada-example", FIRST.id]


def test_of_several_edges_the_first_of_the_schema_is_shown(engine: EmbeddedGraph) -> None:
    (hop,) = paths_between(engine, "method:resnet50", "method:resnet")
    assert (hop.relation, hop.forward) == ("VARIANT_OF", True)


def test_an_empty_graph_has_no_entities(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("empty") / "graph.lbdb"
    write_database(assemble([], Vocabulary([])), path)
    with EmbeddedGraph(path) as engine:
        assert search(engine, "x") == []
        assert top(engine, "Method", 3) == []
