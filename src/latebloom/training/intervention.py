"""Interventions on training: what an experiment changes in the gradient, to test a statement about causes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import BeforeValidator, Field

from latebloom._config import Config
from latebloom._errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from latebloom.models import Model

    Choice = Callable[[Float[Tensor, " label"], int], Bool[Tensor, " label"]]
    """Which labels have a gradient, given their losses (nats) and the step. A pure function, so that runs resume
    bit-identically."""

ROUNDS_TO_ZERO = 2.0**-23
"""Losses (nats) below this are 0 in float32: log-softmax rounds the probability of the right answer to 1. It is
float32's ε, 1.19e-7. Source: the write-up, "Slingshot mechanism"."""


class Intervention(Config):
    """No intervention. It is left out of the stored experiment, so that other runs keep their identity."""

    kind: Literal["none"] = "none"
    keeps_wrong_answers: ClassVar[bool] = False
    """Whether labels that are not chosen keep the gradients on the logits of wrong answers."""

    def choice(self, seed: int) -> Choice | None:
        """Which labels have a gradient; None: all. ``seed``: of the data."""
        return None

    def prepare(self, model: Model) -> None:
        """Change a freshly built model. Errors: UsageError for a model that cannot have the intervention."""


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


def _names(value: object) -> object:
    return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


class Freeze(Intervention):
    """Some weights keep their initial values: no gradient and no weight decay."""

    kind: Literal["freeze"] = "freeze"  # type: ignore[assignment]
    weights: Annotated[tuple[str, ...], BeforeValidator(_names)] = Field(
        (), description="names of the weights that keep their initial values, separated by commas"
    )

    def prepare(self, model: Model) -> None:
        named: dict[str, nn.Parameter] = dict(model.named_parameters())
        for name in self.weights or ("",):
            if name not in named:
                raise UsageError(f"intervention.weights: got {name or 'none'}, expected some of {', '.join(named)}")
            named[name].requires_grad_(False)
        if not any(weight.requires_grad for weight in named.values()):
            raise UsageError(f"intervention.weights: got all {len(named)} weights, expected one at least to be trained")


INTERVENTIONS: dict[str, type[Intervention]] = {
    kind.model_fields["kind"].default: kind
    for kind in (Intervention, RoundSmallLosses, RoundRightAnswers, DropRandomExamples, Freeze)
}
"""Every intervention by its kind."""

AnyIntervention = Annotated[
    Intervention | RoundSmallLosses | RoundRightAnswers | DropRandomExamples | Freeze, Field(discriminator="kind")
]
"""A field that holds any intervention."""
