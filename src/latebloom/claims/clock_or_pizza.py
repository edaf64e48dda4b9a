"""Claims about the kind of circuit: a clock multiplies waves of the operands, a pizza adds them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.logits import fve_cos_fit
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.views import grid, modular_task

if TYPE_CHECKING:
    from latebloom.circuits.modular.grid import Grid
    from latebloom.models import Model


_SOURCE = "Zhong et al., 2023, “The Clock and the Pizza”"
_MIDDLE = 0.5
"""Halfway between the ideal clock and the ideal pizza, for either number."""


@quantity("", "the gradient symmetricity of the model (0: ideal clock, 1: pizza)", name="gradient_symmetricity")
def symmetricity(analysis: Analysis) -> float:
    return _symmetricity(analysis, analysis.final.exact.model)


@quantity("", "the gradient symmetricity of the initial weights", name="initial_gradient_symmetricity")
def initial_symmetricity(analysis: Analysis) -> float:
    return _symmetricity(analysis, _initial(analysis))


@quantity("", "the distance irrelevance of the model (near 1: clock, 0: ideal pizza)", name="distance_irrelevance")
def irrelevance(analysis: Analysis) -> float:
    return _irrelevance(grid(analysis))


@quantity("", "the distance irrelevance of the initial weights", name="initial_distance_irrelevance")
def initial_irrelevance(analysis: Analysis) -> float:
    from latebloom.circuits.modular.grid import modular_grid

    return _irrelevance(modular_grid(_initial(analysis), modular_task(analysis)))


@once
def _initial(analysis: Analysis) -> Model:
    if 0 not in analysis.run.checkpoints:
        raise Undefined("the run has no checkpoint at step 0")
    return analysis.run.checkpoint(0).model.double()


def _symmetricity(analysis: Analysis, model: Model) -> float:
    from latebloom.circuits.modular.clock_or_pizza import gradient_symmetricity

    value = gradient_symmetricity(model, modular_task(analysis))
    if value is None:
        raise Undefined("no logit depends on both operands")
    return value


def _irrelevance(whole: Grid) -> float:
    from latebloom.circuits.modular.clock_or_pizza import distance_irrelevance

    value = distance_irrelevance(whole)
    if value is None:
        raise Undefined("the right logit is the same for all pairs, or the task has no distance")
    return value


_WAVES = Above(fve_cos_fit, 0.5, "arbitrary; otherwise the model has no circuit of waves, of either kind")

register(
    Claim(
        id="clock-gradients",
        sentence="The operands' gradients are unlike each other, as in a clock: it multiplies their waves.",
        place=_SOURCE,
        published="clocks are low in gradient symmetricity, pizzas high",
        region=AllOf(
            Below(symmetricity, _MIDDLE, "halfway from the ideal clock to the ideal pizza"),
            Above(initial_symmetricity, _MIDDLE, "untrained attention is even, so training made the difference"),
        ),
        provided=_WAVES,
        finding="gradient symmetricity {gradient_symmetricity:.2f}, {initial_gradient_symmetricity:.2f} at the start",
    ),
    Claim(
        id="clock-distance",
        sentence="The right logit hardly depends on the distance of the operands, x - y for addition, as in a clock.",
        place=_SOURCE,
        published="clocks are high in distance irrelevance, pizzas low",
        region=Above(irrelevance, _MIDDLE, "halfway from the ideal pizza to the ideal clock"),
        provided=_WAVES,
        finding="distance irrelevance {distance_irrelevance:.2f}, {initial_distance_irrelevance:.2f} at the start",
    ),
)
