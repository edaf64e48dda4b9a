"""One phase change per component: when each part of a loss falls, and its share in the fall of the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from latebloom._errors import UsageError
from latebloom.phases.location import Location
from latebloom.phases.phase_change import MIN_DEPTH, MIN_POINTS, NoChange, PhaseChange, find_phase_change
from latebloom.phases.series import Series

# A fall by less than this share of the loss of guessing is no phase change of a component. Arbitrary: the steep piece
# of an S-shaped curve is about half of its height, and the threshold is half of that.
LEAST_FALL = 0.25

# A loss up to this many times that of guessing counts as near it. Arbitrary; a test loss may rise a little before its
# phase change (to 1.05 times guessing on 95 % of the pairs mod 113), and this slow start belongs to the change.
NEAR_CHANCE = 1.1


@dataclass(frozen=True)
class ComponentChange:
    """The phase change of one component; ``before`` and ``after`` in nats.

    share: the part of the total's fall, from first to last value, that this change accounts for. own: the part of the
    total's fall during this change that this component accounts for; near 1 where this change alone causes a bump of
    the total. Both are None where the total does not fall. reason: why there is no step, None where there is one.
    """

    name: str
    change: PhaseChange | None
    share: float | None
    own: float | None
    reason: str | None

    @property
    def step(self) -> Location | None:
        """The midpoint, where half of the fall is complete; None without a change, or while the change continues."""
        return None if self.change is None else self.change.midpoint


@dataclass(frozen=True)
class ComponentChanges:
    """Phase changes of all parts, in the order given, and of the total itself.

    mismatch: largest distance between the total and the weighted mean of the parts, over the largest total: 0 where the
    total consists of these parts, None where the total is 0 throughout.
    """

    parts: tuple[ComponentChange, ...]
    total: ComponentChange
    mismatch: float | None

    @property
    def order(self) -> tuple[str, ...]:
        """Names of the parts that have a step, earliest first."""
        return tuple(name for _, name in self._dated())

    @property
    def spread(self) -> float | None:
        """Steps from the first part's change to the last's; None for fewer than two."""
        steps = [at.step for at, _ in self._dated()]
        return steps[-1] - steps[0] if len(steps) > 1 else None

    @property
    def apart(self) -> int:
        """The number of neighbours in ``order`` whose intervals do not overlap, so that their order is certain."""
        return sum(before.high < after.low for (before, _), (after, _) in pairwise(self._dated()))

    @property
    def explained(self) -> float | None:
        """Share of the total's fall that all changes together account for; None where the total does not fall."""
        if self.total.share is None and all(part.share is None for part in self.parts):
            return None
        return float(sum(part.share for part in self.parts if part.share is not None))

    def _dated(self) -> list[tuple[Location, str]]:
        dated = [(part.step, part.name) for part in self.parts if part.step is not None]
        return sorted(dated, key=lambda pair: pair[0].step)


def find_component_changes(
    parts: Mapping[str, Series],
    total: Series,
    chance: Mapping[str, float | int] | None = None,
    weights: Mapping[str, float | int] | None = None,
    *,
    intervals: bool = True,
) -> ComponentChanges:
    """The phase change of every part and of ``total``: the deepest fall in nats, a reverse S on a linear scale.

    `find_phase_change` on the loss itself instead of its logarithm, since the total is the mean of its parts' nats.
    ``chance``: each part's loss of guessing; the record before the part first gets near it is the unlearning of the
    initial weights and is left out. None: the part's largest value. ``weights``: each part's share of the labels, so
    that the total is their weighted mean. None: equal weights.
    A fall that ends above guessing is none: nothing was learned by it.
    Limits: detects one change per part, the steepest long fall. Slow falls before or after it do not count, so the
    shares add up to less than 1.
    Errors: UsageError without parts or points, or if chance or weights name other parts or are not above 0.
    """
    if not parts or not all(len(series) for series in (*parts.values(), total)):
        raise UsageError(
            "parts: got none, or a series without points; expected a series with points for each component"
        )
    weighted = _of_parts("weights", parts, weights or dict.fromkeys(parts, 1.0))
    weighted = {name: weight / sum(weighted.values()) for name, weight in weighted.items()}
    at_chance = _of_parts("chance", parts, chance or {name: series.value.max() for name, series in parts.items()})
    whole = sum(weighted[name] * at_chance[name] for name in parts)
    changes = [_component(name, parts[name], at_chance[name], weighted[name], total, intervals) for name in parts]
    return ComponentChanges(
        tuple(changes), _component("total", total, whole, 1.0, total, intervals), _mismatch(parts, total, weighted)
    )


def _of_parts(what: str, parts: Mapping[str, Series], given: Mapping[str, float | int]) -> dict[str, float]:
    if set(given) != set(parts) or not all(value > 0 for value in given.values()):
        raise UsageError(f"{what}: got {dict(given)}, expected a number above 0 for each of {', '.join(parts)}")
    return {name: float(given[name]) for name in parts}


def _component(
    name: str, series: Series, chance: float, weight: float, total: Series, intervals: bool
) -> ComponentChange:
    change = find_fall_in_nats(series, chance, intervals=intervals)
    # Of what is memorised the test loss rises far above guessing, and then falls back.
    if not isinstance(change, NoChange) and change.after >= chance:
        change = NoChange(f"its deepest fall ends at {change.after:.3g} nats, above the loss of guessing")
    if isinstance(change, NoChange):
        return ComponentChange(name, None, None, None, change.reason)
    still = f"it still falls at step {series.step[-1]:g}" if change.midpoint is None else None
    end = series.step[-1] if change.completion is None else change.completion.step
    fall = weight * (change.before - change.after)
    return ComponentChange(
        name,
        change,
        share=_ratio(fall, float(total.value[0] - total.value[-1])),
        own=_ratio(fall, total.at(change.onset.step) - total.at(end)),
        reason=still,
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def find_fall_in_nats(series: Series, chance: float, *, intervals: bool = True) -> PhaseChange | NoChange:
    """The deepest fall of a loss (not its logarithm) once it is near ``chance`` (nats): the write-up's reverse S.

    `find_phase_change` uses the logarithm, on which a loss that keeps falling towards zero never levels off. The
    fall must be at least `LEAST_FALL` of chance and begin or end with a corner; ``before`` and ``after`` are in nats.
    """
    near = _from_chance(series, chance)
    if not len(near):
        return NoChange(f"it never gets down to {chance:.3g} nats, the loss of guessing")
    # `find_phase_change` takes log10 of the values; in these units its least fall is LEAST_FALL of chance.
    unit = chance * LEAST_FALL / MIN_DEPTH
    later = Series(near.step, 10 ** (near.value / unit))
    change = find_phase_change(later, intervals=intervals)
    if isinstance(change, NoChange):
        return change if len(later) < MIN_POINTS else NoChange(f"there is no fall of {LEAST_FALL:.0%} of guessing")
    before, after = (unit * float(np.log10(value)) for value in (change.before, change.after))
    depth = float(np.log10(before / max(after, np.finfo(float).tiny))) if after > 0 else float("inf")
    return replace(change, before=before, after=after, depth=depth)


def _from_chance(series: Series, chance: float) -> Series:
    """The loss once it is near ``chance`` (nats); before that, initial weights are unlearned. May be empty."""
    reached = np.flatnonzero(series.value <= NEAR_CHANCE * chance)
    first = int(reached[0]) if len(reached) else len(series)
    return Series(series.step[first:], series.value[first:])


def _mismatch(parts: Mapping[str, Series], total: Series, weights: Mapping[str, float]) -> float | None:
    """See `ComponentChanges`; the parts are interpolated at the steps of the total."""
    largest = float(np.abs(total.value).max())
    mean = sum(weights[name] * np.interp(total.step, part.step, part.value) for name, part in parts.items())
    return float(np.abs(total.value - mean).max()) / largest if largest > 0 else None
