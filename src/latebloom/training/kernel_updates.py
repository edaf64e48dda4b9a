"""Updates by an optimiser's compiled kernel: one pass over flat buffers; equal to torch's to rounding (tested)."""

import inspect
import math
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from jaxtyping import Int
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.models.tables import TableBatch, Weights, loss_and_gradient, single_threaded_blas
from latebloom.models.tables.compiled import entry, inner
from latebloom.training.moments import Moments
from latebloom.training.optimisers import Optimiser, rule_of, warmed


class KernelUpdates:
    """Makes the updates of a flattened model: ``weights`` and ``gradient`` are its flat buffers."""

    def __init__(self, model: nn.Module, settings: Optimiser, weights: Tensor, gradient: Tensor) -> None:
        rule = rule_of(settings)
        if rule.kernel is None:
            raise UsageError(f"optimiser: got {settings.name}, expected one with a compiled kernel")
        self._moments = Moments(model, rule.moments, weights)
        self._kernel, self._loop = _compiled(rule.kernel.function)
        numbers, buffers = rule.kernel.numbers(settings), tuple(moment.numpy() for moment in self._moments.flat)
        self._arguments = numbers, weights.numpy(), gradient.numpy(), buffers
        self._rate, self._l1 = (settings.lr, settings.warmup), settings.l1
        self._held = _held(model), np.empty_like(weights.numpy())

    def update(self, step: int) -> None:
        """The update ``step`` → ``step + 1``, from the gradient in its buffer."""
        _, weights, gradient, _ = self._arguments
        if self._l1:
            _add_l1(gradient, weights, self._l1)
        held, kept = self._held
        _remember(weights, held, kept)
        _drop(gradient, held)
        self._kernel(*self._arguments, warmed(*self._rate, step), step)
        _restore(weights, held, kept)

    def advance(self, batch: TableBatch, gradient: Weights, step: int, count: int) -> int:
        """As `Engine.advance`, in one call of compiled code; ``gradient``: views of its flat buffer."""
        with single_threaded_blas():
            rate, arguments = (*self._rate, self._l1), self._arguments
            return self._loop(rate, arguments, self._held, batch.weights, batch.workspace, gradient, step, count)

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return self._moments.tensors(step)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        self._moments.load(tensors)


def _held(model: nn.Module) -> Int[np.ndarray, "part 2"]:
    """Where the weights that no update changes begin and end in the flat buffers."""
    ends = np.cumsum([weight.numel() for weight in model.parameters()])
    held = [(end - weight.numel(), end) for weight, end in zip(model.parameters(), ends) if not weight.requires_grad]
    return np.array(held, dtype=np.int64).reshape(-1, 2)


@cache
def _compiled(function: Callable[..., None]) -> tuple[Any, Any]:
    """The kernel, and the loop of `_advance` with this kernel in it, as machine code.

    The loop is a copy of `_advance` with a name and globals of its own, not a closure: numba could not keep the machine
    code of a closure over compiled functions on disk.
    """
    kernel = entry(function)
    source: Any = inspect.unwrap(_advance)
    loop = FunctionType(source.__code__, {**source.__globals__, "_kernel": kernel}, source.__name__)
    loop.__qualname__ = f"{source.__name__}_{function.__module__}_{function.__qualname__}".replace(".", "_")
    return kernel, entry(loop, function)


_warmed = inner(warmed)


@entry
def _add_l1(gradient, weights, l1):  # type: ignore[no-untyped-def]
    """Add the gradient of l1 times the sum of the absolute weights."""
    for i in range(len(weights)):
        gradient[i] += np.float32(l1) * np.sign(weights[i])


@entry
def _remember(weights, held, kept):  # type: ignore[no-untyped-def]
    """Copy what is held."""
    for part in range(len(held)):
        for i in range(held[part, 0], held[part, 1]):
            kept[i] = weights[i]


@entry
def _drop(gradient, held):  # type: ignore[no-untyped-def]
    """What is held has no gradient. L2 still reaches its moments, which nothing reads."""
    for part in range(len(held)):
        gradient[held[part, 0] : held[part, 1]] = 0


@entry
def _restore(weights, held, kept):  # type: ignore[no-untyped-def]
    """Undo what weight decay has done to what is held."""
    for part in range(len(held)):
        for i in range(held[part, 0], held[part, 1]):
            weights[i] = kept[i]


def _kernel(numbers, weights, gradient, moments, lr, step):  # type: ignore[no-untyped-def]
    raise NotImplementedError("replaced by the kernel of an optimiser")


def _advance(rate, arguments, held, weights, workspace, slopes, step, count):  # type: ignore[no-untyped-def]
    lr, warmup, l1 = rate
    numbers, flat, gradient, moments = arguments
    parts, kept = held
    _remember(flat, parts, kept)
    for done in range(count):
        if not math.isfinite(loss_and_gradient(weights, workspace, slopes)):
            return done
        if l1 > 0:
            _add_l1(gradient, flat, l1)
        now = step + done
        _drop(gradient, parts)
        _kernel(numbers, flat, gradient, moments, _warmed(lr, warmup, now), now)
        _restore(flat, parts, kept)
    return count
