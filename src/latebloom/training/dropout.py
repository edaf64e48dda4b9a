"""Dropout: each update sets a random part of the neurons to zero."""

from collections.abc import Sequence

import torch
from torch import Tensor

from latebloom.models import Hooks, Model


class Dropout:
    """Sets each neuron to zero with probability ``share`` and scales the others by 1 / (1 - share).

    Which neurons is a pure function of seed and step, so that runs resume bit-identically.
    Source: Srivastava et al., JMLR 15 (2014). Does nothing in a model without neurons. ``fuse``: as in `Hooks`.
    """

    def __init__(self, model: Model, share: float, seed: int, fuse: bool = True) -> None:
        self._names: Sequence[str] = [name for name in model.activation_names if name.endswith("mlp.hook_post")]
        self._share, self._seed, self._fuse = share, seed, fuse

    def hooks(self, step: int) -> Hooks:
        """The hooks of the forward pass of the update ``step`` → ``step + 1``."""
        generator = torch.Generator().manual_seed((self._seed * 1_000_003 + step) % 2**63)

        def drop(neurons: Tensor) -> Tensor:
            kept = torch.rand(neurons.shape, generator=generator) >= self._share
            return neurons * kept.to(neurons) / (1 - self._share)

        return Hooks(dict.fromkeys(self._names, drop), fuse=self._fuse)
