"""Dropout: each update sets a random part of the neurons to zero."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool
from torch import Tensor

from latebloom.models import Hooks, Model


class Dropout:
    """Sets each neuron to zero with probability ``share`` and scales the others by 1 / (1 - share).

    Which neurons is a pure function of seed and step, so that runs resume bit-identically.
    Source: Srivastava et al., JMLR 15 (2014). Does nothing in a model without neurons. ``fuse``: as in `Hooks`.
    """

    def __init__(self, model: Model, share: float, seed: int, fuse: bool = True) -> None:
        self._names: Sequence[str] = [name for name in model.activation_names if name.endswith("mlp.hook_post")]
        self.share, self._seed, self._fuse = share, seed, fuse

    def hooks(self, step: int) -> Hooks:
        """The hooks of the forward pass of the update ``step`` → ``step + 1``."""
        generator = self._generator(step)

        def drop(neurons: Tensor) -> Tensor:
            return neurons * self._kept(neurons.shape, generator).to(neurons) / (1 - self.share)

        return Hooks(dict.fromkeys(self._names, drop), fuse=self._fuse)

    def kept(self, step: int, shape: tuple[int, int]) -> Bool[Tensor, "batch neuron"]:
        """Which neurons of a model of one layer that update keeps, for each example."""
        return self._kept(shape, self._generator(step))

    def _generator(self, step: int) -> torch.Generator:
        return torch.Generator().manual_seed((self._seed * 1_000_003 + step) % 2**63)

    def _kept(self, shape: Sequence[int], generator: torch.Generator) -> Tensor:
        return torch.rand(tuple(shape), generator=generator) >= self.share
