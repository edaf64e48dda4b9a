"""What claims read of the final model of a run by its family, each computed once.

Errors of all: UsageError for a run of another family's task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.analysis import Analysis
from latebloom.circuits.induction.family import explain as explain_induction
from latebloom.circuits.modular.ablation import Ablation, Cut
from latebloom.tasks import ModularTask

if TYPE_CHECKING:
    from latebloom.circuits.induction import InductionCircuit
    from latebloom.circuits.modular.explanation import Explanation
    from latebloom.circuits.modular.grid import Grid


CLUSTER_DRAWS = 10
"""Random controls of each kind beside each cluster, so that their median is not one unlucky draw."""


def modular_task(analysis: Analysis) -> ModularTask:
    """The modular task."""
    from latebloom.circuits.modular import views

    return views.modular_task(analysis.final)


def explanation(analysis: Analysis) -> Explanation:
    """The explanation of a modular task's model."""
    from latebloom.circuits.modular.explanation import explain

    return analysis.final.get(explain)


def grid(analysis: Analysis) -> Grid:
    """A modular task's model on all pairs, in float64."""
    from latebloom.circuits.modular import views

    return analysis.final.exact.get(views.grid)


def ablation(analysis: Analysis, cut: Cut) -> Ablation | None:
    """The row of that ablation in the table of a modular task's model; None where there is none."""
    from latebloom.circuits.modular.page import ablations

    return next((row for row in analysis.final.get(ablations) if row.name == cut.name), None)


def cluster_drops(analysis: Analysis) -> list[Ablation]:
    """Each key frequency's cluster at zero, beside more random controls than the ablation table has."""
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.cluster_drop import cluster_drop

    whole, clusters = grid(analysis), analysis.final.exact.get(views.clusters)
    keys = [k for k in analysis.final.get(views.keys) if len(clusters.members(k))]
    return [cluster_drop(whole, clusters, k).measure(whole, seed=0, draws=CLUSTER_DRAWS) for k in keys]


def induction_circuit(analysis: Analysis) -> InductionCircuit:
    """The induction circuit of a model of repeated subsequences."""
    return analysis.final.get(explain_induction)
