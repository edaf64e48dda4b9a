"""Claims about what depends on x + y alone, judged by taking activations from other pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.learning import boundary_of, train_mask_of
from latebloom.claims.logits import loss_over_guessing, phase_sign_of
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below
from latebloom.measures import Snapshot
from latebloom.phases import MEMORISATION_ENDS, UNDER_GUESSING

if TYPE_CHECKING:
    from latebloom.circuits.modular.grid import Grid
    from latebloom.circuits.modular.resampling import Exchange, Resampled


ALL = 0.99
"""Share of the loss recovered from which on it counts as all. Arbitrary; 1 is all of it."""

NOTHING = 0.1
"""Share of the loss recovered up to which it counts as none. Arbitrary; a random pair recovers 0."""

POINTS = 20
"""Checkpoints at which the course is measured, evenly among those of the run. Arbitrary."""

_PLACE = "none; causal scrubbing of W's explanation"
_SUM = "with equal x + y (x - y for subtraction)"
_DIFFERENCE = "with equal x - y (x + y for subtraction)"
_SHARE = (
    "the share of the train loss recovered, 1 - (L' - L) / (L_random - L) with L' the loss and L_random that of random "
    "pairs, when"
)


def _resampled(snapshot: Snapshot, exchange: Exchange, grid: Grid) -> Resampled:
    from latebloom.circuits.modular.resampling import resampled
    from latebloom.runs.threads import single_threaded_torch

    mask = train_mask_of(snapshot)
    with single_threaded_torch():  # thousands of small selections, at which threads only wait for each other
        result = resampled(grid, exchange, mask)
    if result is None:
        raise Undefined("random pairs hardly raise the loss, so there is nothing to recover")
    return result


def _final(analysis: Analysis, exchange: Callable[[Grid], Exchange]) -> Resampled:
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.resampling import logit_waves

    phase_sign_of(analysis)
    exact = analysis.final.exact
    grid = exact.get(views.grid)
    if grid.neurons.shape[-1] == 0:
        raise Undefined("the model has no neurons")
    if not grid.linear and exchange is not logit_waves:
        raise Undefined("a norm is before the unembedding, so the logits are not linear in the neurons")
    return _resampled(exact, exchange(grid), grid)


@once
def _mlp_output(analysis: Analysis) -> Resampled:
    from latebloom.circuits.modular.resampling import mlp_output

    return _final(analysis, mlp_output)


@once
def _read_outs(analysis: Analysis) -> Resampled:
    from latebloom.circuits.modular.resampling import read_out_directions

    keys = keys_of(analysis)
    return _final(analysis, lambda grid: read_out_directions(grid, keys))


@once
def _logit_waves(analysis: Analysis) -> Resampled:
    from latebloom.circuits.modular.resampling import logit_waves

    return _final(analysis, logit_waves)


@once
def _single_neurons(analysis: Analysis) -> Resampled:
    from latebloom.circuits.modular.resampling import single_neurons

    return _final(analysis, single_neurons)


def _shares(name: str, what: str, place: Callable[[Analysis], Resampled]) -> tuple[Quantity, Quantity]:
    """The share recovered at a place under the hypothesis, and under the wrong one."""
    same = quantity("share", f"{_SHARE} {what} from a pair {_SUM}", name=f"resampled_{name}")
    wrong = quantity("share", f"{_SHARE} {what} from a pair {_DIFFERENCE}", name=f"resampled_{name}_wrong")
    return same(lambda analysis: place(analysis).recovered), wrong(lambda analysis: place(analysis).recovered_wrong)


resampled_mlp, resampled_mlp_wrong = _shares("mlp", "the MLP's output comes", _mlp_output)
resampled_read_outs, resampled_read_outs_wrong = _shares(
    "read_outs", "the neurons along the directions that W_logit reads at the key frequencies come", _read_outs
)
resampled_logit_waves, resampled_logit_waves_wrong = _shares(
    "logit_waves", "each frequency of the logits, over the answers, comes", _logit_waves
)
resampled_neurons, resampled_neurons_wrong = _shares("neurons", "each neuron by itself comes", _single_neurons)


@quantity(
    "times",
    f"the rise of the train loss when each neuron by itself comes from a pair {_SUM}, over the rise when the MLP's "
    "output comes from such a pair as a whole,",
)
def resampled_neurons_harm(analysis: Analysis) -> float:
    whole = _mlp_output(analysis)
    # A rise below the loss itself, or below zero, cannot be distinguished from none.
    least = max(whole.rise, whole.whole)
    if least <= 0:
        raise Undefined("train loss is 0, so a rise has nothing to be compared with")
    return _single_neurons(analysis).rise / least


@once
def _course(analysis: Analysis) -> dict[int, Resampled | None]:
    """The MLP's output at `POINTS` checkpoints, and at the last ones before two boundaries."""
    phase_sign_of(analysis)
    steps = np.array(analysis.course)
    chosen = set(steps[np.linspace(0, len(steps) - 1, POINTS).round().astype(int)].tolist())
    for name in (MEMORISATION_ENDS, UNDER_GUESSING):
        boundary = analysis.boundary(name)
        chosen |= set() if boundary is None else {_last(analysis, boundary)}
    return {step: _at(analysis.snapshot(step)) for step in sorted(chosen)}


def _last(analysis: Analysis, boundary: float) -> int:
    """The last checkpoint up to a step."""
    return max(step for step in analysis.course if step <= boundary)


def _at(snapshot: Snapshot) -> Resampled | None:
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.resampling import mlp_output, resampled

    grid = snapshot.get(views.grid)
    return resampled(grid, mlp_output(grid), train_mask_of(snapshot), draws=1)


def _share_before(analysis: Analysis, name: str) -> float:
    at = _course(analysis)[_last(analysis, boundary_of(analysis, name))]
    if at is None:
        raise Undefined("random pairs hardly raise the loss at that step, so there is nothing to recover")
    return at.recovered


@quantity("share", f"{_SHARE} the MLP's output comes from a pair {_SUM}, when memorisation ends")
def resampled_at_memorised(analysis: Analysis) -> float:
    return _share_before(analysis, MEMORISATION_ENDS)


@quantity("share", f"{_SHARE} the MLP's output comes from a pair {_SUM}, when test loss gets under guessing")
def resampled_at_under_guessing(analysis: Analysis) -> float:
    return _share_before(analysis, UNDER_GUESSING)


@quantity(
    "share",
    "of the rise of this share from the end of memorisation to the end of training, the part before test loss gets "
    "under guessing",
)
def resampled_rise_before_guessing(analysis: Analysis) -> float:
    first, then = (_share_before(analysis, name) for name in (MEMORISATION_ENDS, UNDER_GUESSING))
    last = _mlp_output(analysis).recovered
    if last <= first:
        raise Undefined("the share recovered does not rise")
    return (then - first) / (last - first)


@quantity("share", f"the largest share recovered at these steps from a pair {_DIFFERENCE}")
def resampled_wrong_most(analysis: Analysis) -> float:
    shares = [at.recovered_wrong for at in _course(analysis).values() if at is not None]
    if not shares:
        raise Undefined("random pairs hardly raise the loss at any step")
    return max(shares)


_DOES_TASK = Below(loss_over_guessing, 1.0, "the explanation is about a model that does the task")
_DEPENDS = AllOf(*(AtLeast(q, ALL, "arbitrary") for q in (resampled_mlp, resampled_read_outs, resampled_logit_waves)))
_NOT_ON_THE_OTHER = AllOf(
    *(
        AtMost(q, NOTHING, "arbitrary")
        for q in (resampled_mlp_wrong, resampled_read_outs_wrong, resampled_logit_waves_wrong)
    )
)
_FINDING = (
    "recovered: {resampled_mlp:.2%} with the MLP's output, {resampled_read_outs:.2%} with the read-out directions, "
    "{resampled_logit_waves:.2%} with each wave of the logits"
)
_WRONG_FINDING = (
    "recovered: {resampled_mlp_wrong:.1%} with the MLP's output, {resampled_read_outs_wrong:.1%} with the read-out "
    "directions, {resampled_logit_waves_wrong:.1%} with each wave of the logits"
)

register(
    Claim(
        id="resampling-sum",
        sentence="The MLP's output, the read-out directions and the waves of the logits depend on x + y alone: taken "
        "from another pair with the same sum, they leave the loss as it is.",
        place=_PLACE,
        published="none",
        region=_DEPENDS,
        provided=_DOES_TASK,
        finding=_FINDING,
    ),
    Claim(
        id="resampling-difference",
        sentence="Taken from a pair with the same difference, a wrong hypothesis, they do no better than taken from a "
        "random pair.",
        place=_PLACE,
        published="none",
        region=_NOT_ON_THE_OTHER,
        provided=_DOES_TASK,
        finding=_WRONG_FINDING,
    ),
    Claim(
        id="resampling-neurons",
        sentence="Single neurons depend on more than x + y: each taken from a pair of its own with the same sum, they "
        "harm the loss where their joint output does not.",
        place=_PLACE,
        published="none",
        region=AtLeast(resampled_neurons_harm, 10.0, "arbitrary"),
        provided=_DOES_TASK,
        finding="the loss rises {resampled_neurons_harm:.3g} times as much; {resampled_neurons:.1%} is recovered, "
        "since the logits average over many neurons",
    ),
    Claim(
        id="resampling-through-training",
        sentence="The MLP's output comes to depend on x + y alone before test loss gets under guessing; it never "
        "depends on x - y alone.",
        place=_PLACE,
        published="none",
        region=AllOf(
            Above(resampled_rise_before_guessing, 0.5, "most of the rise"),
            AtMost(resampled_wrong_most, NOTHING, "arbitrary"),
        ),
        finding=f"{{{resampled_at_memorised.name}:.1%}} recovered when memorisation ends, "
        f"{{{resampled_at_under_guessing.name}:.1%}} when test loss gets under guessing, {{resampled_mlp:.2%}} at the "
        "end; with equal x - y at most {resampled_wrong_most:.1%}",
    ),
    Claim(
        id="subtraction-resampling",
        sentence="In subtraction the MLP's output, the read-out directions and the waves of the logits depend on x - y "
        "alone, and not on x + y.",
        place=_PLACE,
        published="none",
        region=AllOf(_DEPENDS, _NOT_ON_THE_OTHER),
        provided=_DOES_TASK,
        finding=_FINDING + "; with equal x + y " + _WRONG_FINDING,
        system="subtraction",
    ),
)
