"""The optimiser's state of a flattened model, stored as torch's optimisers store theirs."""

import torch
from torch import Tensor, nn

from latebloom.training.config import Optimiser
from latebloom.training.flat import views
from latebloom.training.optimiser import PREFIX


class Moments:
    """``first`` and ``second`` moment of every weight, in the model's order; for SGD the velocity is the first."""

    def __init__(self, model: nn.Module, config: Optimiser, flat: Tensor) -> None:
        self._model = model
        self.first, self.second = torch.zeros_like(flat), torch.zeros_like(flat)
        names = ("momentum_buffer",) if config.name == "sgd" else ("exp_avg", "exp_avg_sq")
        self._named = dict(zip(names, (self.first, self.second)))

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        found = {f"{PREFIX}{name}/step": torch.tensor(float(step)) for name, _ in self._model.named_parameters()}
        for moment, flat in self._named.items():
            found |= {f"{PREFIX}{name}/{moment}": view for name, view in views(self._model, flat).items()}
        return found

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        for moment, flat in self._named.items():
            for name, view in views(self._model, flat).items():
                view.copy_(tensors[f"{PREFIX}{name}/{moment}"])
