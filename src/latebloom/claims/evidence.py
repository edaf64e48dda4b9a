"""What claims are judged on: one run, its final model taken apart, its series, its phases."""

from functools import cached_property

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom.circuits.induction import InductionCircuit, explain_induction
from latebloom.circuits.modular.ablation import Ablation
from latebloom.circuits.modular.ablations import ablate
from latebloom.circuits.modular.explanation import Explanation, explain_grid
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.models import sum_squared_weights
from latebloom.phases import NoChange, PhaseChange, Phases, Series, find_phase_change
from latebloom.phases.components import find_fall_in_nats
from latebloom.runs import Run
from latebloom.runs.components import ComponentLosses, component_losses
from latebloom.statistics import first_reached
from latebloom.tasks import ModularTask, RepeatedSubsequences


class Evidence:
    """One run; everything is computed once, when a claim first asks for it.

    What speaks of frequencies (`task` and all that needs it) is for modular tasks. Errors: UsageError for another one.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def task(self) -> ModularTask:
        """The run's modular task."""
        if not isinstance(self.run.task, ModularTask):
            raise UsageError(f"{self.run.path}: got a run of {self.run.task.name}, expected a modular task")
        return self.run.task

    @cached_property
    def explanation(self) -> Explanation:
        """The figures of the final model."""
        weights = self.run.checkpoint().model.parameters()
        return explain_grid(self.grid, self.run.train_mask, key_frequencies(self.grid), sum_squared_weights(weights))

    @property
    def keys(self) -> list[int]:
        """Key frequencies of the final model."""
        return self.explanation.key_frequencies

    @cached_property
    def grid(self) -> Grid:
        """The final model on all pairs, in float64."""
        return modular_grid(self.run.checkpoint().model.double(), self.task)

    @cached_property
    def ablations(self) -> dict[str, Ablation]:
        """The ablation table of the final model, by name."""
        return {ablation.name: ablation for ablation in ablate(self.run.checkpoint().model, self.task, self.keys)}

    @cached_property
    def phases(self) -> Phases:
        """The phases of training."""
        return self.run.phases

    def boundary(self, phase: str) -> float | None:
        """The step at which a phase starts; None where it was not found."""
        return next((found.start for found in self.phases.phases if found.name == phase), None)

    @property
    def interpolation(self) -> tuple[float, float] | None:
        """From the step where train loss has levelled out to that where test loss falls; None where it did not grok."""
        start, end = self.boundary("circuit formation"), self.boundary("clean-up")
        return None if start is None or end is None else (start, end)

    @cached_property
    def metrics(self) -> dict[str, Series]:
        """Every series of the run that has a point, by name."""
        found = self.run.all_series()
        return {name: series for name, series in found.items() if len(series)}

    def series(self, name: str) -> Series | None:
        """A series of the run; None where it was not recorded or measured."""
        return self.metrics.get(name)

    def paired(self, first: str, second: str) -> tuple[Float[np.ndarray, " n"], ...] | None:
        """Steps at which both series have a value, and the two values there."""
        a, b = self.series(first), self.series(second)
        if a is None or b is None:
            return None
        steps, i, j = np.intersect1d(a.step, b.step, return_indices=True)
        return (steps, a.value[i], b.value[j]) if len(steps) else None

    @cached_property
    def induction(self) -> InductionCircuit:
        """The induction circuit of the final model. Errors: UsageError for a run of another task."""
        if not isinstance(self.run.task, RepeatedSubsequences):
            raise UsageError(f"{self.run.path}: got a run of {self.run.task.name}, expected repeated_subsequences")
        return explain_induction(self.run.checkpoint().model, self.run.task)

    @cached_property
    def parts(self) -> ComponentLosses:
        """The losses of the task's parts, with the phase change of each. Errors: UsageError for a task of one piece."""
        return component_losses(self.run)

    def change(self, name: str) -> PhaseChange | NoChange:
        """The deepest fall of a series, or why there is none."""
        series = self.series(name)
        return NoChange(f"the run has no {name}") if series is None else find_phase_change(series, intervals=False)

    @property
    def chance(self) -> float:
        """The loss of guessing among all answers alike, in nats."""
        return float(np.log(self.run.task.answers))

    def fall(self, name: str) -> PhaseChange | NoChange:
        """The deepest fall of a loss itself, in nats, or why there is none."""
        series = self.series(name)
        if series is None:
            return NoChange(f"the run has no {name}")
        return find_fall_in_nats(series, self.chance, intervals=False)

    def reached(self, name: str) -> float | None:
        """The first logged step at which the accuracy on that set is 0.9 or more; None where it never is."""
        series = self.series(f"{name}_accuracy")
        return None if series is None else first_reached(series.step, series.value)

    @property
    def last_step(self) -> int:
        """How far the run came. Of one that was cut off more may be logged than it can go on from."""
        logged = [series.step[-1] for series in self.metrics.values()]
        return max(self.run.manifest.step, *map(int, logged)) if logged else self.run.manifest.step
