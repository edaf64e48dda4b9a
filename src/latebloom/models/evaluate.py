"""Metrics of a model: losses and accuracies, overall and by component, and the size of its weights."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.models.examples import Examples
from latebloom.models.loss import per_label
from latebloom.tasks import IGNORE, Task


@torch.no_grad()
def evaluate(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
    task: Task,
    examples: Examples,
    name: str,
    dtype: torch.dtype = torch.float64,
) -> dict[str, float]:
    """`summarise` of these logits."""
    return summarise(*per_label(logits, examples.labels, dtype), task, examples, name)


def summarise(
    losses: Float[Tensor, "batch loss_pos"],
    right: Float[Tensor, "batch loss_pos"],
    task: Task,
    examples: Examples,
    name: str,
) -> dict[str, float]:
    """``{name}_loss`` (nats) and ``{name}_accuracy`` over all labels; with several components, also those of each.

    The names of these are ``{name}_loss.{component}`` and ``{name}_accuracy.{component}``. A component without labels
    among these examples is left out.
    """
    counted = examples.labels != IGNORE
    means = _means(losses, right, counted, name, "")
    if len(task.components) > 1:
        for index, component in enumerate(task.components):
            means |= _means(losses, right, counted & (examples.component == index), name, f".{component}")
    return means


def _means(losses: Tensor, right: Tensor, counted: Tensor, name: str, suffix: str) -> dict[str, float]:
    count = int(counted.sum())
    if count == 0:
        return {}
    return {
        f"{name}_loss{suffix}": float((losses * counted).sum() / count),
        f"{name}_accuracy{suffix}": float((right * counted).sum() / count),
    }


def sum_squared_weights(weights: Iterable[Tensor]) -> float:
    """Σ w² over all entries of all tensors, summed in float64."""
    return sum(float(weight.detach().double().square().sum()) for weight in weights)
