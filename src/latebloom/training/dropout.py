"""Dropout: in each update a random part of the neurons says nothing."""

from collections.abc import Sequence

import torch
from torch import Tensor

from latebloom.models import Hooks, Model


class Dropout:
    """Neurons are switched off with probability ``share``, the others scaled by 1 / (1 - share).

    Which ones is a pure function of seed and step, so that a resumed run has the bits of one that never stopped.
    Source: Srivastava et al., JMLR 15 (2014). Where a model has no neurons, nothing is switched off.
    ``fuse``: as of `Hooks`.
    """

    def __init__(self, model: Model, share: float, seed: int, fuse: bool = True) -> None:
        self._names: Sequence[str] = [name for name in model.activation_names if name.endswith("mlp.hook_post")]
        self._share, self._seed, self._fuse = share, seed, fuse

    def hooks(self, step: int) -> Hooks:
        """What the forward pass of update ``step`` → ``step + 1`` goes through."""
        generator = torch.Generator().manual_seed((self._seed * 1_000_003 + step) % 2**63)

        def drop(neurons: Tensor) -> Tensor:
            kept = torch.rand(neurons.shape, generator=generator) >= self._share
            return neurons * kept.to(neurons) / (1 - self._share)

        return Hooks(dict.fromkeys(self._names, drop), fuse=self._fuse)
