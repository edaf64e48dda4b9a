"""Increase of the loss without each head, and without each path from an earlier head into later ones."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.induction.composition import INTO, Into
from latebloom.circuits.induction.sequences import Sequences
from latebloom.models import Replacement, Transformer, cross_entropy

Head = tuple[int, int]
"""Layer and number."""


class HeadAblations:
    """Runs one model again and again on the same sequences with one thing held at its mean.

    The mean is over the sequences, at each position: what depends on the tokens is gone, what position alone says
    stays. Losses in nats, over the labels of all sequences.
    """

    @torch.no_grad()
    def __init__(self, model: Transformer, sequences: Sequences) -> None:
        self._model, self._examples = model, sequences.examples
        self._positions = sequences.task.loss_positions
        _, cache = model.run_with_cache(self._examples.tokens)
        self._z = [cache[f"blocks.{layer}.attn.hook_z"] for layer in range(len(model.blocks))]
        self.loss = self._loss({})

    def heads(self, heads: Sequence[Head]) -> float:
        """The loss with the outputs of all these heads at their means."""
        return self._loss({f"blocks.{layer}.attn.hook_z": _held(mine) for layer, mine in _by_layer(heads).items()})

    def path(self, source: Head, into: Into, targets: list[Head]) -> float:
        """The loss when these later heads' queries, keys or values see the source's output at its mean, and all else
        (the residual stream too) sees it as it is. Exact, since without LayerNorm the stream is a sum."""
        change, passed = self._change(source), self._model.passed_on
        return self._loss(
            {
                f"blocks.{i}.attn.hook_{into}": self._seen(passed(source[0], i) * change, i, into, heads)
                for i, heads in _by_layer(targets).items()
            }
        )

    def later(self, source: Head) -> list[Head]:
        """Every head of the layers after the source's."""
        layers = range(source[0] + 1, len(self._model.blocks))
        return [(layer, number) for layer in layers for number in range(self._model.config.n_heads)]

    def _change(self, source: Head) -> Float[Tensor, "batch pos d_model"]:
        layer, number = source
        z = self._z[layer][:, :, number]
        return (z.mean(0) - z) @ self._model.blocks[layer].attn.W_O[number]

    def _seen(
        self, change: Float[Tensor, "batch pos d_model"], layer: int, into: Into, heads: list[int]
    ) -> Replacement:
        weight = getattr(self._model.blocks[layer].attn, f"W_{into.upper()}")[heads]
        shift = torch.einsum("bpd,hdk->bphk", change, weight)

        def replace(value: Float[Tensor, "batch pos head d_head"]) -> Float[Tensor, "batch pos head d_head"]:
            held = value.clone()
            # Of the last layer's queries only those with loss are computed.
            held[:, :, heads] += shift if value.shape[1] == shift.shape[1] else shift[:, list(self._positions)]
            return held

        return replace

    @torch.no_grad()
    def _loss(self, replace: Mapping[str, Replacement]) -> float:
        logits = self._model.run_with_hooks(self._examples.tokens, replace, self._positions)
        return float(cross_entropy(logits, self._examples.labels))


def _by_layer(heads: Sequence[Head]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for layer, number in heads:
        found.setdefault(layer, []).append(number)
    return found


def _held(numbers: list[int]) -> Replacement:
    """These heads' outputs at their means over the sequences."""

    def replace(z: Float[Tensor, "batch query head d_head"]) -> Float[Tensor, "batch query head d_head"]:
        held = z.clone()
        held[:, :, numbers] = z[:, :, numbers].mean(0)
        return held

    return replace


def head_increases(ablations: HeadAblations, heads: list[Head]) -> dict[Head, float]:
    """By how much the loss grows without each head."""
    return {head: ablations.heads([head]) - ablations.loss for head in heads}


def path_increases(ablations: HeadAblations, source: Head) -> dict[Into, float]:
    """By how much the loss grows without the source's path into all later heads' queries, keys, values."""
    targets = ablations.later(source)
    return {into: ablations.path(source, into, targets) - ablations.loss for into in INTO} if targets else {}
