"""The parts of one frequency in each matrix of a one-layer transformer, and how fast gradient descent grows them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.fourier import basis_rows, fourier_basis, frequencies
from latebloom.models import Examples, Transformer, cross_entropy

MATRICES = {
    "embedding": "embed.W_E",
    "attention": "blocks.0.attn.W_V",
    "MLP, in": "blocks.0.mlp.W_in",
    "MLP, out": "blocks.0.mlp.W_out",
    "unembedding": "unembed.W_U",
}
"""One matrix for each part of the circuit, from the operands to the answer."""

READING = ("embedding", "attention", "MLP, in")
"""Matrices whose rows, and not columns, belong to frequencies."""

Projections = dict[str, Float[Tensor, "n n"]]
"""Orthogonal projections by the name of a matrix."""


def projections(model: Transformer, k: int) -> Projections:
    """What gives the part of frequency k of each of `MATRICES`.

    In the embedding it is the waves cos kx and sin kx over the operand x, in the unembedding those over the answer.
    W_V and W_in have it in the rows that read the two directions of the residual stream in which these waves of the
    embedding arrive, W_out in the columns that write to the two from which the unembedding reads its waves.
    """
    p, attn = model.cfg.d_vocab_out, model.blocks[0].attn
    waves = fourier_basis(p)[list(basis_rows(k, p))]
    operands = torch.nn.functional.pad(waves, (0, len(model.embed.W_E) - p))
    embedded = waves @ model.embed.W_E[:p]
    moved = embedded @ torch.einsum("hmd,hdn->mn", attn.W_V, attn.W_O)
    rows = (operands, embedded, moved, waves @ model.unembed.W_U.T, waves)
    return dict(zip(MATRICES, map(_onto, rows)))


def _onto(rows: Float[Tensor, "2 n"]) -> Float[Tensor, "n n"]:
    """The orthogonal projection onto the span of rows."""
    basis = torch.linalg.qr(rows.T).Q
    return basis @ basis.T


class Growth:
    """How fast gradient descent on the train set makes the parts of each frequency grow, in a model in float64.

    The growth of a part with weights W is -⟨G, W⟩ / |W|, with the gradient G of train loss: the speed of |W| along the
    gradient. W stays that of the model as it is where another part is changed, so that only G differs.
    """

    def __init__(self, model: Transformer, train: Examples, positions: Sequence[int]) -> None:
        self._model, self._train, self._positions = model, train, positions
        with torch.no_grad():
            self._parts = {k: self._parts_of(k) for k in frequencies(model.cfg.d_vocab_out)}

    def _parts_of(self, k: int) -> dict[str, Tensor]:
        """The part of frequency k of each matrix."""
        found = {}
        for name, onto in projections(self._model, k).items():
            weights = self._model.get_parameter(MATRICES[name])
            found[name] = onto @ weights if name in READING else weights @ onto
        return found

    def of(self, k: int) -> Float[np.ndarray, " part"]:
        """The growth of the part of frequency k in each matrix."""
        return self._under(self._model, k)

    def changed(self, k: int, name: str, by: int, factor: float) -> Float[np.ndarray, " part"]:
        """The same with the part of frequency ``by`` in one matrix multiplied by a factor."""
        model = deepcopy(self._model)
        model.get_parameter(MATRICES[name]).data += (factor - 1) * self._parts[by][name]
        return self._under(model, k)

    def largest_other(self, k: int, name: str) -> int:
        """The frequency other than k with the largest part in this matrix."""
        return max(self._parts.keys() - {k}, key=lambda other: float(self._parts[other][name].norm()))

    def _under(self, model: Transformer, k: int) -> Float[np.ndarray, " part"]:
        """The growth under the gradient of a model."""
        loss = cross_entropy(model(self._train.tokens, self._positions), self._train.labels)
        gradients = torch.autograd.grad(loss, [model.get_parameter(name) for name in MATRICES.values()])
        parts = self._parts[k].values()
        return np.array([float(-(gradient * part).sum() / part.norm()) for gradient, part in zip(gradients, parts)])
