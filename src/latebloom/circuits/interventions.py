"""Interventions: small frozen objects that replace an activation during one forward pass.

Use them with any model: ``model.run_with_hooks(tokens, {"blocks.0.attn.hook_z": ZeroHeads((0, 2))})``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class ZeroHeads:
    """Zero the outputs of some heads: on ``hook_z`` (batch, query, head, d_head). ``heads``: their numbers."""

    heads: Sequence[int]

    def __call__(self, z: Float[Tensor, "batch query head d_head"]) -> Float[Tensor, "batch query head d_head"]:
        keep = z.new_ones(z.shape[2])
        keep[list(self.heads)] = 0
        return z * keep[:, None]


@dataclass(frozen=True)
class ZeroNeurons:
    """Zero some neurons: on ``mlp.hook_post`` (batch, pos, d_mlp). ``neurons``: their numbers."""

    neurons: Sequence[int]

    def __call__(self, post: Float[Tensor, "batch pos d_mlp"]) -> Float[Tensor, "batch pos d_mlp"]:
        return post.index_fill(2, _numbers(self.neurons, post), 0.0)


@dataclass(frozen=True)
class MeanNeurons:
    """Hold some neurons at their mean over the examples: on ``mlp.hook_post``. ``neurons``: their numbers."""

    neurons: Sequence[int]

    def __call__(self, post: Float[Tensor, "batch pos d_mlp"]) -> Float[Tensor, "batch pos d_mlp"]:
        chosen = _numbers(self.neurons, post)
        return post.index_copy(2, chosen, post.mean(0, keepdim=True).expand_as(post)[:, :, chosen])


@dataclass(frozen=True)
class ReplaceWith:
    """Replace any activation by a given value. ``value``: broadcast to the activation's shape."""

    value: Tensor

    def __call__(self, activation: Tensor) -> Tensor:
        return self.value.to(activation).expand_as(activation)


@dataclass(frozen=True)
class AddVector:
    """Steer: add a vector to any activation. ``vector``: broadcast to the activation's shape."""

    vector: Tensor

    def __call__(self, activation: Tensor) -> Tensor:
        return activation + self.vector.to(activation)


def _numbers(chosen: Sequence[int], like: Tensor) -> Tensor:
    return like.new_tensor(list(chosen)).long()
