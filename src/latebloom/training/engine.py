"""What moves the weights of a model."""

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Engine(Protocol):
    """Owns the optimiser's state; the weights are the model's."""

    stride: int
    """Updates that are worth asking for at once: few where one takes long, so that a training can be watched."""

    def advance(self, step: int, count: int) -> int:
        """Make the updates ``step`` → ``step + count``; returns how many were made, fewer where the next one's loss is
        not finite."""
        ...

    def tensors(self, step: int) -> dict[str, Tensor]:
        """The optimiser's state after ``step`` updates as named tensors, ``optimiser.<parameter>/<moment>``."""
        ...

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Undo `tensors`; names of other things are passed over."""
        ...
