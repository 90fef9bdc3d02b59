"""The component that runs the model, in anybody's spaCy pipeline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.config import MODEL
from kg.errors import ConfigError
from kg.extractors.base import TITLE_SEPARATOR, add_candidates, candidates_of
from kg.extractors.features import Form
from kg.extractors.neural import DENSE, PROPOSED, form_scores, propose, text_for_model
from kg.extractors.neural_runtime import SpanScores
from kg.extractors.pipeline import COMPONENTS, create_pipeline

ABSTRACT = "We propose FooNet, a network for parsing. It is trained on BarBank and outperforms OldNet."
CLASSES, ROLES = 9, 7


def document(text: str = ABSTRACT) -> Doc:
    return spacy.blank("en")(text)


def scored(doc: Doc, **chances: float) -> SpanScores:
    """Forms at their first place with the probability of being an entity."""
    spans: dict[tuple[int, int], int] = {}
    rows = []
    for form, chance in chances.items():
        start = doc.text.find(form)
        spans[start, start + len(form)] = len(spans)
        rows.append([1 - chance, *[chance / (CLASSES - 1)] * (CLASSES - 1)])
    classes = np.log(np.array(rows, dtype=np.float32).reshape(-1, CLASSES))
    return SpanScores(spans, classes, np.full((len(rows), ROLES), -np.log(ROLES), dtype=np.float32))


def test_spans_that_may_be_entities_become_candidates() -> None:
    doc = document()
    propose(doc, scored(doc, OldNet=0.9, FooNet=PROPOSED + 0.01, network=PROPOSED - 0.01))
    found = [(c.type, doc.text[c.start : c.end], c.extractor) for c in candidates_of(doc)]
    assert found == [("", "FooNet", "neural"), ("", "OldNet", "neural")]


def test_candidates_of_others_stay() -> None:
    doc = add_candidates(document(), [Candidate("Method", 0, 2, True, 0.5, "mine")])
    propose(doc, scored(doc))
    assert [c.extractor for c in candidates_of(doc)] == ["mine"]


def test_a_document_that_no_model_saw_has_no_scores_of_forms() -> None:
    assert form_scores(document(), {"FooNet": Form("FooNet", [(11, 17)])}) is None


def test_a_form_has_mean_and_greatest_scores_of_its_places() -> None:
    doc = document("FooNet and FooNet and Other")
    spans = {(0, 6): 0, (11, 17): 1}
    classes = np.log(np.array([[0.5, *[0.0625] * 8], [0.1, 0.9, *[1e-30] * 7]], dtype=np.float32))
    doc._.kg_span_scores = SpanScores(spans, classes, np.zeros((2, ROLES), dtype=np.float32))
    forms = {"FooNet": Form("FooNet", [*spans, (20, 22)]), "Other": Form("Other", [(22, 27)])}
    rows = form_scores(doc, forms)
    assert rows is not None
    assert rows.shape == (2, DENSE)
    floored = np.maximum(classes, -10)
    assert rows[0, :CLASSES].tolist() == pytest.approx(floored.mean(axis=0).tolist())
    assert rows[0, CLASSES : 2 * CLASSES].tolist() == pytest.approx(floored.max(axis=0).tolist())
    assert rows[0, -1] == 1.0
    assert not rows[1].any()


def test_the_model_sees_what_the_components_before_found() -> None:
    doc = document("A Fast Net (FN) for parsing." + TITLE_SEPARATOR + "We use FN.")
    add_candidates(doc, [Candidate("Task", 20, 27, False, 0.5, "mine")])
    text = text_for_model(doc)
    assert {(vote.kind, vote.form) for vote in text.votes} == {
        ("Task", "parsing"),
        ("short", "FN"),
        ("long", "Fast Net"),
    }
    assert text.shapes[0, 9] == 1.0


def test_the_component_works_alone_in_a_pipeline_of_others() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("kg_neural")
    nlp.add_pipe("kg_cues")
    doc = nlp(ABSTRACT)
    proposed = {doc.text[c.start : c.end] for c in candidates_of(doc)}
    assert {"FooNet", "BarBank", "OldNet"} <= proposed
    assert "FooNet" in {doc.text[c.start : c.end] for c in doc._.kg_mentions}
    assert {(span.text, span.label_) for span in doc.spans["kg_neural"]} >= {("FooNet", "Method"), ("OldNet", "Method")}


def test_a_folder_can_be_named(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_neural", config={"model": str(tmp_path / "model")})
    shipped = spacy.blank("en")
    shipped.add_pipe("kg_neural")
    assert candidates_of(nlp(ABSTRACT)) == candidates_of(shipped(ABSTRACT))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no model folder of kg train"):
        spacy.blank("en").add_pipe("kg_neural", config={"model": str(tmp_path)})


def test_a_model_of_other_classes_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    card = tmp_path / "model" / "model.json"
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | {"roles": ["used"]}), encoding="utf-8")
    with pytest.raises(ConfigError, match="other classes or roles"):
        spacy.blank("en").add_pipe("kg_neural", config={"model": str(tmp_path / "model")})


def test_no_model_leaves_the_component_out() -> None:
    assert "kg_neural" not in create_pipeline(model=None).pipe_names
    assert tuple(create_pipeline().pipe_names) == COMPONENTS
