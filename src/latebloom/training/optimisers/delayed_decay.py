"""Delayed weight decay: AdamW whose weight decay starts at a step, ends at a step, or both.

The update ``step`` → ``step + 1`` has weight decay λ where decay_from ≤ step < decay_until, else none. It separates
what weight decay does during memorisation from what it does to the circuits afterwards.
Source: the question of Nanda et al. 2023, "Progress measures for grokking via mechanistic interpretability", arXiv
2301.05217, what happens without weight decay; decay that ends: Varma et al. 2023, "Explaining grokking
through circuit efficiency", arXiv 2309.02390.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from jaxtyping import Float
from pydantic import Field, model_validator

from latebloom._lazy import Deferred
from latebloom.training.optimisers.adam import MOMENTS, step_along_moments
from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    from torch import Tensor


class DelayedDecaySettings(Optimiser):
    """Settings of delayed weight decay; those of AdamW as usual. Errors: for a span without any step."""

    name: Literal["delayed_decay"] = "delayed_decay"
    decay_from: int = Field(0, ge=0, description="step at which the weight decay of delayed_decay starts")
    decay_until: int | None = Field(
        None, ge=0, description="step at which the weight decay of delayed_decay ends; none = never"
    )

    @model_validator(mode="after")
    def _has_a_span(self) -> DelayedDecaySettings:
        if self.decay_until is not None and self.decay_until <= self.decay_from:
            raise ValueError(
                f"decay_until: got {self.decay_until} with decay_from {self.decay_from}, expected a later step or none"
            )
        return self

    def decay_at(self, step: int) -> float:
        """The weight decay of the update ``step`` → ``step + 1``."""
        over = self.decay_until is not None and step >= self.decay_until
        return 0.0 if over or step < self.decay_from else self.weight_decay


def _stacked(
    settings: Sequence[DelayedDecaySettings],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    weights.mul_(1 - lr * weights.new_tensor([[member.decay_at(step)] for member in settings]))
    step_along_moments(settings[0].betas, weights, gradient, moments, lr, step)


DELAYED_DECAY = UpdateRule(
    "delayed_decay",
    Deferred("latebloom.training.optimisers.on_torch.delayed_decay:DelayedDecay"),
    settings=DelayedDecaySettings,
    moments=MOMENTS,
    stacked=_stacked,
)
