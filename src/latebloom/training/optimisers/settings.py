"""Settings of an optimiser, and the schedule of its learning rate."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny

from latebloom._config import Config

LARGEST = 3e38
"""The order of the largest float32, in which gradients are computed."""


def _two_numbers(value: Any) -> Any:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) != 2:
        raise ValueError("expected two numbers from 0 to below 1, as 0.9,0.98")
    return parts


def _registered(name: str) -> str:
    from latebloom.training.optimisers.rule import OPTIMISERS

    return OPTIMISERS[name].name


Decay = Annotated[float, Field(ge=0, lt=1)]
Decoupled = Annotated[
    bool, Field(description="weight decay of the Grokfast optimisers: that of adamw (true) or that of adam (false)")
]
Betas = Annotated[tuple[Decay, Decay], BeforeValidator(_two_numbers)]


class Optimiser(Config):
    """Settings that every optimiser has. An optimiser with more of its own subclasses this.

    ``class TigerSettings(Optimiser): name: Literal["tiger"] = "tiger"; beta: float = 0.9``.
    The learning rate rises linearly from 0 over ``warmup`` steps: lr · min(step / warmup, 1).
    Errors: UsageError that lists the registered names for a name that is not registered.
    """

    name: Annotated[str, AfterValidator(_registered)] = "adamw"
    lr: float = Field(1e-3, gt=0, description="learning rate")
    weight_decay: float = Field(1.0, ge=0, description="decoupled; L2 in the gradient for adam and sgd")
    betas: Betas = Field((0.9, 0.98), description="moment decay of adamw and its kin, and of lion, as 0.9,0.98")
    l1: float = Field(
        0.0, ge=0, le=LARGEST, description="strength of an L1 penalty: l1 · sign(w) is added to the gradient"
    )
    momentum: float = Field(0.0, ge=0, lt=1, description="momentum of sgd and sign_descent")
    warmup: int = Field(10, ge=0, description="steps of linear warm-up")


def _by_name(value: Any) -> Any:
    """Settings of the class that belongs to their name."""
    from latebloom.training.optimisers.rule import settings_class

    if isinstance(value, Optimiser):
        kind = settings_class(value.name)
        return value if type(value) is kind else kind.model_validate(value.model_dump())
    if not isinstance(value, Mapping):
        return value
    name = value.get("name", Optimiser.model_fields["name"].default)
    return (settings_class(name) if isinstance(name, str) else Optimiser).model_validate(value)


AnyOptimiser = Annotated[SerializeAsAny[Optimiser], BeforeValidator(_by_name)]
"""A field that holds the settings of any registered optimiser; its name chooses the class."""


def warmed(lr: float, warmup: int, step: int) -> float:
    """The learning rate of the update ``step`` → ``step + 1``: lr · min(step / warmup, 1).

    The very first update therefore has a learning rate of zero. Source: the published training code.
    """
    return lr * min(step / warmup, 1.0) if warmup > 0 else lr
