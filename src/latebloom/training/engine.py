"""What updates the weights of a model."""

from typing import Protocol, runtime_checkable

from torch import Tensor

STATE = "optimiser."
"""Names of the optimiser's state begin with this."""


def state_name(parameter: str, moment: str) -> str:
    """The name of one tensor of the optimiser's state in the resume state: ``optimiser.<parameter>/<moment>``."""
    return f"{STATE}{parameter}/{moment}"


@runtime_checkable
class Engine(Protocol):
    """Holds the optimiser's state; the model holds the weights."""

    stride: int
    """How many updates to request at once; few where one takes long, so that progress can be shown."""

    def advance(self, step: int, count: int) -> int:
        """Make the updates ``step`` → ``step + count``. Returns how many were made: fewer than ``count`` where the loss
        of the next one is not finite."""
        ...

    def tensors(self, step: int) -> dict[str, Tensor]:
        """The optimiser's state after ``step`` updates as named tensors, see `state_name`."""
        ...

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Restore the state that `tensors` returned; tensors with other names are ignored."""
        ...
