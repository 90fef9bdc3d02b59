"""What the tests of training share: papers written for them, a tiny encoder, and torch or a reason why not."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kg.training.data import Example, examples

try:
    import torch
    from transformers import BertConfig, BertModel

    from kg.training import export, loop, model, run, voting
except ImportError as error:
    if os.environ.get("CI") == "true":
        raise
    pytest.skip(f"{error.name} is missing: make train-env", allow_module_level=True)

__all__ = ["PAPERS", "export", "loop", "model", "run", "tiny_encoder", "torch", "trained_examples", "voting", "write"]


def entity(kind: str, role: str, *forms: str, named: bool = True) -> dict[str, Any]:
    return {"type": kind, "forms": list(forms), "named": named, "role": role}


def _paper(number: int, method: str, data: str, task: str, device: str) -> dict[str, Any]:
    return {
        "id": f"title:paper-{number}",
        "title": f"{method}: a new model for {task}",
        "abstract": f"We propose {method} for {task}. It is trained on {data} and evaluated on {data}-Hard. "
        f"{method} outperforms OldNet-{number} in accuracy. We used a tree search and two {device} cards.",
        "entities": [
            entity("Method", "introduced", method),
            entity("Method", "compared", f"OldNet-{number}"),
            entity("Method", "used", "tree search", named=False),
            entity("Dataset", "trained", data),
            entity("Dataset", "used", f"{data}-Hard"),
            entity("Task", "addressed", task, named=False),
            entity("Metric", "reported", "accuracy", named=False),
            entity("Hardware", "used", device),
        ],
    }


PAPERS = [
    _paper(number, f"{word}Net", f"{word}Bank", task, device)
    for number, (word, task, device) in enumerate(
        (word, task, device)
        for word, device in (("Foo", "Zeta Q9"), ("Bar", "Titan X"), ("Baz", "Omega 12"))
        for task in ("sorting", "parsing", "tree drawing", "map matching")
    )
]
"""Twelve papers; four share each of three names, so that there is something to learn."""

_LETTERS = [chr(code) for code in range(33, 127)]
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_WORDS = """a and for in is it model net bank new on propose search trained tree two used we cards evaluated outperforms
accuracy sorting parsing drawing matching map""".split()


def tiny_encoder(folder: Path, layers: int = 2) -> Path:
    """A random BERT of two layers of 32 and a WordPiece tokenizer, in the Hugging Face layout."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    pieces = [*_SPECIAL, *_LETTERS, *(f"##{letter}" for letter in _LETTERS), *_WORDS]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    torch.manual_seed(7)
    BertModel(config).save_pretrained(folder)
    return folder


def write(path: Path, records: Sequence[Mapping[str, Any]]) -> Path:
    """JSON Lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def trained_examples() -> list[Example]:
    """The papers as examples."""
    return examples(PAPERS)
