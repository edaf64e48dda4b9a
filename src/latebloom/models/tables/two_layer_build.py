"""From the weights of two layers of attention to the tables of `two_layer_examples`, and gradients back.

With s the residual scale, x the embeddings and z₁, z₂ the outputs of both layers' heads, the second layer reads
s x + z₁ W_O¹, and the logits are (s² x + s z₁ W_O¹ + z₂ W_O²) W_U: x and z₁ enter linearly, so each matrix that is
applied to them is folded with W_O¹ once per step.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from latebloom.models.tables.two_layer_examples import Transposed, TwoLayerTables


class LayerWeights(NamedTuple):
    """W_Q, W_K, W_V (H, d_model, d_head) and W_O (H, d_head, d_model) of one layer, or their gradients."""

    W_Q: Float[Tensor, "head d_model d_head"]
    W_K: Float[Tensor, "head d_model d_head"]
    W_V: Float[Tensor, "head d_model d_head"]
    W_O: Float[Tensor, "head d_head d_model"]


class TwoLayerWeights(NamedTuple):
    """The weights of two layers of attention between embedding and unembedding, or their gradients."""

    W_E: Float[Tensor, "d_vocab d_model"]
    W_pos: Float[Tensor, "pos d_model"]
    first: LayerWeights
    second: LayerWeights
    W_U: Float[Tensor, "d_model d_vocab_out"]


class Read(NamedTuple):
    """What tables are products of. stream, passed (N, d_model): the embeddings that the first and second layer read.

    own (d_model, 3 D): queries, keys and values of the first layer; keys (d_model, 2 D): keys and values of the second;
    asked (d_model, D + z): its queries, and s W_U. Queries are scaled.
    """

    stream: Tensor
    passed: Tensor
    own: Tensor
    keys: Tensor
    asked: Tensor


def read_of(weights: TwoLayerWeights, residual_scale: float) -> Read:
    """The factors of all tables."""
    stream = torch.cat([weights.W_E, weights.W_pos])
    first, second = weights.first, weights.second
    factor = _factor(first)
    return Read(
        stream,
        residual_scale * stream,
        torch.cat([factor * _side_by_side(first.W_Q), _side_by_side(first.W_K), _side_by_side(first.W_V)], 1),
        torch.cat([_side_by_side(second.W_K), _side_by_side(second.W_V)], 1),
        torch.cat([factor * _side_by_side(second.W_Q), residual_scale * weights.W_U], 1),
    )


def build_two_layers(weights: TwoLayerWeights, read: Read, tables: TwoLayerTables, transposed: Transposed) -> None:
    """Writes the tables and the transposed folds."""
    early, later = weights.first.W_O.flatten(0, 1), weights.second.W_O.flatten(0, 1)
    split = read.own.shape[1]
    _part(tables.seen, read.stream, read.own).copy_(read.stream @ read.own)
    torch.from_numpy(tables.seen)[: len(read.passed), split : split + read.keys.shape[1]] = read.passed @ read.keys
    for table, turned, left, right in (
        (tables.asked, None, read.passed, read.asked),
        (tables.fold_seen, transposed.seen, early, read.keys),
        (tables.fold_asked, transposed.asked, early, read.asked),
        (tables.fold_out, transposed.out, later, weights.W_U),
    ):
        found = left @ right
        _part(table, left, right).copy_(found)
        if turned is not None:
            torch.from_numpy(turned)[: found.shape[1], : found.shape[0]] = found.T


def build_two_layers_backward(
    weights: TwoLayerWeights, residual_scale: float, read: Read, sums: TwoLayerTables, gradient: TwoLayerWeights
) -> None:
    """``sums``: gradients of the tables. Writes ``gradient``."""
    first, second = weights.first, weights.second
    early, later = first.W_O.flatten(0, 1), second.W_O.flatten(0, 1)
    split = read.own.shape[1]
    seen = torch.from_numpy(sums.seen)[: len(read.stream), : split + read.keys.shape[1]]
    own_seen, keys_seen = seen[:, :split], seen[:, split:]
    asked = _part(sums.asked, read.passed, read.asked)
    fold_seen = _part(sums.fold_seen, early, read.keys)
    fold_asked, fold_out = _part(sums.fold_asked, early, read.asked), _part(sums.fold_out, later, weights.W_U)
    own = read.stream.T @ own_seen
    keys = read.passed.T @ keys_seen + early.T @ fold_seen
    asking = read.passed.T @ asked + early.T @ fold_asked
    passed = keys_seen @ read.keys.T + asked @ read.asked.T
    stream = own_seen @ read.own.T + residual_scale * passed
    factor, width = _factor(first), len(early)
    _write(gradient.first, (factor * own[:, :width], own[:, width : 2 * width], own[:, 2 * width :]))
    _write(gradient.second, (factor * asking[:, :width], keys[:, :width], keys[:, width:]))
    gradient.first.W_O.flatten(0, 1).copy_(fold_seen @ read.keys.T + fold_asked @ read.asked.T)
    gradient.second.W_O.flatten(0, 1).copy_(fold_out @ weights.W_U.T)
    gradient.W_U.copy_(later.T @ fold_out + residual_scale * asking[:, width:])
    gradient.W_E.copy_(stream[: len(gradient.W_E)])
    gradient.W_pos.copy_(stream[len(gradient.W_E) :])


def _factor(layer: LayerWeights) -> float:
    return layer.W_Q.shape[2] ** -0.5


def _side_by_side(weight: Float[Tensor, "head d_model d_head"]) -> Float[Tensor, "d_model width"]:
    return weight.transpose(0, 1).flatten(1)


def _write(layer: LayerWeights, parts: tuple[Tensor, ...]) -> None:
    """The gradients of W_Q, W_K and W_V from those of matrices for all heads."""
    for out, part in zip(layer, parts):
        out.transpose(0, 1).copy_(part.unflatten(1, (out.shape[0], out.shape[2])))


def _part(table: Float[ndarray, "rows columns"], left: Tensor, right: Tensor) -> Tensor:
    """The part of an array with room that holds ``left`` · ``right``."""
    return torch.from_numpy(table)[: len(left), : right.shape[1]]
