"""Claims about the sizes of the weights during training."""

import numpy as np

from latebloom.claims.claim import NEEDS_GROKKING, Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.phases import NoChange, Series

_PLACE = 'W, "Evolution of Circuits During Training", '
_MLP, _OTHERS = ("W_in", "W_out"), ("W_E", "W_V", "W_O", "W_U")
"""The matrices between embedding and unembedding, but for those that choose where to attend."""


def _mlp_weights_fall(evidence: Evidence) -> Verdict:
    span = evidence.interpolation
    if evidence.grid.pattern is None:
        return undecided("an MLP has no other matrices to meet")
    found = {name: evidence.series(f"sum_squared_weights.{name}") for name in (*_MLP, *_OTHERS)}
    series = {name: one for name, one in found.items() if one is not None}
    if span is None or len(series) < len(found):
        return undecided(NEEDS_GROKKING)
    start, change = span
    early = series["W_in"].between(0, start)
    high, low = (_levels(series, step) for step in (early.step[early.value.argmax()], change))
    falls = [low[name] / high[name] for name in _MLP]
    before, after = _apart(high), _apart(low)
    text = f"W_in to {falls[0]:.0%}, W_out to {falls[1]:.0%} of their peak; {before:.2f} times the others there"
    met = np.log(after) <= np.log(before) / 2
    return judged(max(falls) < 0.8 and met, max(falls), f"{text}, {after:.2f} times when test loss falls")


def _levels(series: dict[str, Series], step: float) -> dict[str, float]:
    return {name: one.at(step) for name, one in series.items()}


def _apart(level: dict[str, float]) -> float:
    """How far W_in and W_out lie from the median of the others, as a factor of 1 or more."""
    middle = float(np.median([level[name] for name in _OTHERS]))
    return max(max(level[name] / middle, middle / level[name]) for name in _MLP)


def _weights_fall_faster(evidence: Evidence) -> Verdict:
    weights, start = evidence.series("sum_squared_weights"), evidence.boundary("circuit formation")
    change = evidence.change("restricted_loss")
    if weights is None or start is None or isinstance(change, NoChange) or change.completion is None:
        return undecided(NEEDS_GROKKING + "; restricted loss has to fall and to settle")
    onset, end = change.onset.step, change.completion.step
    if onset <= start:
        return undecided("restricted loss falls before train loss has levelled out")
    before, during = _slope(weights, (start + onset) / 2, onset), _slope(weights, onset, end)
    if before <= 0:
        return undecided("weights do not fall before the change, so there is nothing to accelerate")
    found = f"{1000 * before:.3g} per 1000 steps before restricted loss falls, {1000 * during:.3g} while it falls"
    return judged(during > 2 * before, during / before, found)


def _slope(series: Series, start: float, end: float) -> float:
    """How fast a series falls between two steps, per step."""
    return (series.at(start) - series.at(end)) / (end - start)


CLAIMS = (
    Claim(
        id="mlp-weights-fall",
        sentence="After memorisation W_in and W_out fall in norm, to meet the other matrices.",
        place=_PLACE + "interpolation",
        write_up="epochs 1K-3K",
        rule="When clean-up starts both sums of squares are under 80 % of their peak, and in ratio half as far or less "
        "from the median of W_E, W_V, W_O and W_U (both arbitrary).",
        judge=_mlp_weights_fall,
        figure="weight-norms",
    ),
    Claim(
        id="weights-fall-faster",
        sentence="Total weights fall much faster while the model generalises.",
        place=_PLACE + "generalisation",
        write_up="a rapid acceleration (a picture)",
        rule="While restricted loss falls they fall over twice as fast (arbitrary) as between memorising and that.",
        judge=_weights_fall_faster,
        figure="weight-norms",
    ),
)
