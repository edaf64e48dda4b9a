"""One run, with everything that is read or computed from it kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from jaxtyping import Float, Int

from latebloom._errors import UsageError
from latebloom._registry import suggested
from latebloom.analysis.measured import read_measured
from latebloom.circuits.family import Family, family_of
from latebloom.measures import AbsentSets, Basis, Snapshot, costly_measure_of, fixed_basis
from latebloom.phases import (
    MEMORISATION_ENDS,
    UNDER_GUESSING,
    NoChange,
    Outcome,
    PhaseChange,
    Phases,
    Series,
    find_phase_change,
)
from latebloom.phases.components import find_fall_in_nats
from latebloom.runs import Run
from latebloom.runs.components import ComponentLosses, component_losses
from latebloom.runs.outcome import outcome_of_experiment, phases_of_experiment
from latebloom.tasks import Task, split
from latebloom.tasks.split import UNLISTED

if TYPE_CHECKING:
    from latebloom.models import Examples


T = TypeVar("T")


class Analysis:
    """What figures, claims, reports and tables of one run are computed from; each part is computed once.

    A quantity of the final model is ``analysis.final.get(function)`` with a function of a `Snapshot`, such as those in
    `latebloom.circuits.modular.views`; anything else is ``analysis.get(function)`` with a function of the analysis.
    Errors: UsageError in one line wherever something is undefined for the run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._cache: dict[Any, Any] = {}

    def get(self, function: Callable[[Any], T]) -> T:
        """``function(analysis)``, computed once. Functions are told apart by identity, so pass named ones."""
        if function not in self._cache:
            self._cache[function] = function(self)
        return self._cache[function]

    @property
    def task(self) -> Task:
        """The task of the run."""
        return self.run.task

    @cached_property
    def family(self) -> Family:
        """The family of its task."""
        return family_of(self.run.task)

    @cached_property
    def steps(self) -> list[int]:
        """Steps with a checkpoint, at least one."""
        if not self.run.checkpoints:
            raise UsageError(self.run.no_checkpoints)
        return self.run.checkpoints

    @property
    def course(self) -> list[int]:
        """`steps`, for what is about the course of training. Errors: UsageError where there is one only."""
        if len(self.steps) < 2:
            raise UsageError(f"{self.run.path} has one checkpoint, and this needs those of its training")
        return self.steps

    @property
    def step(self) -> int:
        """The last step with a checkpoint."""
        return self.steps[-1]

    @cached_property
    def final(self) -> Snapshot:
        """The last checkpoint, with the basis that all others share.

        The basis is that which the run was measured with (``measures.json``), and where it was not measured, that which
        the family fixes from this model.
        """
        measured = self.measured_basis
        return self.checkpoint(self.step, self.family.own_basis() if measured is None else fixed_basis(measured))

    @property
    def basis(self) -> Basis:
        """What the family fixes from the final model and applies to every checkpoint, such as key frequencies."""
        return self.final.basis

    @cached_property
    def measured_basis(self) -> Basis | None:
        """The basis that the run was measured with; None where it was not measured. Errors: DamagedFileError."""
        measured = read_measured(self.run)
        return None if measured is None else measured.basis

    def snapshot(self, step: int) -> Snapshot:
        """The model of a checkpoint, in float32. Only that of the last step is kept."""
        return self.final if step == self.step else self.checkpoint(step, lambda _: self.basis)

    def snapshot_by(self, rule: str | None, step: int) -> Snapshot:
        """The model of a checkpoint with a basis of its own, by a rule (the family's default where None)."""
        return self.checkpoint(step, self.family.own_basis(rule))

    def checkpoint(self, step: int, basis_of: Callable[[Snapshot], Basis]) -> Snapshot:
        """The model of a checkpoint, in float32, with a basis that is given."""
        model = self.run.checkpoint(step).model
        return Snapshot(model, self.run.task, self.sets, self.train_rows, basis_of, self.family.forward)

    @cached_property
    def sets(self) -> Mapping[str, Examples]:
        """The fixed sets of examples by name (``train``, ``test``); a stream has no train set.

        Where they are not known there are none, and asking for one by name is a UsageError with the reason.
        """
        from latebloom.training import DataSource

        if self.run.experiment.data.kind in ("unlisted", "unknown"):
            return AbsentSets(f"{self.run.manifest.name} was imported, and {UNLISTED}")
        source = DataSource(self.run.experiment)
        named = {"train": source.train, "test": source.test}
        return {name: examples for name, examples in named.items() if examples is not None}

    @cached_property
    def train_rows(self) -> Int[np.ndarray, " row"] | None:
        """Which rows of ``task.universe()`` were trained on; None for a stream, or where it is not listed or known."""
        data = self.run.experiment.data
        return split(self.run.task, data).train_rows if data.listed else None

    @cached_property
    def metrics(self) -> dict[str, Series]:
        """Every series of the run that has a point, logged or measured, by name."""
        series = self.run.all_series()
        return {name: values for name, values in series.items() if len(values)}

    def series(self, name: str) -> Series | None:
        """A series of the run; None where it was not recorded or measured."""
        return self.metrics.get(name)

    def require(self, name: str) -> Series:
        """A series of the run. Errors: UsageError where it was not recorded or measured."""
        series = self.series(name)
        if series is None:
            raise UsageError(f"{self.run.path} has no {name} yet, and this needs it: {self._remedy(name)}")
        return series

    def _remedy(self, column: str) -> str:
        """What gives the run this column, or why nothing does."""
        costly = costly_measure_of(column)
        measured = read_measured(self.run)
        if costly is not None and measured is not None and costly.name in measured.measures:
            return f"the measure {costly.name} gave no value at any checkpoint"
        asked = () if costly is None else ("--with", costly.name)
        return f"`{suggested('measure', str(self.run.path), *asked)}`"

    def paired(self, first: str, second: str) -> tuple[Float[np.ndarray, " n"], ...] | None:
        """Steps at which both series have a value, and the two values there."""
        a, b = self.series(first), self.series(second)
        if a is None or b is None:
            return None
        steps, i, j = np.intersect1d(a.step, b.step, return_indices=True)
        return (steps, a.value[i], b.value[j]) if len(steps) else None

    @cached_property
    def outcome(self) -> Outcome:
        """Whether the run grokked, and if not, what it did instead, as of its last recorded step."""
        return outcome_of_experiment(self.run.experiment, self.metrics)

    @cached_property
    def phases(self) -> Phases:
        """The boundaries and phases of training; without steps, with the reason, where the run lacks a loss."""
        return phases_of_experiment(self.run.experiment, self.metrics)

    def boundary(self, name: str) -> float | None:
        """The step of one of `latebloom.phases.BOUNDARIES`; None where the run did not reach it."""
        return self.phases.boundary(name).step

    @property
    def interpolation(self) -> tuple[float, float] | None:
        """Circuit formation: from the step at which train loss has levelled out to that from which test loss stays
        under guessing; None where these are not in this order."""
        start, end = self.boundary(MEMORISATION_ENDS), self.boundary(UNDER_GUESSING)
        return None if start is None or end is None or start >= end else (start, end)

    @cached_property
    def parts(self) -> ComponentLosses:
        """The losses of the task's parts, with the phase change of each. Errors: UsageError for a task of one part."""
        return component_losses(self.run)

    @property
    def chance(self) -> float:
        """The loss of guessing among all answers alike, in nats."""
        return float(np.log(self.run.task.answers))

    def change(self, name: str) -> PhaseChange | NoChange:
        """The deepest fall of the logarithm of a series, or why there is none."""
        series = self.series(name)
        return NoChange(f"the run has no {name}") if series is None else find_phase_change(series, intervals=False)

    def fall(self, name: str) -> PhaseChange | NoChange:
        """The deepest fall of a loss itself, in nats, or why there is none."""
        series = self.series(name)
        if series is None:
            return NoChange(f"the run has no {name}")
        return find_fall_in_nats(series, self.chance, intervals=False)

    @property
    def last_step(self) -> int:
        """The last step that was logged, which in a run that was cut off may lie after the last resumable one."""
        logged = [series.step[-1] for series in self.metrics.values()]
        return max(self.run.manifest.step, *map(int, logged)) if logged else self.run.manifest.step


def analyse(run: Run | Analysis) -> Analysis:
    """The analysis of a run; an analysis as it is."""
    return run if isinstance(run, Analysis) else Analysis(run)
