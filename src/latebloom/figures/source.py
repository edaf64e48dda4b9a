"""What figures are drawn from: one run, everything read or computed once and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.key_frequencies import by_neurons
from latebloom.circuits.modular.neurons import NeuronClusters, neuron_clusters
from latebloom.fourier import basis_labels
from latebloom.phases import Phases, Series
from latebloom.runs import Run
from latebloom.tasks import ModularTask

if TYPE_CHECKING:
    import pyarrow

    import latebloom.figures.figure

D = TypeVar("D")


@dataclass(frozen=True)
class FigureSource:
    """A run, and what several figures share. Errors: UsageError in one line wherever something is undefined."""

    run: Run
    _data: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def data_of(self, figure: latebloom.figures.figure.Figure[D]) -> D:
        """The data of a figure, computed once."""
        if figure.name not in self._data:
            self._data[figure.name] = figure.data(self)
        return self._data[figure.name]

    @cached_property
    def task(self) -> ModularTask:
        """The run's task; figures of the algorithm need a modular one."""
        if not isinstance(self.run.task, ModularTask):
            raise UsageError(f"{self.run.path}: expected a run of a modular task for this figure")
        return self.run.task

    @cached_property
    def steps(self) -> list[int]:
        """Steps with a checkpoint, at least one."""
        if not self.run.checkpoints:
            raise UsageError(f"{self.run.path} has no checkpoints yet, and this figure needs one; train it further")
        return self.run.checkpoints

    @property
    def step(self) -> int:
        """The final checkpoint."""
        return self.steps[-1]

    @cached_property
    def grid(self) -> Grid:
        """The final model on all pairs, in float64."""
        return self.grid_at(self.step)

    @torch.no_grad()
    def grid_at(self, step: int) -> Grid:
        """The model of a checkpoint on all pairs, in float64."""
        return modular_grid(self.run.checkpoint(step).model.double(), self.task)

    @cached_property
    def clusters(self) -> NeuronClusters:
        """The final model's neurons by frequency."""
        return neuron_clusters(self.grid)

    @cached_property
    def keys(self) -> list[int]:
        """Key frequencies: those that the run was measured with, or else the final model's by the rule "neurons"."""
        measured = self.run.directory.read_document("measures")
        return by_neurons(self.grid, self.clusters) if measured is None else list(measured["key_frequencies"])

    def some_keys(self) -> list[int]:
        """The key frequencies, at least one; UsageError where the model has none."""
        if not self.keys:
            raise UsageError(
                f"{self.run.path} has no key frequencies at step {self.step}, and this figure needs at least one: "
                "the model has not learned the algorithm; train it further"
            )
        return self.keys

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names of the Fourier basis' rows: const, cos 1, sin 1, …"""
        return basis_labels(self.task.p)

    @cached_property
    def metrics(self) -> pyarrow.Table:
        """Metrics and measures by step."""
        return self.run.metrics

    def series(self, name: str) -> Series:
        """One column of `metrics`, with at least one value."""
        found = self.maybe_series(name)
        if found is None:
            raise UsageError(
                f"{self.run.path} has no {name} yet, which this figure needs: `latebloom measure {self.run.path}`"
            )
        return found

    def maybe_series(self, name: str) -> Series | None:
        """One column of `metrics`, or None where it is not there or has no values."""
        if name not in self.metrics.column_names:
            return None
        values = self.metrics[name].to_numpy(zero_copy_only=False)
        found = Series.of(self.metrics["step"].to_numpy(), values)
        return found if len(found) else None

    @cached_property
    def phases(self) -> Phases:
        """The run's phases; none, with the reason, where it lacks a loss to tell them by."""
        try:
            return self.run.phases
        except UsageError as error:
            return Phases((), (), False, str(error))


@cache
def wave_rows(labels: tuple[str, ...]) -> tuple[int, ...]:
    """Frequency of each row of the Fourier basis, by its label; 0 for const."""
    return tuple(int(label.split()[1]) if " " in label else 0 for label in labels)
