"""The optimiser's state of a flattened model, under the names that torch's optimiser gives it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from latebloom.models.flat import views
from latebloom.training.engine import state_name


class Moments:
    """``flat``: one buffer for each name, with an entry for each weight in the model's order; zero at the start."""

    def __init__(self, model: nn.Module, names: Sequence[str], weights: Tensor) -> None:
        self._model, self._names = model, names
        self.flat = tuple(torch.zeros_like(weights) for _ in names)

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        count = torch.tensor(float(step))
        stored = {state_name(name, "step"): count for name, _ in self._model.named_parameters()}
        for moment, flat in zip(self._names, self.flat):
            stored |= {state_name(name, moment): view for name, view in views(self._model, flat).items()}
        return stored

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`. Before its first update torch's optimiser stores no moments; they are zero then."""
        for moment, flat in zip(self._names, self.flat):
            for name, view in views(self._model, flat).items():
                stored = tensors.get(state_name(name, moment))
                if stored is not None:
                    view.copy_(stored)
