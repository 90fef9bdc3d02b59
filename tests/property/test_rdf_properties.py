"""Any graph comes back from any syntax, whatever its texts and numbers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.exporters.rdf import EXPORTER, SYNTAXES, Options
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(("", "\0", "\r", "\\", "\\u0000", ">", '"', "\ufffe", "🧪", "a\u0301", "]]>", "@id")),
)
LISTS = st.lists(TEXTS, max_size=4).map(tuple)
NUMBERS = st.floats(allow_nan=False)
ATTRIBUTES = st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.booleans(), NUMBERS), max_size=2)
EVIDENCE = st.builds(
    Evidence,
    sentence=TEXTS,
    text=TEXTS,
    field=st.sampled_from(("title", "abstract")),
    start=st.integers(0, 9),
    end=st.integers(0, 9),
    extractor=TEXTS,
    confidence=NUMBERS,
    attributes=ATTRIBUTES,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.one_of(
        TEXTS,
        st.sampled_from(
            ("2024", "2024-05", "2024-05-17", "https://a.org/b", "10.1234/x", "2401.00001", "0000-0002-1825-0097")
        ),
    ),
    "int": st.integers(),
    "string[]": LISTS,
}


def properties(kinds: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: VALUES[kind] for name, kind in kinds.items()})


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    label = draw(st.sampled_from(sorted(NODE_TYPES)))
    return Entity(
        id=draw(st.one_of(TEXTS, TEXTS.map(f"{label.lower()}:{{}}".format))),
        type=label,
        name=draw(TEXTS),
        aliases=draw(LISTS),
        named=draw(st.booleans()),
        kind=draw(st.none() | TEXTS),
        properties=draw(properties(NODE_TYPES[label].properties)),
    )


@st.composite
def graphs(draw: st.DrawFn) -> KnowledgeGraph:
    graph = KnowledgeGraph(draw(st.lists(entities(), max_size=6, unique_by=lambda entity: entity.id)))
    nodes = list(graph.entities())
    possible = [
        (source.id, label, target.id)
        for label, relation in sorted(RELATION_TYPES.items())
        for source in nodes
        if source.type in relation.sources
        for target in nodes
        if target.type in relation.targets
    ]
    for source, label, target in draw(st.lists(st.sampled_from(possible), max_size=5)) if possible else ():
        graph.add_relation(
            Relation(
                source=source,
                type=label,
                target=target,
                confidence=draw(st.just(1.0) | NUMBERS),
                properties=draw(properties(RELATION_TYPES[label].properties)),
                evidence=tuple(draw(st.lists(EVIDENCE, max_size=2))),
            )
        )
    return graph


@settings(max_examples=100)
@given(
    graphs(),
    st.sampled_from([*((suffix, None) for suffix in SYNTAXES), (".nq", "reification"), (".ttl", "triple-terms")]),
)
def test_a_graph_comes_back_from_every_syntax(graph: KnowledgeGraph, how: tuple[str, str | None]) -> None:
    suffix, statements = how
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"graph{suffix}"
        EXPORTER.write(graph, path, Options(statements=statements))
        assert EXPORTER.read_back(path) == graph
