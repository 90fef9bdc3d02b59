"""The model card: what the model is, what it was made of, how good it is, what to mind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.evaluate import Pair, figures

__all__ = ["add_scores", "model_card"]

_TEXT = """\
# Span model of paper-kg

Marks methods, datasets, hardware, tasks and metrics in titles and abstracts of research papers, tells proper names from
common nouns, and says what each is to the paper. It runs inside the spaCy component `kg_neural` by onnxruntime, without
torch.

- **Encoder**: {base}, {layers} layers of {size}; word features (shape, votes of rules and vocabularies) are added to
  its embeddings. Head: one score a class and role for each span of up to {width} words of one sentence.
- **Files**: `model.onnx` ({megabytes:.1f} MB; matrix products and embeddings in 8 bits), `tokenizer.json`, `model.json`
  (classes, settings), `cues.json` (weights of the vote of model, rules and vocabularies).
- **Trained on**: {papers} annotated papers. No text of them is in these files.
- **Made by**: `{command}`
{scores}
## Limits

English machine learning papers, title and abstract. Names of more than {width} words are out of reach of the model
(not of the rules). Hardware is rare in abstracts: a few hundred annotated names. Scores may differ in the last digits
between kinds of processors; on one machine the same text gives the same mentions, whatever stands beside it.

## Licence

Weights: Apache-2.0, as the rest of the package. The encoder all-MiniLM-L6-v2 is Apache-2.0 (sentence-transformers;
from nreimers/MiniLM-L6-H384-uncased, MIT, Microsoft).
"""


def model_card(card: Mapping[str, Any], scores: str = "") -> str:
    """The card as Markdown.

    Args:
        card: What ``model.json`` says.
        scores: A Markdown section with scores by type.
    """
    return _TEXT.format(**card, scores=scores)


_SCORES = """
## Scores

The whole pipeline (model, rules and vocabularies) on the {papers} papers of `{name}`, none of which it was trained on
(`kg evaluate`): F1 of distinct forms, of proper names and of all; F1 of entities; share of right roles. "core" is
methods, datasets and hardware together.

| | proper names | annotated | all forms | annotated | entities | roles |
|---|---|---|---|---|---|---|
{rows}
"""
_MARKED = ("Method", "Dataset", "Hardware", "core", "Task", "Metric")


def add_scores(folder: Path, pairs: Sequence[Pair], name: str) -> None:
    """Write the card of a model anew, with its scores by type.

    Args:
        folder: Of the model.
        pairs: Annotated papers and what the pipeline found in them.
        name: What to call these papers.
    """
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    found = figures(pairs)
    rows = "\n".join(_row(kind, found[kind]) for kind in _MARKED)
    scores = _SCORES.format(papers=len(pairs), name=name, rows=rows)
    (folder / "README.md").write_text(model_card(card, scores), encoding="utf-8")


def _row(kind: str, found: Mapping[str, Any]) -> str:
    """A row of the table; a figure that nothing was annotated for is left out."""
    cells = [kind]
    for what in ("named", "all"):
        count = found[what]["gold"]
        cells += [f"{found[what]['f1']:.3f}" if count else "", str(count)]
    cells.append(f"{found['ent']['f1']:.3f}" if found["named"]["gold"] else "")
    cells.append("" if found["role"] is None else f"{found['role']:.3f}")
    return f"| {' | '.join(cells)} |"
