"""A trained span model as the files that run without torch: ONNX in 8 bits, tokenizer, card."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extractors.neural_input import FEATURES
from kg.training.model import SpanModel, whole_precision

__all__ = ["export_onnx", "quantise"]


class _ByteEmbedding(nn.Module):
    """An embedding table in signed bytes with one scale a row."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        table, scale = cast("Tensor", self.table), cast("Tensor", self.scale)
        return table[ids].float() * scale[ids]


def _joint_projection(own: Any, heads: int) -> nn.Linear:
    """Query, key and value in one map, so that their input is quantised once; the query scaled."""
    size = own.query.in_features
    joint = nn.Linear(size, 3 * size)
    scale = (size // heads) ** -0.5
    with torch.no_grad():
        joint.weight.copy_(torch.cat([own.query.weight * scale, own.key.weight, own.value.weight]))
        joint.bias.copy_(torch.cat([own.query.bias * scale, own.key.bias, own.value.bias]))
    return joint


class _Exported(nn.Module):
    """The span model for one window: what the runtime calls."""

    def __init__(self, model: SpanModel, small: bool) -> None:
        super().__init__()
        self.model = model
        encoder = cast("Any", model.encoder)
        table = encoder.embeddings.word_embeddings
        self.words: nn.Module = _ByteEmbedding(table.weight.detach()) if small else table
        # every piece of one window is read, so that there is nothing to mask; the position and type vectors stay
        self.layers = encoder.encoder.layer
        self.positions = encoder.embeddings.position_embeddings
        self.types = encoder.embeddings.token_type_embeddings
        self.norm = encoder.embeddings.LayerNorm
        self.heads = int(encoder.config.num_attention_heads)
        self.joint = nn.ModuleList(_joint_projection(layer.attention.self, self.heads) for layer in self.layers)

    def _layer(self, layer: Any, joint: nn.Module, x: Tensor) -> Tensor:
        batch, length, size = x.shape

        def split(y: Tensor) -> Tensor:
            return y.reshape(batch, length, self.heads, size // self.heads).transpose(1, 2)

        query, key, value = map(split, joint(x).chunk(3, dim=-1))
        weights = torch.softmax(query @ key.transpose(2, 3), dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, length, size)
        attended = layer.attention.output
        x = attended.LayerNorm(x + attended.dense(mixed))
        inner = functional.gelu(layer.intermediate.dense(x))
        return cast("Tensor", layer.output.LayerNorm(x + layer.output.dense(inner)))

    def forward(self, pieces: Tensor, features: Tensor, starts: Tensor, ends: Tensor, widths: Tensor) -> Tensor:
        positions = self.positions.weight[: pieces.shape[1]]
        x = self.words(pieces) + self.model.feature_map(features) + positions + self.types.weight[0]
        x = self.norm(x)
        for layer, joint in zip(self.layers, self.joint, strict=True):
            x = self._layer(layer, joint, x)
        start, end, content = self.model.parts(x)[0].chunk(3, dim=-1)
        summed = functional.pad(content.cumsum(0), (0, 0, 1, 0))
        inside = (summed[ends + 1] - summed[starts]) / (ends - starts + 1).unsqueeze(1)
        hidden = start[starts] + end[ends] + inside + self.model.width(widths)
        return cast("Tensor", self.model.out(functional.relu(hidden)))


def export_onnx(model: SpanModel, path: Path, *, small: bool = True) -> None:
    """Write the model as ONNX.

    Args:
        model: The trained model.
        path: File to write.
        small: Embeddings in bytes, matrix products in 8 bits (dynamic quantisation, one scale a column).
    """
    model = whole_precision(model).eval()
    exported = _Exported(model, small).eval()
    length, spans = 12, 5
    arguments = (
        torch.ones((1, length), dtype=torch.int64),
        torch.zeros((1, length, FEATURES)),
        torch.arange(1, spans + 1),
        torch.arange(1, spans + 1) + 1,
        torch.ones(spans, dtype=torch.int64),
    )
    names = ("pieces", "features", "starts", "ends", "widths")
    shapes = {"pieces": {1: "length"}, "features": {1: "length"}, **{name: {0: "spans"} for name in names[2:]}}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # they speak of the newer exporter, which needs one more package, and of constants that it leaves unfolded
        warnings.simplefilter("ignore")
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            exported, arguments, str(full), input_names=list(names), output_names=["scores"],
            dynamic_axes={**shapes, "scores": {0: "spans"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        if small:
            quantise(full, path)
        else:
            path.write_bytes(full.read_bytes())


def quantise(full: Path, path: Path) -> None:
    """Matrix products of the encoder with constant weights in 8 bits; the head, small and touchy, stays as it is."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    nodes = onnx.load(full, load_external_data=False).graph.node
    head = [node.name for node in nodes if node.name.startswith(("/feature_map", "/parts", "/out"))]
    quantize_dynamic(
        full,
        path,
        per_channel=True,
        reduce_range=False,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=head,
    )
