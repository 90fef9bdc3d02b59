"""Papers, extractions and graphs made by hand, for the tests of assembly, workspace, exports and queries."""

from __future__ import annotations

from kg.assemble import assemble
from kg.graph import KnowledgeGraph
from kg.ids import entity_id, paper_id
from kg.model import Attributes, Extraction, Mention, Paper
from kg.vocabulary import Entry, Vocabulary

FINGERPRINT = "test-pipeline"

VOCABULARY = Vocabulary(
    [
        Entry("Method", "ResNet", aliases=("Residual Network",), kind="architecture", year=2015),
        Entry("Method", "ResNet-50", aliases=("ResNet50",), kind="architecture", parent="ResNet"),
        Entry("Method", "contrastive learning", named=False),
        Entry("Dataset", "ImageNet", aliases=("ILSVRC",), kind="dataset", home="https://image-net.org"),
        Entry("Dataset", "ImageNet-1k", parent="ImageNet"),
        Entry("Hardware", "A100", aliases=("NVIDIA A100",), kind="gpu", maker="NVIDIA", memory_gb=40),
        Entry("Task", "image classification", named=False),
        Entry("Metric", "accuracy", aliases=("top-1 accuracy",), named=False),
    ]
)


def mention(
    paper: Paper,
    type: str,
    text: str,
    role: str,
    *,
    entity: str | None = None,
    name: str | None = None,
    named: bool = True,
    confidence: float = 0.9,
    attributes: Attributes | None = None,
    nth: int = 0,
) -> Mention:
    """A mention at the nth place where the title, else the abstract, has the text; its sentence ends at a full stop."""
    field = "title" if text in paper.title else "abstract"
    whole = paper.title if field == "title" else paper.abstract
    start = whole.index(text)
    for _ in range(nth):
        start = whole.index(text, start + 1)
    end = start + len(text)
    begin = whole.rfind(". ", 0, start) + 2 if ". " in whole[:start] else 0
    stop = whole.find(". ", end) + 1 or len(whole)
    return Mention(
        type=type,
        text=text,
        field="title" if field == "title" else "abstract",
        start=start,
        end=end,
        entity=entity or entity_id(type, name or text),
        name=name or text,
        named=named,
        role=role,
        confidence=confidence,
        extractor="test",
        sentence=(begin, stop),
        attributes=attributes or {},
    )


def extraction(paper: Paper, *mentions: Mention) -> Extraction:
    """What the test pipeline found in a paper."""
    return Extraction(paper_id=paper.id, fingerprint=FINGERPRINT, mentions=mentions)


FIRST = Paper(
    id="arxiv:2401.00001",
    title="FooNet: Residual Networks Revisited",
    abstract=(
        "We propose FooNet, which outperforms ResNet-50. It trains on ImageNet-1k with 8 A100 GPUs. "
        "FooNet reaches 81.2% top-1 accuracy in image classification."
    ),
    date="2024-01-02",
    authors=("Ada Example", "Bo Sample"),
    organizations=("Example Lab",),
    arxiv_id="2401.00001",
    links=("https://github.com/example/foonet", "https://arxiv.org/abs/2401.00001"),
    upvotes=7,
)
SECOND = Paper(
    id="doi:10.1234/second",
    title="Training FooNet-XL on Many Devices",
    abstract="FooNet-XL and ResNet-50 run on 16 A100 GPUs. We evaluate on ImageNet-1k.",
    date="2024",
    authors=("Bo Sample", "Cy Probe"),
    organizations=("NVIDIA",),
    doi="10.1234/second",
)
EMPTY = Paper(id=paper_id("A Paper Without Mentions"), title="A Paper Without Mentions")

ITEMS = [
    (
        FIRST,
        extraction(
            FIRST,
            mention(FIRST, "Method", "FooNet", "introduced"),
            mention(FIRST, "Method", "ResNet-50", "compared"),
            mention(FIRST, "Dataset", "ImageNet-1k", "trained"),
            mention(FIRST, "Hardware", "A100 GPUs", "used", name="A100", attributes={"count": 8, "kind": "gpu"}),
            mention(
                FIRST,
                "Metric",
                "top-1 accuracy",
                "reported",
                name="accuracy",
                named=False,
                attributes={"value": "81.2%"},
            ),
            mention(FIRST, "Task", "image classification", "addressed", named=False),
        ),
    ),
    (
        SECOND,
        extraction(
            SECOND,
            mention(SECOND, "Method", "FooNet-XL", "used"),
            mention(SECOND, "Method", "ResNet-50", "used"),
            mention(SECOND, "Hardware", "A100 GPUs", "used", name="A100", attributes={"count": 16}),
            mention(SECOND, "Dataset", "ImageNet-1k", "used"),
        ),
    ),
    (EMPTY, extraction(EMPTY)),
]


def sample_graph() -> KnowledgeGraph:
    """The graph of the sample items."""
    return assemble(ITEMS, VOCABULARY)
