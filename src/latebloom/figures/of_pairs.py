"""Functions that figures of modular tasks share: the final model on all pairs in float64, key frequencies, labels."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom.analysis import Analysis

if TYPE_CHECKING:
    from latebloom.circuits.modular.grid import Grid
    from latebloom.circuits.modular.neurons import NeuronClusters


def grid(analysis: Analysis) -> Grid:
    """The final model on all pairs. Errors: UsageError for a task that is not modular."""
    from latebloom.circuits.modular import views

    return analysis.final.exact.get(views.grid)


def grid_at(analysis: Analysis, step: int) -> Grid:
    """The model of a checkpoint on all pairs."""
    from latebloom.circuits.modular import views

    return analysis.snapshot(step).exact.get(views.grid)


def clusters(analysis: Analysis) -> NeuronClusters:
    """The final model's neurons by frequency."""
    from latebloom.circuits.modular import views

    return analysis.final.exact.get(views.clusters)


def keys(analysis: Analysis) -> tuple[int, ...]:
    """The key frequencies of the run; may be empty."""
    from latebloom.circuits.modular import views

    return analysis.final.get(views.keys)


def some_keys(analysis: Analysis) -> tuple[int, ...]:
    """The key frequencies, at least one. Errors: UsageError if the model has none."""
    ks = keys(analysis)
    if not ks:
        raise UsageError(
            f"{analysis.run.path} has no key frequencies at step {analysis.step}, and this figure needs at least one; "
            "a model has some once it uses the algorithm"
        )
    return ks


def labels(analysis: Analysis) -> tuple[str, ...]:
    """Names of the rows of the Fourier basis: const, cos 1, sin 1, …"""
    from latebloom.fourier import basis_labels

    return basis_labels(grid(analysis).order)


def operand_names(analysis: Analysis) -> tuple[str, str]:
    """Labels of the axes over the operands: their values, or their discrete logarithms."""
    order = grid(analysis).positions
    return ("x", "y") if order.x.tolist() == list(range(len(order.x))) else ("log x", "log y")


def first_operands(analysis: Analysis) -> tuple[int, ...]:
    """The operands at the first four positions."""
    return tuple(grid(analysis).positions.x[:4].tolist())


@cache
def wave_rows(labels: tuple[str, ...]) -> tuple[int, ...]:
    """Frequency of each row of the Fourier basis, by its label; 0 for const."""
    return tuple(int(label.split()[1]) if " " in label else 0 for label in labels)
