"""What is logged of a model: losses and accuracies, whole and by component, and the size of its weights."""

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
    """``{name}_loss`` (nats) and ``{name}_accuracy``; with several components also ``{name}_loss.{component}`` …

    A component that no label of these examples belongs to has no loss, and is left out.
    """
    counted = examples.labels != IGNORE
    found = _means(losses, right, counted, name, "")
    if len(task.components) > 1:
        for index, component in enumerate(task.components):
            found |= _means(losses, right, counted & (examples.component == index), name, f".{component}")
    return found


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
