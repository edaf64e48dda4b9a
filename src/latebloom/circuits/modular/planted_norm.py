"""A planted transformer with norms, made of one without.

A norm divides by the length of the residual stream, which a circuit would have to allow for. Here the length is
constant: each dimension of the model without norm appears twice, with both signs, so that the mean is zero; and two
more dimensions hold a constant (`LENGTH`) that is far longer than all else, at every position. A norm is then one
fixed factor, and what reads the stream is multiplied by it.
"""

import torch

from latebloom._errors import UsageError
from latebloom.models import Transformer
from latebloom.models.components.norm import EPS

LENGTH = 1000.0
"""Of waves of length 1. The factor of a norm then varies by their squares over its own, about a millionth; a float32
stream still holds the waves to one part in ten thousand."""


def inner_width(d_model: int, norm: str) -> int:
    """The width of the model without norm that fits into this width."""
    return d_model if norm == "none" else (d_model - 2) // 2


def outer_width(inner: int, norm: str) -> int:
    """The least width that holds a model without norm of this width."""
    return inner if norm == "none" else 2 * inner + 2


@torch.no_grad()
def write_with_norm(model: Transformer, plain: Transformer) -> None:
    """Write the circuit of a model without norm into one with norms, whose other weights are zero, in float64.

    plain: of `inner_width`, otherwise of the same shape. Errors: UsageError for tied embeddings, since the unembedding
    would then read the constant, and its scale could not be chosen.
    """
    if model.config.tied:
        raise UsageError(
            f"norm: got {model.config.norm} with tied embeddings, expected none, or untied embeddings: the scale of "
            "the planted logits is in the unembedding"
        )
    width, inner = model.config.d_model, plain.config.d_model
    factor = (2 * LENGTH**2 / width + EPS) ** 0.5
    own = dict(model.named_parameters())
    for name, weight in plain.named_parameters():
        leaf, target = name.rsplit(".", 1)[-1], own[name]
        if leaf in ("W_E", "W_pos", "W_O", "W_out", "b_O", "b_out"):  # they write to the stream
            target[..., :inner], target[..., inner : 2 * inner] = weight, -weight
        elif leaf in ("W_Q", "W_K", "W_V", "W_in", "W_U"):  # they read it
            target[..., :inner, :] = factor * weight
        else:
            target.copy_(weight)
    for name, weight in own.items():
        if name.endswith(".w"):  # the gains of norms
            weight.fill_(1)
    constant = model.pos_embed.W_pos if model.config.positions else model.embed.W_E
    constant[:, -2], constant[:, -1] = LENGTH, -LENGTH
