"""What every spaCy component of this package keeps to, in anybody's pipeline."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from kg.candidates import Candidate
from kg.extractors.abbreviations import abbreviations_of
from kg.extractors.base import TITLE_SEPARATOR, candidates_of, sentences_of
from kg.extractors.pipeline import COMPONENTS, create_pipeline
from kg.schema import NODE_TYPES

FACTORIES = sorted(point.name for point in entry_points(group="spacy_factories") if point.name.startswith("kg_"))

SAMPLES = [
    "FooNet: Fast Ordered Networks" + TITLE_SEPARATOR + "We propose FooNet (Fast Ordered Network), which outperforms "
    "BERT on ImageNet. It trains on 8 NVIDIA A100 GPUs and reaches 81.2% accuracy. See https://github.com/a/b.",
    "We fine-tune GPT-2 on SQuAD with two TITAN V cards, e.g. for question answering.",
]
HOSTILE = [
    "",
    " ",
    "\n",
    TITLE_SEPARATOR,
    "a",
    "()",
    "\x00\x01\x1b[31m",
    "\u202e\u200f\ufeff",
    "😀👍🏽",
    "e\u0301" * 50,
    "İ" * 50 + " BERT",
    "שלום BERT مرحبا",
    "(" * 200,
    "BERT-" * 200,
    "$x$. " * 100,
    "A" * 5000,
    "https://" + "[" * 50,
    "8 x 8 x 8 NVIDIA NVIDIA GPUs GPUs 80GB 80GB",
    "<script>alert(1)</script>",
]

Found = tuple[list[Candidate], list[Candidate] | None, list[tuple[int, int]], list[object]]


def found(doc: Doc) -> Found:
    """All that the components leave on a document."""
    mentions = doc._.kg_mentions
    return candidates_of(doc), mentions and [*mentions], sentences_of(doc).spans, [*abbreviations_of(doc)]


def alone(factory: str) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe(factory)
    return nlp


@pytest.fixture(scope="module")
def together() -> Language:
    nlp = spacy.blank("en")
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp


@pytest.fixture(scope="module", params=FACTORIES)
def single(request: pytest.FixtureRequest) -> Language:
    return alone(request.param)


def test_every_component_of_the_pipeline_is_an_entry_point_and_the_other_way_round() -> None:
    assert sorted([*COMPONENTS, "kg_entities"]) == FACTORIES


@pytest.mark.parametrize("text", [*SAMPLES, *HOSTILE])
def test_a_component_alone_takes_any_document(single: Language, text: str) -> None:
    check(single(text))


@pytest.mark.parametrize("text", [*SAMPLES, *HOSTILE])
def test_all_components_together_take_any_document(together: Language, text: str) -> None:
    check(together(text))


def check(doc: Doc) -> None:
    """The promises of candidates and mentions."""
    size = len(doc.text)
    for candidate in [*candidates_of(doc), *(doc._.kg_mentions or [])]:
        assert 0 <= candidate.start < candidate.end <= size
        assert doc.text[candidate.start : candidate.end].strip()
        assert 0 <= candidate.confidence <= 1
        assert candidate.extractor
        assert candidate.type == "" or candidate.type in NODE_TYPES
        assert candidate.entry is None or candidate.entry.type == candidate.type
    mentions = doc._.kg_mentions or []
    for before, after in pairwise(mentions):
        assert before.end <= after.start
    for mention in mentions:
        assert mention.type in NODE_TYPES
        assert mention.role is None or mention.role in NODE_TYPES[mention.type].roles


def test_what_ran_before_does_not_matter(single: Language) -> None:
    fresh = [found(alone(single.pipe_names[0])(text)) for text in SAMPLES]
    for text in HOSTILE:
        single(text)
    assert [found(single(text)) for text in reversed(SAMPLES)] == fresh[::-1]


def test_batches_do_not_matter(together: Language) -> None:
    one_by_one = [found(together(text)) for text in [*SAMPLES, *HOSTILE]]
    for size in (1, 3, 100):
        assert [found(doc) for doc in together.pipe([*SAMPLES, *HOSTILE], batch_size=size)] == one_by_one


def test_tokens_do_not_matter() -> None:
    nlp = spacy.blank("en")
    for name in COMPONENTS:
        nlp.add_pipe(name)
    german = spacy.blank("de")
    for name in COMPONENTS:
        german.add_pipe(name)
    own = create_pipeline()
    for text in [*SAMPLES, *HOSTILE]:
        assert found(nlp(text)) == found(own(text)) == found(german(text))


def test_components_leave_the_annotation_of_others_alone(together: Language) -> None:
    words = ["We", "use", "BERT", "."]
    heads, deps, pos = [1, 1, 1, 1], ["nsubj", "ROOT", "dobj", "punct"], ["PRON", "VERB", "PROPN", "PUNCT"]
    doc = Doc(together.vocab, words=words, heads=heads, deps=deps, pos=pos)
    text = doc.text
    together(doc)
    assert doc.text == text
    assert ([t.head.i for t in doc], [t.dep_ for t in doc], [t.pos_ for t in doc]) == (heads, deps, pos)


def test_components_say_what_they_need(together: Language) -> None:
    assert not any(problems(together).values())
    assert problems(alone("kg_results")) == {"kg_results": ["doc._.kg_mentions"]}


def problems(nlp: Language) -> dict[str, list[str]]:
    analysis = nlp.analyze_pipes()
    assert analysis is not None
    return dict(analysis["problems"])


def test_a_pipeline_survives_its_configuration(together: Language) -> None:
    again = spacy.util.load_model_from_config(together.config, auto_fill=False)
    assert again.pipe_names == together.pipe_names
    assert [found(again(text)) for text in SAMPLES] == [found(together(text)) for text in SAMPLES]


def test_a_pipeline_survives_bytes(together: Language) -> None:
    again = spacy.util.load_model_from_config(together.config)
    again.from_bytes(together.to_bytes())
    assert [found(again(text)) for text in SAMPLES] == [found(together(text)) for text in SAMPLES]


@pytest.mark.parametrize("own_tokens", [True, False])
def test_a_pipeline_survives_a_folder(tmp_path: Path, together: Language, own_tokens: bool) -> None:
    nlp = create_pipeline() if own_tokens else together
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert type(again.tokenizer) is type(nlp.tokenizer)
    assert [found(again(text)) for text in SAMPLES] == [found(together(text)) for text in SAMPLES]


def test_a_saved_pipeline_needs_no_import_of_ours(tmp_path: Path) -> None:
    create_pipeline().to_disk(tmp_path / "pipeline")
    code = "import spacy, sys; print(*[c.type for c in spacy.load(sys.argv[1])('We use BERT.')._.kg_mentions])"
    command = [sys.executable, "-c", code, str(tmp_path / "pipeline")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "Method\n"


def test_the_tokenizer_of_the_rule_pipeline_has_no_state() -> None:
    nlp = create_pipeline()
    again = create_pipeline().from_bytes(nlp.to_bytes())
    assert [token.text for token in again("One two.")] == ["One two."]
    assert len(again("")) == 0


def test_documents_survive_bytes_with_what_was_found(together: Language) -> None:
    for text in [*SAMPLES, *HOSTILE]:
        doc = together(text)
        again = Doc(Vocab()).from_bytes(doc.to_bytes())
        assert found(again) == found(doc)
        assert [s.text for s in again.sents] == [s.text for s in doc.sents] if len(doc) else True


def test_documents_survive_a_docbin_a_copy_and_a_pickle(together: Language) -> None:
    doc = together(SAMPLES[0])
    (packed,) = DocBin(store_user_data=True, docs=[doc]).get_docs(together.vocab)
    assert found(packed) == found(doc)
    assert found(doc.copy()) == found(doc)
    assert found(pickle.loads(pickle.dumps(doc))) == found(doc)


def test_data_of_others_is_written_as_before() -> None:
    doc = spacy.blank("en")("One two.")
    doc.user_data["other"] = {"__kg__": "Nothing of ours", "n": [1, {"a": None}]}
    again = Doc(Vocab()).from_bytes(doc.to_bytes())
    assert again.user_data["other"] == {"__kg__": "Nothing of ours", "n": [1, {"a": None}]}
    doc.user_data["other"] = object()
    with pytest.raises(TypeError):
        doc.to_bytes()


def test_documents_come_back_from_other_processes(together: Language) -> None:
    docs = list(together.pipe(SAMPLES, n_process=2, batch_size=1))
    assert [found(doc) for doc in docs] == [found(together(text)) for text in SAMPLES]


def test_a_second_pass_over_a_document_adds_no_mentions(together: Language) -> None:
    doc = together(SAMPLES[0])
    once = list(doc._.kg_mentions)
    assert together(doc)._.kg_mentions == once
