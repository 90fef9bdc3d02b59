"""The one spaCy pipeline, and what it makes of a paper."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy

from kg.extractors.base import TITLE_SEPARATOR
from kg.extractors.pipeline import COMPONENTS, create_pipeline, run
from tests.extraction import found, mentions, paper, pipeline

SAMPLE = (
    "We propose FooNet (Fast Ordered Network), which outperforms BERT on ImageNet. It trains on 8 NVIDIA A100 GPUs "
    "and reaches an accuracy of 81.2% in image classification. Code: https://github.com/example/foonet."
)


def test_the_components_are_those_of_the_table_in_order() -> None:
    assert tuple(pipeline().pipe_names) == COMPONENTS


def test_an_unknown_component_is_refused() -> None:
    with pytest.raises(ValueError, match="kg_nonsense"):
        create_pipeline(["kg_nonsense"])


def test_chosen_components_get_spacys_tokens() -> None:
    nlp = create_pipeline(["kg_sentences", "kg_links"])
    assert len(nlp("One two three.")) > 1
    assert len(pipeline()("One two three.")) == 1


def test_a_folder_of_seeds_reaches_the_components_that_read_it(tmp_path: Path) -> None:
    (tmp_path / "methods.jsonl").write_text('{"name": "Zyx"}\n', encoding="utf-8")
    nlp = create_pipeline(["kg_vocabulary", "kg_hardware"], tmp_path)
    assert [c.entry.name for c in nlp("Zyx beats BERT.")._.kg_candidates if c.entry] == ["Zyx"]
    folders = {name: nlp.config["components"][name]["folder"] for name in nlp.pipe_names}
    assert folders == dict.fromkeys(nlp.pipe_names, str(tmp_path))


def test_a_saved_pipeline_names_no_folder_of_this_machine() -> None:
    assert str(Path(__file__).parent.parent.parent) not in pipeline().config.to_str()


def test_papers_come_out_in_order() -> None:
    papers = [("Foo", "We use BERT."), ("", ""), ("Bar", "We use ImageNet.")]
    out = [(text, [text[c.start : c.end] for c in found]) for text, _, found in run(pipeline(), papers)]
    assert out == [
        ("Foo" + TITLE_SEPARATOR + "We use BERT.", ["BERT"]),
        (TITLE_SEPARATOR, []),
        ("Bar" + TITLE_SEPARATOR + "We use ImageNet.", ["ImageNet"]),
    ]


def test_the_length_of_a_title_is_known_even_if_it_has_an_empty_line() -> None:
    assert {(m.field, m.text) for m in mentions("BERT\n\nagain", "We use BERT here.")} == {
        ("title", "BERT"),
        ("abstract", "BERT"),
    }


def test_a_paper_of_all_types() -> None:
    assert found("FooNet: Fast Ordered Networks", SAMPLE) >= {
        ("Method", "FooNet"),
        ("Method", "BERT"),
        ("Dataset", "ImageNet"),
        ("Metric", "accuracy"),
        ("Task", "image classification"),
        ("Repository", "https://github.com/example/foonet"),
    }
    assert any(kind == "Hardware" for kind, _ in found("FooNet: Fast Ordered Networks", SAMPLE))


def test_the_attributes_of_mentions() -> None:
    by_type = {m.type: m.attributes for m in mentions("FooNet: Fast Ordered Networks", SAMPLE)}
    assert by_type["Metric"] == {"value": "81.2%"}
    assert by_type["Hardware"]["count"] == 8
    assert by_type["Repository"]["kind"] == "github"


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("", ""),
        ("FooNet: Nets", ""),
        ("", SAMPLE),
        (" ", " "),
        ("\n\n", "\n\n"),
        ("  FooNet: Nets  ", "  " + SAMPLE + "  "),
        ("FooNet\n\nand BERT", SAMPLE),
        ("On Large Language", "Models (LLM) and more. LLM are used."),
        ("A note on (large", "language models) BERT."),
        ("İstanbul: İ", "İİİ FooNet beats BERT on ImageNet, e.g. İmageNet."),
        ("😀 FooNet 😀", "😀😀 BERT 👍🏽 ImageNet e\u0301\u0301 COCO"),
        ("שלום BERT עולם", "مرحبا ImageNet بالعالم"),
        ("\x00\x1b[31mBERT\x1b[0m", "\u202eImageNet\u202c \ufeffCOCO\u200b"),
        ("$\\mathcal{L}_{BERT}$", "$O(n. log n)$ BERT $x_{ImageNet}$, \\textbf{COCO} \\url{https://a.example/b}"),
        ("<b>BERT</b>", '<script>alert("ImageNet")</script> & COCO'),
    ],
)
def test_offsets_are_those_of_the_field(title: str, abstract: str) -> None:
    source = paper(title, abstract)
    for mention in mentions(title, abstract):
        field = getattr(source, mention.field)
        begin, end = mention.sentence
        assert field[mention.start : mention.end] == mention.text
        assert 0 <= begin <= mention.start < mention.end <= end <= len(field)


def test_mentions_of_hostile_texts_are_found_all_the_same() -> None:
    assert ("Dataset", "ImageNet") in found("", "\u202eWe evaluate on ImageNet\u202c and COCO.")
    assert ("Dataset", "ImageNet") in found("", "İ: we evaluate BERT on ImageNet and COCO.")


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "BERT ",
            "BERT-",
            "BERT, ",
            "8 A100 GPUs, ",
            "neural network (NN) ",
            "https://github.com/a/b ",
            "(",
            "A",
            "İ",
        ),
        *("\n", "a" * 50 + "B", "We propose a ", "$x. ", "😀 ", "e\u0301", "1.5% accuracy, "),
    ],
)
def test_a_hundred_kilobytes(unit: str) -> None:
    assert len(mentions("A" * 1000, unit * (100_000 // len(unit)))) < 100_000


def test_the_pipeline_runs_on_documents_of_others() -> None:
    nlp = spacy.blank("en")
    for name in COMPONENTS:
        nlp.add_pipe(name)
    doc = nlp(SAMPLE)
    own = pipeline()(SAMPLE)
    assert doc._.kg_mentions == own._.kg_mentions != []


def test_a_second_pass_changes_nothing() -> None:
    nlp = spacy.blank("en")
    for name in COMPONENTS:
        nlp.add_pipe(name)
    doc = nlp(SAMPLE)
    once = list(doc._.kg_mentions)
    assert nlp(doc)._.kg_mentions == once
