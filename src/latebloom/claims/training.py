"""Claims about how training went."""

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import (
    LEARNED,
    boundary_of,
    memorised_at,
    near,
    outcome,
    series_of,
    test_learned_at,
    test_loss_falls_at,
    train_learned_at,
)
from latebloom.claims.quantity import Never, Undefined, percent, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Holds, Is, Ratio
from latebloom.claims.views import explanation
from latebloom.phases.phase_change import MIN_POINTS
from latebloom.published import filled

FALLEN_SHARE = 0.1
"""A loss below this share of the loss of guessing, ln p, has fallen. Arbitrary."""

PARTED_FACTOR = 10.0
"""Excluded loss has parted from train loss when it is this many times train loss and control. Arbitrary."""

_MEMORISED_THEN_GROKKED = filled(
    "memorised by step {mainline.memorisation_ends}; test loss falls from step {mainline.test_loss_falls}"
)
_EVOLUTION = 'W, "Evolution of Circuits During Training", '


@quantity(
    "", "the phases of a run that grokked are found: train loss levels out, and test loss begins to fall after that"
)
def phases_found(analysis: Analysis) -> float:
    if len(series_of(analysis, "test_loss")) < MIN_POINTS:
        raise Undefined(analysis.phases.reason.rstrip("."))
    return float(analysis.interpolation is not None)


@quantity(
    "steps",
    f"the first checkpoint at which excluded loss is over {PARTED_FACTOR:g} times train loss, and over "
    f"{PARTED_FACTOR:g} times the loss without random frequencies (arbitrary),",
)
def excluded_parts_at(analysis: Analysis) -> float:
    boundary_of(analysis, "clean-up")
    pairs, control = analysis.paired("excluded_loss", "train_loss"), series_of(analysis, "excluded_loss_control")
    if pairs is None:
        raise Undefined("the run has no excluded loss; `latebloom measure` may add it")
    steps, excluded, train = pairs
    parted = steps[excluded > PARTED_FACTOR * np.maximum(train, np.interp(steps, control.step, control.value))]
    if not len(parted):
        raise Never(f"excluded loss is never {PARTED_FACTOR:g} times train loss and control")
    return float(parted[0])


def _under_a_tenth(analysis: Analysis) -> tuple[float, float]:
    """The first common checkpoints at which restricted loss and test loss have fallen."""
    pairs = analysis.paired("restricted_loss", "test_loss")
    if pairs is None or not analysis.phases.complete:
        raise Undefined("needs a run that grokked, and `latebloom measure`")
    steps, *losses = pairs
    fallen = [steps[values < FALLEN_SHARE * analysis.chance] for values in losses]
    if not all(len(one) for one in fallen):
        raise Undefined(
            f"restricted loss or test loss never falls below {percent(FALLEN_SHARE)} of the loss of guessing"
        )
    return float(fallen[0][0]), float(fallen[1][0])


@quantity(
    "steps", f"the first checkpoint at which restricted loss is below {percent(FALLEN_SHARE)} of ln p (arbitrary)"
)
def restricted_loss_fallen_at(analysis: Analysis) -> float:
    return _under_a_tenth(analysis)[0]


@quantity("steps", f"the first checkpoint at which test loss is below {percent(FALLEN_SHARE)} of ln p")
def test_loss_fallen_at(analysis: Analysis) -> float:
    return _under_a_tenth(analysis)[1]


@quantity(
    "steps",
    f"the lead of restricted loss over test loss in falling below {percent(FALLEN_SHARE)} of ln p (arbitrary) at a "
    "checkpoint",
)
def restricted_lead(analysis: Analysis) -> float:
    first, second = _under_a_tenth(analysis)
    if first == second:
        raise Undefined(f"both losses fall by the checkpoint at step {first:.0f}: the checkpoints are too far apart")
    return second - first


@quantity(
    "times",
    "the largest factor between restricted loss on train and on test set at the checkpoints of the stable phase",
)
def restricted_train_test_factor(analysis: Analysis) -> float:
    pairs, stable = analysis.paired("restricted_train_loss", "restricted_test_loss"), boundary_of(analysis, "stable")
    if pairs is None:
        raise Undefined("the run has no restricted loss; `latebloom measure` may add it")
    steps, train, test = pairs
    late = steps >= stable
    if not late.any():
        raise Undefined("no checkpoint lies in the stable phase")
    return float(np.exp(np.abs(np.log(test[late] / train[late])).max()))


def _drift(analysis: Analysis) -> tuple[float, float, float]:
    """Train loss when test loss begins to fall, when it has settled, and what drift alone would have made of it: the
    drift of circuit formation's second half, since the first half still bends."""
    train = series_of(analysis, "train_loss")
    memorised, change, settled = (boundary_of(analysis, name) for name in ("circuit formation", "clean-up", "stable"))
    start = (memorised + change) / 2
    before, middle, after = (near(train, step) for step in (start, change, settled))
    # Drift may go either way, but only a fall is extrapolated; a rising loss would be allowed to keep rising.
    return middle, after, middle * min(1.0, (middle / before) ** ((settled - change) / (change - start)))


@quantity("nats", "train loss when test loss begins to fall")
def train_loss_at_fall(analysis: Analysis) -> float:
    return _drift(analysis)[0]


@quantity("nats", "train loss when test loss has settled")
def train_loss_settled(analysis: Analysis) -> float:
    return _drift(analysis)[1]


@quantity("nats", "train loss at that step by the drift of circuit formation's second half alone")
def train_loss_by_drift(analysis: Analysis) -> float:
    return _drift(analysis)[2]


@quantity(
    "times",
    "train loss when test loss has settled, over what the drift of circuit formation's second half alone would give,",
)
def train_loss_over_drift(analysis: Analysis) -> float:
    _, after, drifted = _drift(analysis)
    return after / drifted


def _ends(analysis: Analysis) -> Float[np.ndarray, "2 2"]:
    """Final loss and restricted loss (rows), on train and test set (columns), of a run that has settled."""
    loss, kept = explanation(analysis).loss, explanation(analysis).restricted_loss
    values = (loss.train, loss.test, kept.train, kept.test)
    if analysis.boundary("stable") is None or not all(values):
        raise Undefined("needs a run that grokked and settled, with key frequencies, a train set and a test set")
    return np.array(values, dtype=float).reshape(2, 2)


@quantity("nats", "the final train loss")
def final_train_loss(analysis: Analysis) -> float:
    return float(_ends(analysis)[0, 0])


@quantity("nats", "the final test loss")
def final_test_loss(analysis: Analysis) -> float:
    return float(_ends(analysis)[0, 1])


@quantity("times", "the final test loss, in units of the loss of guessing, ln p,")
def final_test_loss_over_guessing(analysis: Analysis) -> float:
    return float(_ends(analysis)[0, 1] / analysis.chance)


@quantity("times", "final test loss over final train loss")
def test_over_train_loss(analysis: Analysis) -> float:
    loss = _ends(analysis)[0]
    return float(loss[1] / loss[0])


@quantity("times", "the same ratio of the restricted loss")
def restricted_test_over_train_loss(analysis: Analysis) -> float:
    kept = _ends(analysis)[1]
    return float(kept[1] / kept[0])


@quantity(
    "times", "final test loss over final train loss, over the same ratio of the restricted loss, which has no memory,"
)
def memory_ratio(analysis: Analysis) -> float:
    (train, test), (kept_train, kept_test) = _ends(analysis)
    return float(test / train / (kept_test / kept_train))


register(
    Claim(
        id="groks",
        sentence="The model first memorises the training data and generalises only long after.",
        place='W, "Introduction"; P',
        published=_MEMORISED_THEN_GROKKED,
        region=Is(outcome, ("grokked",)),
        shows=Ratio(test_learned_at, train_learned_at),
        finding="{outcome}: train accuracy reaches "
        f"{LEARNED} at step {{train_learned_at:.0f}}, test accuracy at step "
        "{test_learned_at:.0f}",
        figure="training-curve",
    ),
    Claim(
        id="test-loss-falls-late",
        sentence="Test loss begins to fall long after train loss has levelled out.",
        place='W, "Introduction"; P',
        published=_MEMORISED_THEN_GROKKED,
        region=AllOf(
            Holds(phases_found),
            AtLeast(
                Ratio(
                    test_loss_falls_at,
                    memorised_at,
                    "the step at which test loss begins to fall, over that at which train loss has levelled out,",
                ),
                2.0,
                "arbitrary",
            ),
        ),
        shows=Ratio(test_loss_falls_at, memorised_at),
        finding="memorised by step {memorised_at:.0f}, test loss falls from step {test_loss_falls_at:.0f}",
        figure="training-curve",
    ),
    Claim(
        id="excluded-parts-early",
        sentence="Excluded loss parts from train loss before test loss moves.",
        place=_EVOLUTION + "interpolation",
        published=filled("from about step {mainline.excluded_loss_parts} on"),
        region=Below(excluded_parts_at, test_loss_falls_at),
        finding="from step {excluded_parts_at:.0f}; test loss falls from step {test_loss_falls_at:.0f}",
    ),
    Claim(
        id="restricted-leads-test",
        sentence="Restricted loss falls before test loss does.",
        place=_EVOLUTION + "generalisation and clean-up",
        published=filled(
            "steps {mainline.restricted_loss_falls} to {mainline.restricted_loss_settles} against "
            "{mainline.test_loss_falls:W} to {mainline.test_loss_settles:W}"
        ),
        region=Above(restricted_lead, 0.0),
        finding="restricted loss by step {restricted_loss_fallen_at:.0f}, test loss by step {test_loss_fallen_at:.0f}",
    ),
    Claim(
        id="restricted-train-is-test",
        sentence="Restricted loss on train and test set is almost equal: it measures the generalising circuit alone.",
        place=_EVOLUTION + "trig loss",
        published="identical lines",
        region=Below(restricted_train_test_factor, 1.5, "arbitrary"),
        finding="they differ by at most a factor {restricted_train_test_factor:.2f} in the stable phase",
    ),
    Claim(
        id="train-loss-drops-again",
        sentence="Train loss drops once more when the model groks.",
        place='W, "An Intuitive Explanation of Grokking", final evidence',
        published="notable drop (a picture)",
        region=Below(train_loss_over_drift, 0.9, "arbitrary"),
        finding="{train_loss_at_fall:.2g} when test loss begins to fall, {train_loss_settled:.2g} when it has settled; "
        "{train_loss_by_drift:.2g} by drift alone",
    ),
    Claim(
        id="memory-remains",
        sentence="Remnants of memorisation stay: at the end train loss is still below test loss.",
        place=_EVOLUTION + "stability",
        published="train below test",
        region=Above(memory_ratio, 1.5, "arbitrary"),
        provided=AtMost(final_test_loss_over_guessing, 0.1, "otherwise generalisation itself is not complete"),
        finding="test / train loss {test_over_train_loss:.3g}, restricted {restricted_test_over_train_loss:.3g} (train "
        "{final_train_loss:.2g}, test {final_test_loss:.2g})",
    ),
)
