"""What an optimiser is: its name, its settings, and the ways to make its updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    StackedStep = Callable[
        [
            Sequence[Any],
            Float[Tensor, "seed weight"],
            Float[Tensor, "seed weight"],
            tuple[Float[Tensor, "seed weight"], ...],
            Float[Tensor, "seed 1"],
            int,
        ],
        None,
    ]
    """(settings of each member, weights, gradient, moments, learning rates, step): one update of all members, in place.

    A member whose loss was not finite has a gradient and a learning rate of zero; its weights must not change.
    """


@dataclass(frozen=True)
class Kernel:
    """An update as one pass over flat buffers, compiled by numba.

    function: ``(numbers, weights, gradient, moments, lr, step)`` makes the update ``step`` → ``step + 1`` in place.
    ``weights`` and ``gradient`` are arrays of shape (weight,), ``moments`` a tuple of such arrays, one for each name
    of `UpdateRule.moments`, zero at the start; ``lr`` is the learning rate after warm-up. A plain Python function
    with loops, which calls no other function of Python; it must not allocate arrays.
    numbers: the settings as a tuple of numbers.
    """

    function: Callable[..., None]
    numbers: Callable[[Any], tuple[float, ...]]


@dataclass(frozen=True)
class UpdateRule:
    """One optimiser.

    name: the value of ``optimiser.name``.
    build: torch's optimiser for a model, from its settings. It must keep all its state as tensors and numbers, in
    ``state[parameter]`` or ``param_groups``, for a run to be resumed, and must draw no random numbers. Each update
    sets the ``lr`` of every group to its initial value times the warm-up.
    settings: the class of the settings; `Optimiser`, or a subclass whose ``name`` has this name as its default.
    moments: the names under which torch's optimiser keeps tensors of a weight's shape; only for the next two.
    kernel: the same update compiled, for training through tables. Without it torch's optimiser makes the update.
    stacked: the same update for several members of an ensemble. Without it a run cannot join an ensemble.
    Errors: UsageError where the class of the settings has another name.
    """

    name: str
    build: Callable[[nn.Module, Any], torch.optim.Optimizer]
    settings: type[Optimiser] = Optimiser
    moments: tuple[str, ...] = ()
    kernel: Kernel | None = None
    stacked: StackedStep | None = None

    def __post_init__(self) -> None:
        default = self.settings.model_fields["name"].default
        if self.settings is not Optimiser and default != self.name:
            raise UsageError(
                f"optimiser: {self.name!r} has the settings {self.settings.__name__}, whose name is {default!r}; "
                f"give them name: Literal[{self.name!r}] = {self.name!r}"
            )


OPTIMISERS: Registry[UpdateRule] = Registry("optimiser")
"""Every optimiser by name."""


def rule_of(settings: Optimiser) -> UpdateRule:
    """The optimiser with these settings. Errors: UsageError that lists the names for one that is not registered."""
    return OPTIMISERS[settings.name]


def settings_class(name: str) -> type[Optimiser]:
    """The class of the settings of the optimiser with this name. Errors: as `rule_of`."""
    return OPTIMISERS[name].settings


def decays(settings: Sequence[Optimiser], weights: Float[Tensor, "seed weight"]) -> Float[Tensor, "seed 1"]:
    """The weight decay of each member."""
    return weights.new_tensor([[member.weight_decay] for member in settings])
