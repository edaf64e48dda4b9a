"""Sequences on which a circuit is analysed, and the same sequences without their repeats as a control."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models import Examples, Model, Transformer
from latebloom.tasks import RepeatedSubsequences


@dataclass(frozen=True, eq=False)
class Sequences:
    """examples: as drawn by the task. starts: position where each copy begins. control: the same tokens, with each copy
    after the first overwritten by random tokens, so that tokens repeat only by chance."""

    task: RepeatedSubsequences
    examples: Examples
    starts: Int[Tensor, "batch copy"]
    control: Int[Tensor, "batch pos"]

    @property
    def previous(self) -> Int[Tensor, "batch token"]:
        """Positions of the first copy's tokens from its second to its last, where a previous-token head is needed."""
        return self.starts[:, :1] + torch.arange(1, self.task.subsequence)

    @property
    def labelled(self) -> Int[Tensor, "batch copy token"]:
        """Positions with a label: all tokens but the last of each copy but the first."""
        return self.starts[:, 1:, None] + torch.arange(self.task.subsequence - 1)


def draw_sequences(task: RepeatedSubsequences, count: int = 64, seed: int = 0) -> Sequences:
    """``count`` sequences from ``seed``."""
    rng = np.random.default_rng(seed)
    tokens, starts = task.draw(count, rng)
    control = tokens.copy()
    places = starts[:, 1:, None] + np.arange(task.subsequence)
    control[np.arange(count)[:, None, None], places] = rng.integers(1, task.vocabulary, size=places.shape)
    examples = Examples.of(task.batch(tokens, starts), "cpu")
    return Sequences(task, examples, torch.from_numpy(starts), torch.from_numpy(control))


def transformer(model: Model) -> Transformer:
    """The model, if it has attention heads. Errors: UsageError for another kind of model."""
    if not isinstance(model, Transformer):
        raise UsageError(f"induction heads: got {type(model).__name__}, which has no attention; expected a transformer")
    return model
