"""The span model in torch: an encoder with word features at its input, and a head that scores whole spans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.errors import UsageError
from kg.extractors.neural_input import FEATURES, MAX_WIDTH
from kg.training.data import CLASSES, ROLES

__all__ = ["Batch", "SpanModel", "load_encoder", "whole_precision"]


class _HalfProduct(torch.autograd.Function):
    """A linear map whose matrix products run in bfloat16, all else in float32."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        half, weights = x.to(torch.bfloat16), weight.to(torch.bfloat16)
        ctx.save_for_backward(half, weights)
        return functional.linear(half, weights).float() + bias

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        half, weights = ctx.saved_tensors
        gradient = gradients[0].to(torch.bfloat16)
        rows = gradient.reshape(-1, gradient.shape[-1])
        return (
            (gradient @ weights).float(),
            (rows.t() @ half.reshape(-1, half.shape[-1])).float(),
            gradients[0].reshape(-1, gradient.shape[-1]).sum(0),
        )


class _HalfLinear(nn.Linear):
    """A linear map whose products alone are halved: ``torch.autocast`` on a CPU also halves what that makes slow."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return cast("Tensor", _HalfProduct.apply(x, self.weight, self.bias))
        return functional.linear(x, self.weight, self.bias)


def _halve(module: nn.Module) -> None:
    for child in module.modules():
        if type(child) is nn.Linear:
            child.__class__ = _HalfLinear


def whole_precision(model: SpanModel) -> SpanModel:
    """The model with plain linear maps, for export."""
    for child in model.modules():
        if type(child) is _HalfLinear:
            cast("Any", child).__class__ = nn.Linear
    return model


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware."""
    asked = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return bool(asked())


def load_encoder(base: Path, layers: int | Sequence[int] | None = None) -> nn.Module:
    """A BERT-like encoder of a folder in the Hugging Face layout.

    Args:
        base: Folder with ``config.json`` and weights.
        layers: How many of its layers to keep, counted from the input, or which; None for all.

    Raises:
        UsageError: if the folder holds no such encoder, or it has fewer layers.
    """
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging

    cast("Any", logging).disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(base)
        config.attention_probs_dropout_prob = 0.0  # lets the fused attention run
        encoder = AutoModel.from_pretrained(base, config=config, dtype=torch.float32)
        depth = len(encoder.encoder.layer)
    except (OSError, ValueError, AttributeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UsageError(f"{base} is no BERT-like encoder that can be trained: {reason}") from error
    encoder.pooler = None
    if layers is not None:
        kept = list(range(layers)) if isinstance(layers, int) else list(layers)
        if max(kept) >= depth:
            raise UsageError(f"{base} has {depth} layers, of which {max(kept) + 1} cannot be kept (--layers)")
        encoder.encoder.layer = nn.ModuleList(encoder.encoder.layer[i] for i in kept)
        encoder.config.num_hidden_layers = len(kept)
    return cast("nn.Module", encoder)


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side.

    Attributes:
        pieces, mask: (windows, pieces).
        features: (windows, pieces, FEATURES).
        starts, ends: Flat index (window * pieces + piece) of the first piece of each span's first word, and of the
            last piece of its last word, (spans,).
        widths: Words of each span less one, (spans,).
        classes, roles: Numbers of the labels, role -1 where there is none, (spans,).
    """

    pieces: Tensor
    mask: Tensor
    features: Tensor
    starts: Tensor
    ends: Tensor
    widths: Tensor
    classes: Tensor
    roles: Tensor


class SpanModel(nn.Module):
    """Scores spans: ReLU of the sum of a start, an end, a content and a width vector, then one linear map.

    Args:
        encoder: A BERT-like encoder.
        hidden: Size of the head.
    """

    def __init__(self, encoder: nn.Module, hidden: int = 256) -> None:
        super().__init__()
        self.encoder = encoder
        size = int(cast("Any", encoder).config.hidden_size)
        self.feature_map = nn.Linear(FEATURES, size, bias=False)
        nn.init.normal_(self.feature_map.weight, std=0.02)
        self.parts = nn.Linear(size, 3 * hidden)
        self.width = nn.Embedding(MAX_WIDTH, hidden)
        nn.init.normal_(self.width.weight, std=0.02)
        self.out = nn.Linear(hidden, len(CLASSES) + len(ROLES))
        self.dropout = nn.Dropout(0.1)
        for parameter in cast("Any", encoder).embeddings.word_embeddings.parameters():
            parameter.requires_grad = False  # thousands of names are too rare to be moved by a few hundred papers
        if has_fast_bfloat16():
            _halve(self.encoder)

    def encode(self, pieces: Tensor, mask: Tensor, features: Tensor) -> Tensor:
        """Start, end and content vectors of each piece, (windows, pieces, 3 * hidden)."""
        encoder = cast("Any", self.encoder)
        embedded = encoder.embeddings.word_embeddings(pieces) + self.feature_map(features)
        states = encoder(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        return cast("Tensor", self.parts(self.dropout(states)))

    def forward(self, batch: Batch) -> Tensor:
        """Scores, (spans, classes + roles)."""
        parts = self.encode(batch.pieces, batch.mask, batch.features)
        start, end, content = parts.reshape(-1, parts.shape[-1]).chunk(3, dim=-1)
        summed = functional.pad(content.cumsum(0), (0, 0, 1, 0))
        length = (batch.ends - batch.starts + 1).unsqueeze(1)
        inside = (summed[batch.ends + 1] - summed[batch.starts]) / length
        hidden = start[batch.starts] + end[batch.ends] + inside + self.width(batch.widths)
        return cast("Tensor", self.out(self.dropout(functional.relu(hidden))))


Pieces = Callable[[str], Sequence[int]]
