"""The model card: what the model is, what it was made of, how good it is, what to mind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["model_card"]

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
