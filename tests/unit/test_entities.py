"""Entities of components of others, with spaCy's entity ruler in the place of such a one."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.config import Config, read_config
from kg.errors import ConfigError
from kg.extractors.base import candidates_of
from kg.extractors.pipeline import create_pipeline
from kg.model import Paper
from kg.pipeline import Extractor, fingerprint

TEXT = "We train zibblewock on the Grumblefest collection with 4 Zorblax Q cards for snorfing; BERT is old."
PATTERNS = [
    {"label": "DATASET", "pattern": "Grumblefest"},
    {"label": "model", "pattern": "zibblewock"},
    {"label": "Hardware", "pattern": "Zorblax Q"},
    {"label": "task", "pattern": "snorfing"},
    {"label": "person", "pattern": "We"},
]
LABELS = {"dataset": "Dataset", "Model": "Method", "hardware": "Hardware", "task": "Task"}


def pipeline(*components: str, spans: str | None = None) -> Language:
    nlp = spacy.blank("en")
    if spans:
        nlp.add_pipe("span_ruler", config={"spans_key": spans}).add_patterns(PATTERNS)  # type: ignore[attr-defined]
    else:
        nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)  # type: ignore[attr-defined]
    for name in components:
        config = {"labels": LABELS, "spans": spans, "confidence": 0.7} if name == "kg_entities" else {}
        nlp.add_pipe(name, config=config)
    return nlp


def forms(doc: Doc) -> list[tuple[str, str, bool]]:
    return [(c.type, doc.text[c.start : c.end], c.named) for c in candidates_of(doc)]


EXPECTED = [
    ("Method", "zibblewock", False),
    ("Dataset", "Grumblefest", True),
    ("Hardware", "Zorblax Q", True),
    ("Task", "snorfing", False),
]


@pytest.mark.parametrize("spans", [None, "sc"])
def test_entities_become_candidates_of_our_types(spans: str | None) -> None:
    doc = pipeline("kg_entities", spans=spans)(TEXT)
    assert forms(doc) == EXPECTED
    assert {(c.extractor, c.confidence) for c in candidates_of(doc)} == {("entities", 0.7)}


def test_our_own_types_are_the_default_labels() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)  # type: ignore[attr-defined]
    nlp.add_pipe("kg_entities")
    assert forms(nlp(TEXT)) == EXPECTED[1:]


def test_spans_of_another_key_are_none() -> None:
    nlp = pipeline(spans="sc")
    nlp.add_pipe("kg_entities", config={"spans": "other"})
    assert forms(nlp(TEXT)) == []


def test_a_score_is_the_confidence() -> None:
    had = Span.has_extension("score")
    Span.set_extension("score", default=0, force=True)
    try:
        nlp = pipeline()
        doc = nlp(TEXT)
        doc.ents[1]._.score = 7  # more than sure is sure; no score is no confidence of zero
        nlp.add_pipe("kg_entities", config={"labels": LABELS})
        nlp.get_pipe("kg_entities")(doc)
        by_form = {TEXT[c.start : c.end]: c.confidence for c in candidates_of(doc)}
        assert by_form == {"zibblewock": 1.0, "Grumblefest": 0.5, "Zorblax Q": 0.5, "snorfing": 0.5}
    finally:
        if not had:
            Span.remove_extension("score")


def test_before_the_cues_entities_are_votes() -> None:
    doc = pipeline("kg_sentences", "kg_vocabulary", "kg_entities", "kg_cues")(TEXT)
    found = {(c.type, doc.text[c.start : c.end]) for c in doc._.kg_mentions}
    assert {("Hardware", "Zorblax Q"), ("Method", "BERT")} <= found


def test_after_the_cues_they_are_mentions_where_nothing_was_decided() -> None:
    nlp = pipeline("kg_sentences", "kg_vocabulary", "kg_cues", "kg_entities")
    nlp.get_pipe("entity_ruler").add_patterns([{"label": "dataset", "pattern": "BERT"}])  # type: ignore[attr-defined]
    doc = nlp(TEXT)
    found = [(c.type, doc.text[c.start : c.end], c.role) for c in doc._.kg_mentions if c.extractor == "entities"]
    assert found == [
        ("Method", "zibblewock", "used"),
        ("Dataset", "Grumblefest", "used"),
        ("Hardware", "Zorblax Q", "used"),
        ("Task", "snorfing", "mentioned"),
    ]
    assert ("Method", "BERT") in {(c.type, doc.text[c.start : c.end]) for c in doc._.kg_mentions}


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ConfigError, match="kg_entities: labels: Person is no type"):
        spacy.blank("en").add_pipe("kg_entities", config={"labels": {"person": "Person"}})


SETTINGS = """
components = ["kg_sentences", "kg_names", "kg_cues", "entity_ruler", "kg_entities"]
[settings.entity_ruler]
phrase_matcher_attr = "LOWER"
[settings.kg_entities]
confidence = 0.75
"""


def test_a_configuration_file_sets_up_components_of_others(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text(SETTINGS, encoding="utf-8")
    config = read_config(tmp_path / "kg.toml")
    nlp = create_pipeline(config.components, settings=config.settings)
    nlp.get_pipe("entity_ruler").add_patterns([{"label": "dataset", "pattern": "GRUMBLEFEST"}])  # type: ignore[attr-defined]
    (found,) = [c for c in nlp(TEXT)._.kg_mentions if c.extractor == "entities"]
    assert (found.type, found.confidence) == ("Dataset", 0.75)


def test_an_extractor_gives_components_their_settings() -> None:
    components = ("kg_sentences", "kg_entities", "kg_vocabulary", "kg_cues")
    config = Config(components=components, settings={"kg_entities": {"labels": {"person": "Person"}}})
    with pytest.raises(ConfigError, match="Person is no type"):
        Extractor(config)
    paper = Paper(id="title:x", title="", abstract=TEXT)
    (extraction,) = Extractor(Config(components=components)).run([paper])
    assert {mention.text for mention in extraction.mentions} == {"BERT"}


def test_settings_are_part_of_the_fingerprint() -> None:
    other = Config(settings={"kg_entities": {"confidence": 0.1}})
    assert fingerprint(other) != fingerprint(Config())
