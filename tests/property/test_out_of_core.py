"""Assembly out of core gives the bytes of assembly in memory, made whole or brought up to date, whatever the steps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from kg.assemble import assemble
from kg.exporters.jsonl import lines_of
from kg.ids import digest
from kg.people import People
from kg.publication import DATABASE, GRAPH, Counts, Item, delta_of, write_changed, write_whole
from kg.vocabulary import Entry, Vocabulary
from tests.graphs import VOCABULARY
from tests.property.test_assembly import Item as Found
from tests.property.test_assembly import items

# With makers, and with parents that lead round in circles by name and by entry.
TANGLED = Vocabulary(
    [
        Entry("Method", "Foo", parent="Foo-2"),
        Entry("Method", "Foo-2", aliases=("resnet",)),
        Entry("Method", "Other", aliases=("Foo-2-7B",), parent="Foo"),
        Entry("Hardware", "Board-2", parent="A100"),
        Entry("Hardware", "A100", maker="Maker Inc"),
    ]
)
VOCABULARIES = st.sampled_from((Vocabulary([]), VOCABULARY, TANGLED))
SNAPSHOTS = st.lists(st.lists(items(), max_size=4), min_size=1, max_size=4)


def due(found: list[Found]) -> dict[str, Item]:
    """The papers of a log: one of each id, by id, with a digest."""
    one_each = {paper.id: (paper, extraction) for paper, extraction in found}
    people = people_of(item for item in one_each.values())
    own = {name: digest(paper.model_dump_json() + found.model_dump_json()) for name, (paper, found) in one_each.items()}
    return {
        name: (paper, extraction, people.digest(own[name], paper.authors, paper.organizations))
        for name, (paper, extraction) in sorted(one_each.items())
    }


def people_of(found: Iterable[Found]) -> People:
    return People(paper for paper, _ in found)


def expected(wanted: dict[str, Item], vocabulary: Vocabulary) -> bytes:
    return "".join(lines_of(assemble([item[:2] for item in wanted.values()], vocabulary))).encode()


@given(SNAPSHOTS, VOCABULARIES)
def test_a_graph_that_is_brought_up_to_date_is_the_one_made_whole(
    snapshots: list[list[Found]], vocabulary: Vocabulary
) -> None:
    with TemporaryDirectory() as scratch:
        builds = [Path(scratch) / str(number) for number in range(len(snapshots))]
        for number, (build, found) in enumerate(zip(builds, snapshots, strict=True)):
            build.mkdir()
            wanted = due(found)
            people = people_of(item[:2] for item in wanted.values())
            if number == 0:
                written = write_whole(build, wanted.values(), vocabulary, "rules", people=people, database=False)
            else:
                old = builds[number - 1]
                delta = delta_of(old, [(name, item[2]) for name, item in wanted.items()], vocabulary, "rules")
                assert delta is not None
                changed = [wanted[name] for name in delta.changed]
                written = write_changed(
                    build, old, delta, changed, vocabulary, written.counts, people=people, database=False
                )
            (build / DATABASE).touch()
            assert (build / GRAPH).read_bytes() == expected(wanted, vocabulary)
            graph = assemble([item[:2] for item in wanted.values()], vocabulary)
            assert written.counts.for_manifest() == Counts.of_graph(graph).for_manifest()
