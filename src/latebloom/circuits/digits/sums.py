"""A forward pass on sampled sums: everything that the analysis of digit addition takes from a model."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models import Model
from latebloom.tasks import DigitAddition
from latebloom.tasks.digit_addition import BASE, column_sum


@dataclass(frozen=True)
class Sums:
    """Sampled sums and the model's activations on them, by answer digit ("place", 0 is the first, which is 0 or 1).

    x, y: the digits above each answer digit; 0 for place 0, which has none. carry: into each place. answer: right
    answers. reach: columns that decide the carry (`carry_reach`). logits: at the position that predicts each place.
    neurons: after the ReLU at that position, last layer; width 0 without an MLP. embedding: W_E of the ten digits.
    """

    task: DigitAddition
    x: Int[Tensor, "batch place"]
    y: Int[Tensor, "batch place"]
    carry: Int[Tensor, "batch place"]
    answer: Int[Tensor, "batch place"]
    reach: Int[Tensor, "batch place"]
    logits: Float[Tensor, "batch place 10"]
    neurons: Float[Tensor, "batch place d_mlp"]
    embedding: Float[Tensor, "10 d_model"]

    def __len__(self) -> int:
        return len(self.answer)


@torch.no_grad()
def run_sums(model: Model, task: DigitAddition, count: int = 4096, seed: int = 0) -> Sums:
    """Run a model on ``count`` sums drawn by ``seed``, in the precision of its weights.

    Errors: UsageError for a model without an embedding of tokens, or with more or fewer than 10 answers.
    """
    embedding = getattr(getattr(model, "embed", None), "W_E", None)
    if embedding is None:
        raise UsageError(
            f"model: got {type(model).__name__}, expected a model that embeds tokens, such as a transformer"
        )
    batch = task.sample(count, np.random.default_rng(seed))
    x, y = task.operands(batch.tokens)
    logits, neurons = _run(model, torch.from_numpy(batch.tokens).to(embedding.device), task.loss_positions)
    if logits.shape[-1] != BASE:
        raise UsageError(f"model: got {logits.shape[-1]} answers, expected 10 for {task.name}")
    none = np.zeros_like(x[:, :1])
    total = column_sum(x, y)
    return Sums(
        task=task,
        x=torch.from_numpy(np.hstack([none, x])),
        y=torch.from_numpy(np.hstack([none, y])),
        carry=torch.from_numpy(total.carry),
        answer=torch.from_numpy(total.answer),
        reach=torch.from_numpy(carry_reach(x, y)),
        logits=logits.cpu(),
        neurons=neurons.cpu(),
        embedding=embedding[:BASE].detach().cpu(),
    )


def _run(model: Model, tokens: Tensor, positions: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Logits and the last layer's neurons at these positions."""
    kept: list[Tensor] = []

    def keep(activation: Tensor) -> Tensor:
        kept.append(activation)
        return activation

    names = [name for name in model.activation_names if name.endswith("mlp.hook_post")][-1:]
    logits = model.run_with_hooks(tokens, dict.fromkeys(names, keep), positions)
    return logits, kept[0] if kept else logits.new_zeros(*logits.shape[:2], 0)


def carry_reach(x: Int[np.ndarray, "batch digit"], y: Int[np.ndarray, "batch digit"]) -> Int[np.ndarray, "batch place"]:
    """The number of columns that decide the carry into each answer digit: 1 if the next column to the right decides it,
    and one more for every column in between whose digits add up to 9 and therefore pass a carry on; 0 for the last
    digit, which has no carry.

    If all columns to the right add up to 9, it is the number of these columns (the carry is 0).
    """
    passes = x + y == BASE - 1
    reach = np.zeros((len(x), x.shape[1] + 1), dtype=np.int64)
    for place in range(x.shape[1] - 1, -1, -1):
        reach[:, place] = 1 + np.where(passes[:, place], reach[:, place + 1], 0)
    return reach
