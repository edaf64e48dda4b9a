"""Claims about how training went."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from latebloom.analysis import Analysis
from latebloom.circuits.modular.control_measures import RESTRICTED_CONTROL
from latebloom.circuits.modular.measures import RESTRICTED
from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.learning import (
    LEARNED,
    boundary_of,
    memorised_at,
    missing,
    near,
    outcome,
    series_of,
    span,
    test_learned_at,
    test_under_guessing_at,
    train_learned_at,
)
from latebloom.claims.quantity import Never, Undefined, once, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Holds, Is, Ratio
from latebloom.claims.views import explanation
from latebloom.phases import LEARNED as LEARNED_BOUNDARY
from latebloom.phases import SETTLES
from latebloom.phases.phase_change import MIN_POINTS
from latebloom.published import filled
from latebloom.statistics import Estimate, median_estimate

FALLEN_SHARE = 0.1
"""A loss below this share of the loss of guessing, ln p, has fallen. Arbitrary."""

PARTED_FACTOR = 10.0
"""Excluded loss has parted from train loss when it is this many times train loss and control. Arbitrary."""

_MEMORISED_THEN_GROKKED = filled(
    "memorised by step {mainline.memorisation_ends}; test loss falls from step {mainline.test_loss_falls}"
)
_EVOLUTION = 'W, "Evolution of Circuits During Training", '


LEVELS = (0.5, FALLEN_SHARE, 0.01)
"""Shares of ln p at which restricted loss and test loss are compared: two decades, so that no one level decides."""

LASTING = 3
"""Checkpoints in a row that must agree before something counts as reached: one spike is not a change."""


@quantity("", "train loss levels out, and after that test loss comes to stay under the loss of guessing")
def formation_found(analysis: Analysis) -> float:
    if len(series_of(analysis, "test_loss")) < MIN_POINTS:
        raise Undefined(analysis.phases.reason.rstrip("."))
    return float(analysis.interpolation is not None)


def _first_lasting(steps: Float[np.ndarray, " n"], there: Bool[np.ndarray, " n"]) -> float | None:
    """The first of `LASTING` checkpoints in a row, or of those left at the end, at which something is there."""
    lasting = there.copy()
    for shift in range(1, LASTING):
        lasting[:-shift] &= there[shift:]
    return float(steps[lasting.argmax()]) if lasting.any() else None


@quantity(
    "steps",
    f"the first of {LASTING} checkpoints in a row at which excluded loss is over {PARTED_FACTOR:g} times train loss, "
    f"and over {PARTED_FACTOR:g} times the loss without random frequencies (arbitrary),",
)
def excluded_parted_at(analysis: Analysis) -> float:
    pairs, control = analysis.paired("excluded_loss", "train_loss"), series_of(analysis, "excluded_loss_control")
    if pairs is None:
        raise missing(analysis, "excluded loss")
    steps, excluded, train = pairs
    step = _first_lasting(
        steps, excluded > PARTED_FACTOR * np.maximum(train, np.interp(steps, control.step, control.value))
    )
    if step is None:
        raise Never(f"excluded loss is never {PARTED_FACTOR:g} times train loss and control")
    return step


def leads(analysis: Analysis, column: str) -> list[float]:
    """By how many steps a loss reaches each of `LEVELS` before test loss does; minus infinity where it never does."""
    pairs = analysis.paired(column, "test_loss")
    if pairs is None or analysis.boundary(LEARNED_BOUNDARY) is None:
        raise Undefined(f"needs a run that learned its test set, and {column} from `latebloom measure`")
    steps, *losses = pairs
    return [
        _lead(steps, *(_first_lasting(steps, loss < level * analysis.chance) for loss in losses)) for level in LEVELS
    ]


def _lead(steps: Float[np.ndarray, " n"], first: float | None, test: float | None) -> float:
    if test is None:
        raise Undefined(f"test loss does not fall to {percent(LEVELS[-1])} of the loss of guessing")
    if first == test and test > steps[0]:
        raise Undefined(f"both losses fall by the checkpoint at step {test:.0f}: the checkpoints are too far apart")
    return -np.inf if first is None else test - first


LEVELS_TEXT = ", ".join(map(percent, LEVELS[:-1])) + f" and {percent(LEVELS[-1])}"
"""`LEVELS` in words."""


@quantity(
    "steps",
    f"the smallest lead of restricted loss over test loss in falling below {LEVELS_TEXT} of ln p, each for {LASTING} "
    "checkpoints in a row,",
)
def restricted_least_lead(analysis: Analysis) -> float:
    return max(min(leads(analysis, RESTRICTED.name)), -float(analysis.last_step))


@quantity("steps", f"the lead of restricted loss over test loss in falling below {percent(FALLEN_SHARE)} of ln p")
def restricted_lead_at_a_tenth(analysis: Analysis) -> float:
    return leads(analysis, RESTRICTED.name)[LEVELS.index(FALLEN_SHARE)]


@quantity(
    "levels",
    f"the number of these levels, of {len(LEVELS)}, at which restricted loss of random frequencies that are not key "
    "leads test loss",
)
def restricted_control_leads(analysis: Analysis) -> float:
    return float(sum(lead > 0 for lead in leads(analysis, RESTRICTED_CONTROL.name)))


@quantity(
    "times",
    "the largest factor between restricted loss on train and on test set at the checkpoints of the stable phase",
)
def restricted_train_test_factor(analysis: Analysis) -> float:
    pairs, stable = analysis.paired("restricted_train_loss", "restricted_test_loss"), boundary_of(analysis, SETTLES)
    if pairs is None:
        raise missing(analysis, "restricted loss")
    steps, train, test = pairs
    late = steps >= stable
    if not late.any():
        raise Undefined("no checkpoint lies in the stable phase")
    return float(np.exp(np.abs(np.log(test[late] / train[late])).max()))


@once
def _drift(analysis: Analysis) -> tuple[float, float, float]:
    """Train loss where test loss passes guessing, where it has settled, and what drift alone would have made of it: the
    drift of circuit formation's second half, since the first half still bends."""
    train, (memorised, change) = series_of(analysis, "train_loss"), span(analysis)
    start, settled = (memorised + change) / 2, boundary_of(analysis, SETTLES)
    before, middle, after = (near(train, step) for step in (start, change, settled))
    # Drift may go either way, but only a fall is extrapolated; a rising loss would be allowed to keep rising.
    return middle, after, middle * min(1.0, (middle / before) ** ((settled - change) / (change - start)))


@quantity("times", "train loss where test loss passes guessing, over that where it has settled,")
def train_loss_drop(analysis: Analysis) -> float:
    middle, after, _ = _drift(analysis)
    return middle / after


@quantity(
    "times",
    "train loss that the drift of circuit formation's second half alone would give where test loss has settled, over "
    "train loss there,",
)
def train_loss_drop_beyond_drift(analysis: Analysis) -> float:
    _, after, drifted = _drift(analysis)
    return drifted / after


@statistic(
    "times",
    "the median over runs of train loss where test loss passes guessing, over that where it has settled,",
    train_loss_drop,
)
def median_train_loss_drop(records: Sequence[Record]) -> Estimate:
    return median_estimate([record.value(train_loss_drop.name) for record in records])


@statistic(
    "times",
    "the median over runs of the train loss that the drift of circuit formation's second half alone would give where "
    "test loss has settled, over train loss there,",
    train_loss_drop_beyond_drift,
)
def median_train_loss_drop_beyond_drift(records: Sequence[Record]) -> Estimate:
    return median_estimate([record.value(train_loss_drop_beyond_drift.name) for record in records])


def _ends(analysis: Analysis) -> Float[np.ndarray, "2 2"]:
    """Final loss and restricted loss (rows), on train and test set (columns), of a run that has settled."""
    loss, kept = explanation(analysis).loss, explanation(analysis).restricted_loss
    values = (loss.train, loss.test, kept.train, kept.test)
    if analysis.boundary(SETTLES) is None or not all(values):
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
        sentence="Test loss stays above guessing until long after train loss has levelled out.",
        place='W, "Introduction"; P',
        published=_MEMORISED_THEN_GROKKED,
        region=AllOf(
            Holds(formation_found),
            AtLeast(
                Ratio(
                    test_under_guessing_at,
                    memorised_at,
                    "the step from which test loss stays under guessing, over that at which train loss has levelled "
                    "out,",
                ),
                2.0,
                "arbitrary: as long again",
            ),
        ),
        shows=Ratio(test_under_guessing_at, memorised_at),
        finding="memorised by step {memorised_at:.0f}, test loss under guessing from step {test_under_guessing_at:.0f}",
        figure="training-curve",
    ),
    Claim(
        id="excluded-parts-early",
        sentence="Excluded loss rises away from train loss before test loss falls below guessing.",
        place=_EVOLUTION + "interpolation",
        published=filled("from about step {mainline.excluded_loss_parts} on"),
        region=Below(excluded_parted_at, test_under_guessing_at),
        finding="from step {excluded_parted_at:.0f}; test loss under guessing from step {test_under_guessing_at:.0f}",
    ),
    Claim(
        id="restricted-leads-test",
        sentence="Restricted loss falls before test loss does, and restricted loss of random frequencies does not.",
        place=_EVOLUTION + "generalisation and clean-up",
        published=filled(
            "steps {mainline.restricted_loss_falls} to {mainline.restricted_loss_settles} against "
            "{mainline.test_loss_falls:W} to {mainline.test_loss_settles:W}"
        ),
        region=AllOf(Above(restricted_least_lead, 0.0), AtMost(restricted_control_leads, 0.0)),
        finding="{restricted_lead_at_a_tenth:.0f} steps earlier below a tenth of ln p, at least "
        "{restricted_least_lead:.0f} at any level; random frequencies lead at {restricted_control_leads:.0f} levels",
    ),
    Claim(
        id="restricted-train-is-test",
        sentence="Restricted loss on train and test set is almost equal: it measures the generalising circuit alone.",
        place=_EVOLUTION + "trig loss",
        published="identical lines",
        region=Below(restricted_train_test_factor, 1.5, "arbitrary"),
        finding="they differ by at most a factor of {restricted_train_test_factor:.2f} in the stable phase",
    ),
    SweepClaim(
        id="train-loss-drops-again",
        sentence="Train loss drops once more when the model groks, by more than it was falling anyway.",
        place='W, "An Intuitive Explanation of Grokking", final evidence',
        published="notable drop (a picture)",
        region=AllOf(
            Above(median_train_loss_drop, 1.0, "no drop"),
            Above(median_train_loss_drop_beyond_drift, 1.0, "no more than drift"),
        ),
        shows=median_train_loss_drop_beyond_drift,
        finding="{median_train_loss_drop:.2f} times lower ({median_train_loss_drop.low:.2f} to "
        "{median_train_loss_drop.high:.2f}) once test loss has settled, {median_train_loss_drop_beyond_drift:.2f} "
        "({median_train_loss_drop_beyond_drift.low:.2f} to {median_train_loss_drop_beyond_drift.high:.2f}) times "
        "lower than by drift alone",
        statistics=(median_train_loss_drop, median_train_loss_drop_beyond_drift),
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
