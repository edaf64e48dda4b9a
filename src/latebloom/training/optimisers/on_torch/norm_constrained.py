"""torch's class of `latebloom.training.optimisers.norm_constrained`, which has the formula and the source."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from latebloom.training.optimisers.norm_constrained import NormConstrainedSettings


class NormConstrained(torch.optim.AdamW):
    """torch's AdamW with a projection after each update."""

    def __init__(self, model: nn.Module, settings: NormConstrainedSettings) -> None:
        super().__init__(
            model.parameters(), settings.lr, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
        )
        # A model is built with its initial weights, also where a run resumes, so the radius needs no storing.
        self._radius = settings.norm_factor * self._norm()

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update from the gradients in ``weight.grad``."""
        super().step()
        scale = self._radius / self._norm()
        for weight in self._weights:
            weight.mul_(scale)

    @property
    def _weights(self) -> list[Tensor]:
        """Those that are trained; held ones are neither scaled nor counted."""
        return [weight for group in self.param_groups for weight in group["params"] if weight.requires_grad]

    @torch.no_grad()
    def _norm(self) -> Float[Tensor, ""]:
        return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(weight) for weight in self._weights]))
