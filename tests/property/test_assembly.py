"""Assembly is a function of the set of items: order, repetition and partition do not matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.assemble import assemble
from kg.exporters.jsonl import lines_of
from kg.ids import entity_id
from kg.model import Extraction, Mention, Paper
from kg.schema import EXTRACTED_TYPES, NODE_TYPES
from kg.vocabulary import Vocabulary
from tests.graphs import FINGERPRINT, VOCABULARY

Item = tuple[Paper, Extraction]

NAMES = (
    "ResNet",
    "ResNet-50",
    "resnet 50",
    "Foo",
    "Foo-2",
    "Foo-2-7B",
    "A100",
    "ImageNet",
    "accuracy",
    "🧪 test",
    "')--",
)
ORCIDS = ("0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0001-5109-3701")
"""The last one is none: its check digit is wrong."""
RORS = ("03jdj4y14", "05dxps055", "nonsense")
ATTRIBUTES = st.dictionaries(
    st.sampled_from(("kind", "count", "value", "vendor", "memory_gb", "url")),
    st.one_of(
        st.sampled_from(("gpu", "NVIDIA", "https://a.org/x", "")), st.integers(0, 9), st.booleans(), st.just(-0.0)
    ),
    max_size=3,
)


@st.composite
def mentions(draw: st.DrawFn, paper: Paper) -> Mention:
    entity_type = draw(st.sampled_from(EXTRACTED_TYPES))
    field = draw(st.sampled_from(("title", "abstract")))
    text = getattr(paper, field)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    name = draw(st.sampled_from(NAMES))
    return Mention(
        type=entity_type,
        text=text[start:end],
        field=field,
        start=start,
        end=end,
        entity=entity_id(entity_type, name),
        name=name,
        named=draw(st.booleans()),
        role=draw(st.sampled_from(NODE_TYPES[entity_type].roles)),
        confidence=draw(st.sampled_from((0.0, -0.0, 0.25, 1.0))),
        extractor=draw(st.sampled_from(("a", "b"))),
        sentence=(0, len(text)),
        attributes=draw(ATTRIBUTES),
    )


@st.composite
def items(draw: st.DrawFn) -> Item:
    paper = Paper(
        id=f"title:{draw(st.sampled_from('abc'))}",
        title=draw(st.text(max_size=8)),
        abstract=draw(st.text(max_size=12)),
        date=draw(st.sampled_from((None, "2024", "2024-05-06"))),
        authors=tuple(draw(st.lists(st.sampled_from(("Al A", "al a", "Bo", "")), max_size=3))),
        organizations=tuple(draw(st.lists(st.sampled_from(("NVIDIA", "Lab")), max_size=2))),
        orcids=draw(st.dictionaries(st.sampled_from(("Al A", "al a", "Bo")), st.sampled_from(ORCIDS), max_size=2)),
        rors=draw(st.dictionaries(st.sampled_from(("NVIDIA", "Lab")), st.sampled_from(RORS), max_size=2)),
        links=tuple(
            draw(st.lists(st.sampled_from(("https://a.org/x", "http://A.org/x/", "github.com/o/r")), max_size=2))
        ),
    )
    found = draw(st.lists(mentions(paper), max_size=5))
    return paper, Extraction(paper_id=paper.id, fingerprint=FINGERPRINT, mentions=tuple(found))


VOCABULARIES = st.sampled_from((Vocabulary([]), VOCABULARY))


def export(found: list[Item], vocabulary: Vocabulary) -> str:
    return "".join(lines_of(assemble(found, vocabulary)))


@given(st.lists(items(), max_size=5), VOCABULARIES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(found: list[Item], vocabulary: Vocabulary, random: object) -> None:
    expected = export(found, vocabulary)
    mixed = [*found, *found[: len(found) // 2]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert export(mixed, vocabulary) == expected


@given(st.lists(items(), max_size=5), VOCABULARIES, st.data())
def test_any_partition_of_the_mentions_of_a_paper_gives_the_same_graph(
    found: list[Item], vocabulary: Vocabulary, data: st.DataObject
) -> None:
    parts: list[Item] = []
    for paper, extraction in found:
        cut = data.draw(st.integers(0, len(extraction.mentions)))
        for part in (extraction.mentions[cut:], extraction.mentions[:cut]):
            parts.append((paper, extraction.model_copy(update={"mentions": part})))
    assert export(parts, vocabulary) == export(found, vocabulary)


@given(st.lists(items(), max_size=6), VOCABULARIES)
def test_variants_never_lead_back(found: list[Item], vocabulary: Vocabulary) -> None:
    graph = assemble(found, vocabulary)
    parents = {relation.source: relation.target for relation in graph.relations("VARIANT_OF")}
    assert len(parents) == len(list(graph.relations("VARIANT_OF")))
    for entity in parents:
        seen = {entity}
        while (entity := parents.get(entity, "")) and entity:
            assert entity not in seen
            seen.add(entity)
