"""A task's examples as tensors."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from latebloom.tasks import Batch


@dataclass(frozen=True)
class Examples:
    """A batch on the training device."""

    tokens: Int[Tensor, "batch pos"]
    labels: Int[Tensor, "batch loss_pos"]
    component: Int[Tensor, "batch loss_pos"]

    @classmethod
    def of(cls, batch: Batch, device: str) -> "Examples":
        """A task's arrays as tensors."""
        return cls(*(torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in batch))

    def take(self, rows: Int[Tensor, " rows"]) -> "Examples":
        """The chosen examples."""
        return Examples(self.tokens[rows], self.labels[rows], self.component[rows])

    def __len__(self) -> int:
        return len(self.tokens)
