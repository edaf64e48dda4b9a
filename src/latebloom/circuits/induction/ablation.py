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

Shift = Float[Tensor, "batch pos head d_head"]


class HeadAblations:
    """Runs one model repeatedly on the same sequences, each time with one activation held at its mean.

    The mean is over the sequences, at each position: it removes what depends on the tokens and keeps what depends on
    position alone. Losses in nats, over the labels of all sequences.
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

    @torch.no_grad()
    def path(self, source: Head, into: Into, targets: list[Head], like: Head | None = None) -> float | None:
        """The loss when these later heads' queries, keys or values receive the source's mean output, and everything
        else (including the residual stream) receives its actual output. Exact, since without LayerNorm the stream is a
        sum.

        ``like``: the change is scaled to the root-mean-square size of the change that cutting this other head's path
        makes to the same queries, keys or values, as a control of equal size; None where the source changes nothing.
        """
        shifts = self._shifts(source, into, targets)
        if like is not None:
            own, wanted = _size(shifts), _size(self._shifts(like, into, targets))
            if own == 0:
                return None
            shifts = {layer: shift * wanted / own for layer, shift in shifts.items()}
        by_layer = _by_layer(targets)
        return self._loss(
            {f"blocks.{i}.attn.hook_{into}": self._seen(shift, by_layer[i]) for i, shift in shifts.items()}
        )

    def later(self, source: Head) -> list[Head]:
        """Every head of the layers after the source's."""
        layers = range(source[0] + 1, len(self._model.blocks))
        return [(layer, number) for layer in layers for number in range(self._model.config.n_heads)]

    def _change(self, source: Head) -> Float[Tensor, "batch pos d_model"]:
        layer, number = source
        z = self._z[layer][:, :, number]
        return (z.mean(0) - z) @ self._model.blocks[layer].attn.W_O[number]

    def _shifts(self, source: Head, into: Into, targets: list[Head]) -> dict[int, Shift]:
        """What cutting the source's path adds to each later layer's queries, keys or values."""
        change, passed = self._change(source), self._model.passed_on
        weights = {
            layer: getattr(self._model.blocks[layer].attn, f"W_{into.upper()}")[heads]
            for layer, heads in _by_layer(targets).items()
        }
        return {
            layer: torch.einsum("bpd,hdk->bphk", passed(source[0], layer) * change, weight)
            for layer, weight in weights.items()
        }

    def _seen(self, shift: Shift, heads: list[int]) -> Replacement:
        def replace(value: Float[Tensor, "batch pos head d_head"]) -> Float[Tensor, "batch pos head d_head"]:
            held = value.clone()
            # The last layer computes only the queries at positions with a loss.
            held[:, :, heads] += shift if value.shape[1] == shift.shape[1] else shift[:, list(self._positions)]
            return held

        return replace

    @torch.no_grad()
    def _loss(self, replace: Mapping[str, Replacement]) -> float:
        logits = self._model.run_with_hooks(self._examples.tokens, replace, self._positions)
        return float(cross_entropy(logits, self._examples.labels))


def _size(shifts: Mapping[int, Shift]) -> float:
    return float(sum(shift.square().sum() for shift in shifts.values())) ** 0.5


def _by_layer(heads: Sequence[Head]) -> dict[int, list[int]]:
    by_layer: dict[int, list[int]] = {}
    for layer, number in heads:
        by_layer.setdefault(layer, []).append(number)
    return by_layer


def _held(numbers: list[int]) -> Replacement:
    """These heads' outputs at their means over the sequences."""

    def replace(z: Float[Tensor, "batch query head d_head"]) -> Float[Tensor, "batch query head d_head"]:
        held = z.clone()
        held[:, :, numbers] = z[:, :, numbers].mean(0)
        return held

    return replace


def head_increases(ablations: HeadAblations, heads: list[Head]) -> dict[Head, float]:
    """The increase of the loss without each head."""
    return {head: ablations.heads([head]) - ablations.loss for head in heads}


def path_increases(ablations: HeadAblations, source: Head) -> dict[Into, float]:
    """The increase of the loss without the source's path into all later heads' queries, keys or values."""
    targets = ablations.later(source)
    if not targets:
        return {}
    losses = {into: ablations.path(source, into, targets) for into in INTO}
    return {into: loss - ablations.loss for into, loss in losses.items() if loss is not None}


def key_path_increases(ablations: HeadAblations, source: Head, others: Sequence[Head]) -> tuple[float, list[float]]:
    """The increase of the loss without the source's path into all later heads' keys; and the increases when these keys
    are changed by as much along the outputs of the other heads, of those of them that write anything."""
    targets = ablations.later(source)
    own = ablations.path(source, "k", targets)
    assert own is not None
    alike = [ablations.path(other, "k", targets, like=source) for other in others]
    return own - ablations.loss, [loss - ablations.loss for loss in alike if loss is not None]
