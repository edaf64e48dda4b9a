"""Representations (Chughtai et al. 2023) or cosets (Stander et al. 2024): both explanations of the same neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.analysis import Analysis
from latebloom.circuits.groups.settings import KEPT
from latebloom.claims.quantity import Undefined, once, percent, quantity

if TYPE_CHECKING:
    from latebloom.circuits.groups.rivals import Rivals


@once
def _rivals(analysis: Analysis) -> Rivals:
    from latebloom.circuits.groups.rivals import rivals

    found = rivals(analysis.final)
    if found is None:
        raise Undefined("the model has no neurons that act on its logits linearly")
    return found


def _trial_accuracy(analysis: Analysis, name: str) -> float:
    found = _rivals(analysis)
    accuracy = next((one.accuracy for one in found.trials if one.name == name), None)
    if accuracy is None:
        raise Undefined(found.reason or "no neuron varies")
    return accuracy


@quantity("share", "the accuracy over all pairs with every neuron projected onto one representation")
def group_accuracy_by_irreps(analysis: Analysis) -> float:
    return _trial_accuracy(analysis, "irreps")


@quantity("share", "the accuracy over all pairs with every neuron projected onto functions of the cosets of a subgroup")
def group_accuracy_by_cosets(analysis: Analysis) -> float:
    return _trial_accuracy(analysis, "cosets")


@quantity(
    "share", "the probability that a neuron's subgroup is larger than that of a random function of its representation"
)
def group_larger_subgroups(analysis: Analysis) -> float:
    larger = _rivals(analysis).larger_than_chance
    if larger is None:
        raise Undefined("no neuron varies")
    return larger


@quantity(
    "",
    f"the explanation of the neurons that keeps {percent(KEPT)} of the accuracy with the fewest functions (irreps, "
    "cosets, both or neither)",
)
def group_explanation(analysis: Analysis) -> str:
    found = _rivals(analysis)
    if found.decides is None:
        raise Undefined(found.reason or "undecided")
    return found.decides
