"""What claims read of the final model of a run by its family, each computed once.

Errors of all: UsageError for a run of another family's task.
"""

from latebloom.analysis import Analysis
from latebloom.circuits.induction import InductionCircuit
from latebloom.circuits.induction.family import explain as explain_induction
from latebloom.circuits.modular import views
from latebloom.circuits.modular.ablation import Ablation, Cut
from latebloom.circuits.modular.cluster_drop import cluster_drop
from latebloom.circuits.modular.explanation import Explanation, explain
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.page import ablations
from latebloom.tasks import ModularTask

CLUSTER_DRAWS = 10
"""Random controls of each kind beside each cluster, so that their median is not one unlucky draw."""


def modular_task(analysis: Analysis) -> ModularTask:
    """The modular task."""
    return views.modular_task(analysis.final)


def explanation(analysis: Analysis) -> Explanation:
    """The explanation of a modular task's model."""
    return analysis.final.get(explain)


def grid(analysis: Analysis) -> Grid:
    """A modular task's model on all pairs, in float64."""
    return analysis.final.exact.get(views.grid)


def ablation(analysis: Analysis, cut: Cut) -> Ablation | None:
    """The row of that ablation in the table of a modular task's model; None where there is none."""
    return next((row for row in analysis.final.get(ablations) if row.name == cut.name), None)


def cluster_drops(analysis: Analysis) -> list[Ablation]:
    """Each key frequency's cluster at zero, beside more random controls than the ablation table has."""
    whole, clusters = grid(analysis), analysis.final.exact.get(views.clusters)
    keys = [k for k in analysis.final.get(views.keys) if len(clusters.members(k))]
    return [cluster_drop(whole, clusters, k).measure(whole, seed=0, draws=CLUSTER_DRAWS) for k in keys]


def induction_circuit(analysis: Analysis) -> InductionCircuit:
    """The induction circuit of a model of repeated subsequences."""
    return analysis.final.get(explain_induction)
