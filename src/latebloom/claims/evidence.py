"""The names under which claims read an `Analysis`."""

from functools import cached_property

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.circuits.induction import InductionCircuit
from latebloom.circuits.induction.family import explain as explain_induction
from latebloom.circuits.modular import views
from latebloom.circuits.modular.ablation import Ablation
from latebloom.circuits.modular.explanation import Explanation, explain
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.page import ablations
from latebloom.tasks import ModularTask


class Evidence(Analysis):
    """One run; everything is computed once, when a claim first needs it.

    `task` and all that needs it are for modular tasks. Errors: UsageError for another one.
    """

    @cached_property
    def task(self) -> ModularTask:
        """The run's modular task."""
        if not isinstance(self.run.task, ModularTask):
            raise UsageError(f"{self.run.path}: got a run of {self.run.task.name}, expected a modular task")
        return self.run.task

    @cached_property
    def explanation(self) -> Explanation:
        """The figures of the final model."""
        _ = self.task
        return self.final.get(explain)

    @property
    def keys(self) -> list[int]:
        """Key frequencies: those that the run was measured with, else those of the final model by neurons."""
        return self.explanation.key_frequencies

    @cached_property
    def grid(self) -> Grid:
        """The final model on all pairs, in float64."""
        _ = self.task
        return self.final.exact.get(views.grid)

    @cached_property
    def ablations(self) -> dict[str, Ablation]:
        """The ablation table of the final model, by name."""
        return {ablation.name: ablation for ablation in self.final.get(ablations)}

    @property
    def induction(self) -> InductionCircuit:
        """The induction circuit of the final model. Errors: UsageError for a run of another task."""
        return self.final.get(explain_induction)
