"""Updates by an optimiser's compiled kernel: one pass over flat buffers; equal to torch's to rounding (tested)."""

import inspect
import math
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
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

    def update(self, step: int) -> None:
        """The update ``step`` → ``step + 1``, from the gradient in its buffer."""
        if self._l1:
            _, weights, gradient, _ = self._arguments
            _add_l1(gradient, weights, self._l1)
        self._kernel(*self._arguments, warmed(*self._rate, step), step)

    def advance(self, batch: TableBatch, gradient: Weights, step: int, count: int) -> int:
        """As `Engine.advance`, in one call of compiled code; ``gradient``: views of its flat buffer."""
        with single_threaded_blas():
            rate, arguments = (*self._rate, self._l1), self._arguments
            return self._loop(rate, arguments, batch.weights, batch.workspace, gradient, step, count)

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return self._moments.tensors(step)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        self._moments.load(tensors)


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


def _kernel(numbers, weights, gradient, moments, lr, step):  # type: ignore[no-untyped-def]
    raise NotImplementedError("replaced by the kernel of an optimiser")


def _advance(rate, arguments, weights, workspace, slopes, step, count):  # type: ignore[no-untyped-def]
    lr, warmup, l1 = rate
    numbers, flat, gradient, moments = arguments
    for done in range(count):
        if not math.isfinite(loss_and_gradient(weights, workspace, slopes)):
            return done
        if l1 > 0:
            _add_l1(gradient, flat, l1)
        now = step + done
        _kernel(numbers, flat, gradient, moments, _warmed(lr, warmup, now), now)
    return count
