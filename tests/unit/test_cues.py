"""The decision over forms, with a small model of its own; and the model that ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import TITLE_SEPARATOR, add_candidates
from kg.extractors.cues import CLASSES, ROLES, Model, decide, load_model, probabilities, typed_features
from kg.schema import NODE_TYPES
from kg.vocabulary import Entry

TYPES = {
    "w:foonet": [0, 5, 0, 0, 0, 0],
    "w:fast ordered net": [0, 5, 0, 0, 0, 0],
    "w:fon": [0, 5, 0, 0, 0, 0],
    "w:ordered net": [0, 4, 0, 0, 0, 0],
    "w:setbank": [0, 0, 0, 5, 0, 0],
    "w:sorting": [0, 0, 0, 0, 5, 0],
    "w:accuracy": [0, 0, 0, 0, 0, 5],
    "w:tree search": [0, 0, 5, 0, 0, 0],
    "w:nothing": [5, 0, 0, 0, 0, 0],
    "w:dubious": [0, 0.1, 0, 0, 0, 0],
}
METHOD_ROLES = {"L:propose": [2, 0, 0], "L:outperform": [0, 2, 0], "L:use": [0, 0, 2]}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Decides by the words of a form alone, roles of methods by the verb before it."""
    path = tmp_path_factory.mktemp("model") / "cues.json"
    roles = {name: {"classes": ROLES[name], "weights": METHOD_ROLES if name == "Method" else {}} for name in ROLES}
    thresholds = dict.fromkeys(CLASSES[1:], 0.5)
    raw = {"types": {"classes": CLASSES, "weights": TYPES}, "roles": roles, "thresholds": thresholds}
    path.write_text(json.dumps(raw), encoding="utf-8")
    return load_model(path)


def document(text: str, *forms: str, extra: tuple[Candidate, ...] = ()) -> Doc:
    """A document in which some component marked the first place of each form."""
    nlp = spacy.blank("en")
    doc = nlp(text)
    marked = [
        Candidate("", at, at + len(form), True, 0.3, "names.coined") for form in forms if (at := text.find(form)) >= 0
    ]
    return add_candidates(doc, [*extra, *marked])


def decided(model: Model, text: str, *forms: str, extra: tuple[Candidate, ...] = ()) -> list[tuple[str, str]]:
    found = decide(document(text, *forms, extra=extra), model)
    return [(candidate.type, text[candidate.start : candidate.end]) for candidate in found]


def test_the_most_probable_type_wins(model: Model) -> None:
    text = "We use FooNet, SetBank, sorting, accuracy, tree search and nothing."
    found = decided(model, text, "FooNet", "SetBank", "sorting", "accuracy", "tree search", "nothing")
    assert found == [
        ("Method", "FooNet"),
        ("Dataset", "SetBank"),
        ("Task", "sorting"),
        ("Metric", "accuracy"),
        ("Method", "tree search"),
    ]


def test_what_stays_under_the_threshold_is_no_mention(model: Model) -> None:
    assert decided(model, "We use dubious and unknown.", "dubious", "unknown") == []


def test_plus_and_minus_tell_proper_names_from_common_nouns(model: Model) -> None:
    text = "We use FooNet, tree search and sorting."
    named = {c.end - c.start: c.named for c in decide(document(text, "FooNet", "tree search", "sorting"), model)}
    assert named == {len("FooNet"): True, len("tree search"): False, len("sorting"): False}


def test_a_task_is_named_if_its_entry_is(model: Model) -> None:
    entry = Entry("Task", "sorting", named=True)
    extra = (Candidate("Task", 7, 14, True, 0.9, "vocabulary.exact", entry),)
    (found,) = decide(document("We use sorting.", extra=extra), model)
    assert (found.named, found.entry, found.extractor) == (True, entry, "vocabulary")


def test_all_whole_word_places_of_an_accepted_form_are_mentions(model: Model) -> None:
    text = "FooNet is new. FooNet, (FooNet) and FooNet-based FooNet's, but not FooNet-XL, xFooNet, FooNets or FooNet.5."
    starts = [c.start for c in decide(document(text, "FooNet"), model)]
    assert [text[s - 1 : s + 7] for s in starts if s] == [" FooNet,", "(FooNet)", " FooNet-", " FooNet'"]
    assert starts[0] == 0


def test_forms_of_several_words_are_found_in_any_case(model: Model) -> None:
    assert len(decided(model, "Tree search is tree search. TREE SEARCH!", "tree search")) == 3
    assert len(decided(model, "İ Tree search is tree search.", "tree search")) == 1


def test_the_more_probable_of_overlapping_forms_stays(model: Model) -> None:
    text = "We use Fast Ordered Net here."
    assert decided(model, text, "Ordered Net", "Fast Ordered Net") == [("Method", "Fast Ordered Net")]


def test_an_acronym_and_its_long_form_decide_together(model: Model) -> None:
    text = "We propose Fast Ordered Nothing (FON). We use FON."
    assert decided(model, text, "FON") == [("Method", "Fast Ordered Nothing"), ("Method", "FON"), ("Method", "FON")]
    groups = {c.group for c in decide(document(text, "FON"), model)}
    assert groups == {"Fast Ordered Nothing"}


@pytest.mark.parametrize(("verb", "role"), [("propose", "introduced"), ("outperform", "compared"), ("use", "used")])
def test_the_words_around_a_method_say_its_role(model: Model, verb: str, role: str) -> None:
    (found,) = decide(document(f"We {verb} FooNet.", "FooNet"), model)
    assert found.role == role


def test_an_acronym_shares_the_role_of_its_long_form(model: Model) -> None:
    text = "We propose Fast Ordered Net (FON)."
    assert {c.role for c in decide(document(text, "FON", "Fast Ordered Net"), model)} == {"introduced"}


def test_metrics_are_reported(model: Model) -> None:
    (found,) = decide(document("The accuracy rose.", "accuracy"), model)
    assert found.role == "reported"


def test_hardware_and_links_stand_aside(model: Model) -> None:
    link = Candidate("Repository", 7, 13, True, 0.99, "links", role="code")
    assert decided(model, "We use FooNet.", "FooNet", extra=(link,)) == [("Repository", "FooNet")]
    assert decided(model, "We use FooNet.", extra=(link,)) == [("Repository", "FooNet")]


def test_what_stands_aside_does_not_overlap(model: Model) -> None:
    link = Candidate("Repository", 7, 13, True, 0.99, "links")
    device = Candidate("Hardware", 9, 20, True, 0.99, "hardware")
    assert decided(model, "We use FooNet GPUs.", extra=(link, device)) == [("Repository", "FooNet")]


def test_an_acronym_of_hardware_is_no_method(model: Model) -> None:
    text = "A Fast Ordered Net (FON) chip"
    device = Candidate("Hardware", 2, 29, True, 0.99, "hardware")
    forms, _ = typed_features(document(text, "FON", extra=(device,)))
    assert forms == {}


def test_a_document_without_candidates_has_no_mentions(model: Model) -> None:
    assert decided(model, "We use FooNet.") == []
    assert decided(model, "") == []


def test_quantities_are_no_names_whatever_the_model_says(tmp_path: Path) -> None:
    path = tmp_path / "cues.json"
    roles: dict[str, Any] = {name: {"classes": ROLES[name], "weights": {}} for name in ROLES}
    weights = {"src:names.coined": [0, 9, 0, 0, 0, 0]}
    thresholds = dict.fromkeys(CLASSES[1:], 0.5)
    raw = {"types": {"classes": CLASSES, "weights": weights}, "roles": roles, "thresholds": thresholds}
    path.write_text(json.dumps(raw), encoding="utf-8")
    text = "FooNet sees degrees of freedom (DoF) and the Nash equilibrium."
    assert decided(load_model(path), text, "FooNet", "DoF", "Nash equilibrium") == [("Method", "FooNet")]


def test_confidence_is_a_probability_of_four_digits(model: Model) -> None:
    (found,) = decide(document("We use FooNet.", "FooNet"), model)
    assert 0.5 <= found.confidence <= 1
    assert found.confidence == round(found.confidence, 4)


def test_probabilities_sum_to_one_whatever_the_scores() -> None:
    rows = probabilities(load_model().matrix[:50] * 1000)
    assert abs(rows.sum(axis=1) - 1).max() < 1e-5


def test_the_model_that_ships_fits_the_schema() -> None:
    model = load_model()
    assert model.columns["types"][0] == CLASSES
    assert model.thresholds.keys() == set(CLASSES[1:])
    assert all(0 < threshold < 1 for threshold in model.thresholds.values())
    for name, (classes, _) in model.columns.items():
        if name != "types":
            assert set(classes) <= set(NODE_TYPES[name].roles)
    assert {label.rstrip("+-") for label in CLASSES[1:]} <= NODE_TYPES.keys()


def test_unknown_features_count_for_nothing(model: Model) -> None:
    scores = model.scores({"zyx": ["never", "seen"], "FooNet": []})
    assert not scores[0].any()
    assert scores[1].any()


def test_many_shapes_are_forgotten_without_a_change(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extractors.cues._MOST_SHAPES", 1)
    before = model.scores({"FooNet": []})
    assert (model.scores({"Bar": [], "Baz": [], "FooNet": []})[2] == before[0]).all()


def test_the_component_takes_a_model(model: Model, tmp_path: Path) -> None:
    weights = {"w:zyx": [0, 0, 0, 9, 0, 0]}
    roles: dict[str, Any] = {name: {"classes": ROLES[name], "weights": {}} for name in ROLES}
    raw = {"types": {"classes": CLASSES, "weights": weights}, "roles": roles, "thresholds": dict.fromkeys(CLASSES, 0.5)}
    (tmp_path / "own.json").write_text(json.dumps(raw), encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_names")
    nlp.add_pipe("kg_cues", config={"rules": str(tmp_path / "own.json")})
    doc = nlp("Title" + TITLE_SEPARATOR + "We like ZYX.")
    assert [(c.type, doc.text[c.start : c.end]) for c in doc._.kg_mentions] == [("Dataset", "ZYX")]
