"""The published grokking runs, and the clock-and-pizza models: TransformerLens' names, most matrices transposed.

W_E (d_model, d_vocab), W_Q, W_K, W_V (head, d_head, d_model), W_O (d_model, head·d_head), W_in (d_mlp, d_model), W_out
(d_model, d_mlp), W_U (d_model, d_vocab_out). Blocks without neurons may be called attn_blocks: those runs added the
input of a block twice, see dev/searches/induction.md. Models of two positions are those of Zhong et al. 2023, whose
attention is bidirectional; its mix is the ``attn_coeff`` of the config beside the weights.
"""

import re
from collections.abc import Mapping

from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes
from latebloom.models.layouts.names import without_copies
from latebloom.models.layouts.transformer import NAME, is_transformer, read_transformer

_ATTENTION_ONLY = re.compile(r"^attn_blocks\.")
_TRANSPOSED = ("W_E", "W_in", "W_out")
_AXES = 3
"""Axes of W_O where it is not transposed: (head, d_head, d_model)."""
_HEADS = ("W_Q", "W_K", "W_V")


def _renamed(name: str) -> str:
    return _ATTENTION_ONLY.sub("blocks.", name)


def _matches(shapes: Shapes) -> bool:
    own = {_renamed(name): shape for name, shape in shapes.items()}
    old = any(map(_ATTENTION_ONLY.match, shapes))
    return is_transformer(own) and (old or len(own.get("blocks.0.attn.W_O", ())) != _AXES)


def _read(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    weights = without_copies({_renamed(name): value for name, value in tensors.items()}, NAME)
    turned = weights
    if "blocks.0.attn.W_O" in weights and weights["blocks.0.attn.W_O"].ndim != _AXES:
        turned = {name: _turned(name, value, weights["blocks.0.attn.W_Q"]) for name, value in weights.items()}
    fields: dict[str, object] = {}
    if any(map(_ATTENTION_ONLY.match, tensors)):
        fields["residual_scale"] = 2.0
    positions = weights.get("pos_embed.W_pos")
    if positions is not None and positions.ndim and len(positions) == 2:
        fields["attention"] = "bidirectional"
    return read_transformer(turned, hints, fields, weights)


def _turned(name: str, value: Tensor, queries: Tensor) -> Tensor:
    leaf = name.rsplit(".", 1)[-1]
    if leaf in _HEADS and value.ndim == 3:
        return value.transpose(1, 2)
    if leaf == "W_O" and value.ndim == 2:
        heads = queries.shape[0]
        if heads == 0 or value.shape[1] % heads:
            raise UsageError(
                f"state dict: {name} has shape {tuple(value.shape)}, expected one column per head and width"
            )
        return value.T.unflatten(0, (heads, -1))
    return value.T if leaf in _TRANSPOSED and value.ndim == 2 else value


LAYOUTS.register(Layout("published grokking runs", "embed.W_E with W_O of two axes", _matches, _read))
