"""Several operations in one model: when each is learned, and what they share at the end."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from math import log

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.circuits.modular.neurons import LIVE_ENERGY
from latebloom.claims import Record, quantity
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Quantity, Undefined, once
from latebloom.models import Model, Transformer
from latebloom.statistics import Estimate, first_below, median_estimate
from latebloom.tasks import SeveralOperations, Task

ADDITION, SUBTRACTION, MULTIPLICATION = "modular_addition", "modular_subtraction", "modular_multiplication"

LEARNED = 0.05
"""The share of the loss of guessing at which an operation counts as learned. Arbitrary, but below what x + y = y + x
gives to a model that remembers its sums: it still guesses where both orders are in the test set, and where x = y."""

UNLEARNED = 0.5
"""The share of the loss of guessing under which most of the fall of an operation's test loss is still to come.
Arbitrary; at 90 % the falls of all operations have begun within the first steps, by x + y = y + x."""

PERMUTATIONS = 100
"""Of the neurons of one operation, as the control of `neuron_overlap`."""

NEVER = "(what is never learned counts as learned at the last step)"


def operation_grid(model: Transformer, task: SeveralOperations, index: int) -> Grid:
    """The model on all pairs of one operation, in float64: with that operation's token in the place of ``=``, and with
    its answers alone where each operation has answers of its own."""
    alone = deepcopy(model)
    embedding = alone.double().get_parameter("embed.W_E").data
    embedding[task.p] = embedding[task.p + index]
    if task.own_answers:
        unembed, own = alone.unembed, task.answers_of(index)
        unembed.W_U.data = unembed.W_U.data[:, own]
        if unembed.b_U is not None:
            unembed.b_U.data = unembed.b_U.data[own]
    return modular_grid(alone, task.parts[index])


def _grids_of(model: Model, task: Task) -> list[Grid]:
    if not isinstance(task, SeveralOperations) or not isinstance(model, Transformer):
        raise Undefined("the run is no transformer of several operations")
    return [operation_grid(model, task, index) for index in range(len(task.operations))]


@once
def _grids(analysis: Analysis) -> list[Grid]:
    """Of each operation at the end."""
    return _grids_of(analysis.final.model, analysis.task)


def _of_operations(analysis: Analysis, name: str) -> list[tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]]:
    """Steps and values of a series for each operation; the only operation of a run has that of the whole."""
    names = analysis.task.components
    series = [series_of(analysis, f"{name}.{one}" if len(names) > 1 else name) for one in names]
    return [(one.step, one.value) for one in series]


def _guessing(analysis: Analysis) -> float:
    """The loss (nats) of a model that knows the operation and nothing else."""
    if not isinstance(analysis.task, SeveralOperations):
        raise Undefined("the run is not of several operations")
    return log(analysis.task.p)


def _learned_at(analysis: Analysis) -> list[float | None]:
    return [first_below(*one, LEARNED * _guessing(analysis)) for one in _of_operations(analysis, "test_loss")]


@quantity(
    "steps",
    f"for each operation, the first recorded step at which its test loss is less than {LEARNED:.0%} of that of "
    "guessing",
)
def operations_learned_at(analysis: Analysis) -> list[float | None]:
    return _learned_at(analysis)


@quantity(
    "steps",
    f"for each operation, the last recorded step before it is learned at which its test loss is {UNLEARNED:.0%} of "
    "that of guessing or more",
)
def operations_unlearned_until(analysis: Analysis) -> list[float | None]:
    guessing = _guessing(analysis)
    found: list[float | None] = []
    for (step, loss), end in zip(_of_operations(analysis, "test_loss"), _learned_at(analysis)):
        before = step[(loss >= UNLEARNED * guessing) & (step < (np.inf if end is None else end))]
        found.append(float(before[-1]))
    return found


@quantity("share", "test accuracy on each operation at the end")
def operations_accuracy(analysis: Analysis) -> list[float | None]:
    return [float(value[-1]) for _, value in _of_operations(analysis, "test_accuracy")]


@quantity(
    "",
    "for each frequency k = 1 … (p - 1)/2, the number of the operations, as bits in their order, of which it is a key "
    "frequency by the neurons",
)
def operations_with_key_frequency(analysis: Analysis) -> list[float | None]:
    grids = _grids(analysis)
    keys = [key_frequencies(grid) for grid in grids]
    return [float(sum((k in own) << i for i, own in enumerate(keys))) for k in range(1, (grids[0].order - 1) // 2 + 1)]


def neuron_overlap(
    first: Float[Tensor, " d_mlp"], second: Float[Tensor, " d_mlp"], permutations: int = PERMUTATIONS
) -> tuple[float, float]:
    """Σ min(a, b) over the neurons, and its mean with the neurons of b permuted; from 0 to 1.

    first, second: the energy of each neuron about its mean, over the pairs of each operation; a and b are these divided
    by their sums. Neurons that are dead (`LIVE_ENERGY`) on both are left out, since they would count as shared. The
    permutations are the same for the same number of neurons. Errors: Undefined where an operation has no live neuron.
    """
    live = torch.maximum(first, second) > LIVE_ENERGY
    if not (first > LIVE_ENERGY).any() or not (second > LIVE_ENERGY).any():
        raise Undefined("all neurons are dead on one of the operations")
    a, b = (energy[live] / energy[live].sum() for energy in (first, second))
    generator = torch.Generator().manual_seed(0)
    permuted = [b[torch.randperm(len(b), generator=generator)] for _ in range(permutations)]
    return float(torch.minimum(a, b).sum()), float(torch.minimum(a, torch.stack(permuted)).sum(1).mean())


def _overlap_of(grids: Sequence[Grid]) -> tuple[float, float]:
    if len(grids) != 2:
        raise Undefined(f"the run has {len(grids)} operations, and the overlap is one of two")
    first, second = ((one.neurons - one.neurons.mean((0, 1))).square().sum((0, 1)) for one in grids)
    return neuron_overlap(first, second)


@once
def _overlap(analysis: Analysis) -> tuple[float, float]:
    return _overlap_of(_grids(analysis))


@quantity("share", "the overlap Σ min(a, b) of the neurons' energies on the two operations, each with the sum 1")
def operations_neuron_overlap(analysis: Analysis) -> float:
    return _overlap(analysis)[0]


@quantity("share", f"that overlap in the mean over {PERMUTATIONS} permutations of the live neurons of one operation")
def operations_permuted_overlap(analysis: Analysis) -> float:
    return _overlap(analysis)[1]


@quantity("share", "that overlap in the initial model")
def operations_initial_overlap(analysis: Analysis) -> float:
    if 0 not in analysis.run.checkpoints:
        raise Undefined("the run has no checkpoint at step 0")
    return _overlap_of(_grids_of(analysis.run.checkpoint(0).model, analysis.task))[0]


def arms(records: Sequence[Record]) -> dict[tuple[str, ...], dict[int, Record]]:
    """The runs by their operations, then by seed."""
    arms: dict[tuple[str, ...], dict[int, Record]] = {}
    for record in records:
        arms.setdefault(tuple(record.setting("task.operations")), {})[record.setting("model.seed")] = record
    return arms


def models_of(records: Sequence[Record], *operations: str) -> dict[int, Record]:
    """The runs of these operations by seed. Errors: Undefined without any."""
    try:
        return arms(records)[operations]
    except KeyError:
        raise Undefined(f"there are no runs of {' and '.join(operations)}") from None


def learned_or_last(record: Record, operation: str) -> float:
    """The step at which an operation is learned; the last one where it never is."""
    step = on_operation(record, operations_learned_at, operation)
    return float((record.step or 0) if step is None else step)


def later(operation: str, pairs: Sequence[tuple[Record, Record]]) -> Estimate:
    """The step at which the first run of a pair learns an operation, over that of the second, in the median."""
    return median_estimate([learned_or_last(one, operation) / learned_or_last(two, operation) for one, two in pairs])


def on_operation(record: Record, one: Quantity, operation: str) -> float | None:
    """What was measured on one operation."""
    values: Sequence[float | None] = record.value(one.name)
    return values[list(record.setting("task.operations")).index(operation)]


def word(operation: str) -> str:
    """The operation in a word."""
    return operation.removeprefix("modular_")
