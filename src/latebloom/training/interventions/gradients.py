"""Interventions that leave labels without a gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field

from latebloom.training.interventions.base import Intervention

if TYPE_CHECKING:
    from torch import Tensor

    from latebloom.training.interventions.base import Choice

ROUNDS_TO_ZERO = 2.0**-23
"""Losses (nats) below this are 0 in float32: log-softmax rounds the probability of the right answer to 1. It is
float32's ε, 1.19e-7. Source: the write-up, "Slingshot mechanism"."""


class _SmallLosses(Intervention):
    """The gradients of as many labels as have a loss below ``threshold`` are zero; the mean stays over all labels."""

    threshold: float = Field(
        ROUNDS_TO_ZERO, gt=0, description="losses (nats) below this count as rounded to zero: by default float32's ε"
    )


class RoundSmallLosses(_SmallLosses):
    """Those labels themselves: what rounding in float32 does, and nothing else that float32 does."""

    kind: Literal["round_small_losses"] = "round_small_losses"  # type: ignore[assignment]

    def choice(self, seed: int) -> Choice | None:
        return lambda losses, step: losses >= self.threshold


class RoundRightAnswers(RoundSmallLosses):
    """Of those labels the gradient on the right answer's logit alone is zero; those on the wrong answers stay.

    This is what float32 does to the last bit: the probability of the right answer rounds to 1, so that its gradient
    p - 1 is 0, while the small probabilities of the wrong answers, which are their gradients, are still represented.
    The gradients of one example then no longer sum to zero.
    """

    kind: Literal["round_right_answers"] = "round_right_answers"  # type: ignore[assignment]
    keeps_wrong_answers: ClassVar[bool] = True


class DropRandomExamples(_SmallLosses):
    """As many labels at random, new at each step: the control of `RoundSmallLosses`."""

    kind: Literal["drop_random_examples"] = "drop_random_examples"  # type: ignore[assignment]

    def choice(self, seed: int) -> Choice | None:
        import torch

        def drawn(losses: Float[Tensor, " label"], step: int) -> Bool[Tensor, " label"]:
            generator = torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**63)
            dropped = torch.randperm(len(losses), generator=generator)[: int((losses < self.threshold).sum())]
            return torch.ones(len(losses), dtype=torch.bool).index_fill(0, dropped, False).to(losses.device)

        return drawn


class FewerExamples(Intervention):
    """From a step on, part of the train set has no gradient any more: what does a model keep that has less data?

    Which labels keep one is drawn once, from the seed of the data: one at least. The mean stays over the whole train
    set, so that the gradient becomes smaller. AdamW divides by its size, but where few labels are kept its ``eps`` is
    no longer negligible: steps become smaller, and weight decay is relatively stronger. Source: Varma et al. 2023,
    "Explaining grokking through circuit efficiency", arXiv 2309.02390, "ungrokking".
    """

    kind: Literal["fewer_examples"] = "fewer_examples"  # type: ignore[assignment]
    needs_full_batch: ClassVar[bool] = True
    from_step: int = Field(0, ge=0, description="step from which on examples are left out")
    kept: float = Field(0.5, gt=0, le=1, description="share of the train set's labels that still have a gradient then")

    def choice(self, seed: int) -> Choice | None:
        import torch

        def drawn(losses: Float[Tensor, " label"], step: int) -> Bool[Tensor, " label"]:
            if step < self.from_step:
                return torch.ones_like(losses, dtype=torch.bool)
            order = torch.randperm(len(losses), generator=torch.Generator().manual_seed(seed))
            return (order < max(1, round(self.kept * len(losses)))).to(losses.device)

        return drawn
