"""Activation functions by name. Another one is one more line here, or one registration in another package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._lazy import Deferred
from latebloom._registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Activation:
    """A function of one number, applied to each neuron. words: what it is, in a few words."""

    name: str
    words: str
    apply: Callable[[Tensor], Tensor]


ACTIVATIONS: Registry[Activation] = Registry("activation")
"""Every activation by name."""

RELU = ACTIVATIONS.register(Activation("relu", "max(x, 0)", Deferred("torch:relu")))
ACTIVATIONS.register(Activation("gelu", "x Φ(x), exact", Deferred("torch.nn.functional:gelu")))
ACTIVATIONS.register(
    Activation(
        "gelu_new", "x Φ(x), by the tanh approximation", Deferred("torch.nn.functional:gelu", approximate="tanh")
    )
)
ACTIVATIONS.register(Activation("tanh", "tanh(x)", Deferred("torch:tanh")))
ACTIVATIONS.register(Activation("square", "x²", Deferred("torch:square")))


def known_activation(name: str) -> str:
    """The name of an activation, as a check of a configuration. Errors: ValueError for an unknown one."""
    if name not in ACTIVATIONS:
        raise ValueError(f"got {name!r}, expected one of {', '.join(ACTIVATIONS)}")
    return name


NAMES = "function of each neuron: relu, gelu, gelu_new, tanh, square, or another that is registered"
"""Of the field ``activation``, for help. Listing the registry here would import the modules of other packages while
this one is being imported."""
