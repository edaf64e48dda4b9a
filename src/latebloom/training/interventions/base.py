"""What every intervention on training can change: the weights before the first step, and which labels have a
gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import BeforeValidator, SerializeAsAny

from latebloom._errors import UsageError
from latebloom._parts import Part, part_registry
from latebloom._registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn

    from latebloom.models import Model, Transformer

    Choice = Callable[[Float[Tensor, " label"], int], Bool[Tensor, " label"]]
    """Which labels have a gradient, given their losses (nats) and the step. A pure function, so that runs resume
    bit-identically."""


INTERVENTIONS: Registry[type[Intervention]] = part_registry("intervention")
"""Every intervention by its kind."""


class Intervention(Part):
    """No intervention. It is left out of the stored experiment, so that other runs keep their identity.

    A subclass is registered in `INTERVENTIONS` when it is defined, see `Part`.
    """

    tag: ClassVar[str] = "kind"
    registry = INTERVENTIONS
    kind: Literal["none"] = "none"
    keeps_wrong_answers: ClassVar[bool] = False
    """Whether labels that are not chosen keep the gradients on the logits of wrong answers."""
    same_gradients: ClassVar[bool] = False
    """Whether the gradients are computed as without it, since it only changes initial weights or holds some of them."""
    needs_full_batch: ClassVar[bool] = False
    """Whether it is about the same labels at every step."""

    def choice(self, seed: int) -> Choice | None:
        """Which labels have a gradient; None: all. ``seed``: of the data."""
        return None

    def prepare(self, model: Model) -> None:
        """Change a freshly built model. Errors: UsageError for a model that cannot have the intervention."""

    def transformer(self, model: Model) -> Transformer:
        """The model. Errors: UsageError for one that is no transformer."""
        from latebloom.models import Transformer

        if not isinstance(model, Transformer):
            raise UsageError(f"intervention.kind: got {self.kind}, expected a transformer")
        return model

    def operands(self, model: Transformer) -> Float[Tensor, "p d_model"]:
        """The rows of the embedding that are the operands 0 … p-1: as many as there are answers. Where y has tokens of
        its own, those of x. Errors: UsageError for a model with more answers than tokens."""
        p, tokens = model.cfg.d_vocab_out, len(model.embed.W_E)
        if p > tokens:
            raise UsageError(
                f"intervention.kind: got {self.kind} with {p} answers and {tokens} tokens, expected operands that are "
                "answers"
            )
        return model.embed.W_E[:p]


AnyIntervention = Annotated[SerializeAsAny[Intervention], BeforeValidator(Intervention.from_fields)]
"""The type of a field that holds any registered intervention; stored fields are looked up by ``kind``."""


def named(model: Model, names: tuple[str, ...]) -> dict[str, nn.Parameter]:
    """The weights of these names. Errors: UsageError for an unknown name, and without any."""
    named: dict[str, nn.Parameter] = dict(model.named_parameters())
    for name in names or ("",):
        if name not in named:
            raise UsageError(f"intervention.weights: got {name or 'none'}, expected some of {', '.join(named)}")
    return {name: named[name] for name in names}


def waves(k: int, p: int) -> Float[Tensor, "2 p"]:
    """cos kx and sin kx of the operands x."""
    import torch

    angle = 2 * torch.pi * k * torch.arange(p) / p
    return torch.stack([angle.cos(), angle.sin()])
