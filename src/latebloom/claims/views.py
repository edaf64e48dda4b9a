"""What claims read of the final model of a run by its family, each computed once.

Errors of all: UsageError for a run of another family's task.
"""

from latebloom.analysis import Analysis
from latebloom.circuits.induction import InductionCircuit
from latebloom.circuits.induction.family import explain as explain_induction
from latebloom.circuits.modular import views
from latebloom.circuits.modular.ablation import Ablation
from latebloom.circuits.modular.explanation import Explanation, explain
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.page import ablations
from latebloom.tasks import ModularTask


def modular_task(analysis: Analysis) -> ModularTask:
    """The modular task."""
    return views.modular_task(analysis.final)


def explanation(analysis: Analysis) -> Explanation:
    """The explanation of a modular task's model."""
    return analysis.final.get(explain)


def grid(analysis: Analysis) -> Grid:
    """A modular task's model on all pairs, in float64."""
    return analysis.final.exact.get(views.grid)


def ablation(analysis: Analysis, name: str) -> Ablation | None:
    """The row of that name in the ablation table of a modular task's model; None where there is none."""
    return next((row for row in analysis.final.get(ablations) if row.name == name), None)


def induction_circuit(analysis: Analysis) -> InductionCircuit:
    """The induction circuit of a model of repeated subsequences."""
    return analysis.final.get(explain_induction)
