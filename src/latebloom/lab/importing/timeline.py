"""At which steps the state dicts and the curves of a file lie, and what of that is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

import numpy as np

from latebloom._errors import UsageError
from latebloom.analysis.weight_files import SavedState, TrainingFile
from latebloom.analysis.weight_files.curves import Curve, series_name
from latebloom.phases import Series
from latebloom.training.schedule import Schedule

UNTRAINED = 1
"""Step of a lone state dict of which no step is known: at step 0 a model would be untrained."""

_MOST_STEPS = 10**7


@dataclass(frozen=True)
class Timeline:
    """The course of a training.

    states: with their steps, ascending. series: curves by the name of the series that they are. assumed, left_out: what
    the file does not say about steps, and what of the file has no place here, as text by name.
    """

    states: tuple[tuple[int, SavedState], ...]
    series: Mapping[str, Series]
    assumed: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The last step of all."""
        ends = [int(series.step[-1]) for series in self.series.values()]
        return max([*ends, *(step for step, _ in self.states)], default=0)


def timeline_of(
    file: TrainingFile, step: int | None = None, checkpoints: Schedule | None = None, metrics: Schedule | None = None
) -> Timeline:
    """The steps of a training, as the file says them, or else as these arguments do.

    step: of the final state dict. checkpoints, metrics: of the state dicts of a list, and of the values of a curve. A
    final state dict whose step is known keeps it where checkpoints places the others.
    Errors: UsageError for steps that do not fit.
    """
    assumed: dict[str, str] = {}
    left_out: dict[str, str] = {}
    known = _known_steps([state.step for state in file.states], step, checkpoints)
    stated = [one for one in known if one is not None]
    curves = _Curves(file.curves, stated if len(stated) == len(file.states) else [], max(stated, default=None), metrics)
    series = curves.series(assumed, left_out)
    ends = max((int(one.step[-1]) for one in series.values()), default=None)
    states = tuple(_placed(file.states, known, ends, assumed, left_out)) if file.states else ()
    return Timeline(states, series, assumed, left_out)


def _known_steps(stored: Sequence[int | None], step: int | None, checkpoints: Schedule | None) -> list[int | None]:
    """The steps of the state dicts as the command says them, or else as the file does."""
    if not stored:
        return [step]
    others, final = stored[:-1], stored[-1]
    if checkpoints is None:
        return [*others, final if step is None else step]
    if step is None and all(one is None for one in others):
        step = final
    ends = [] if step is None else [step]
    return [*_first(checkpoints, len(stored) - len(ends), "--recording.checkpoints"), *ends]


def _placed(
    states: Sequence[SavedState],
    known: Sequence[int | None],
    ends: int | None,
    assumed: dict[str, str],
    left_out: dict[str, str],
) -> Iterator[tuple[int, SavedState]]:
    """The states with their steps."""
    if len(states) > 1 and all(step is None for step in known[:-1]):
        if known[-1] is not None:
            raise UsageError(
                f"got step {known[-1]} of the final weights, but the {len(states) - 1} checkpoints before them say no "
                "step; say --recording.checkpoints N, the steps from one to the next"
            )
        assumed["steps"] = f"0 to {len(states) - 1}, the places of the state dicts in their list"
        yield from enumerate(states)
        return
    placed = [(step, state) for step, state in zip(known, states) if step is not None]
    if known[-1] is None:
        before = placed[-1][0] if placed else -1
        if ends is not None and ends > before:
            assumed["step of the final weights"] = f"{ends}, the last of the curves"
            placed.append((ends, states[-1]))
        elif not placed:
            assumed["step"] = f"unknown; the weights are stored under step {UNTRAINED}"
            placed.append((UNTRAINED, states[-1]))
        else:
            left_out["final weights"] = "their step is unknown and they differ from the last checkpoint; say --step N"
    steps = [step for step, _ in placed]
    if steps != sorted(set(steps)):
        raise UsageError(
            f"step of the final weights: got {steps[-1]}, expected a step after the last checkpoint at "
            f"{max(steps[:-1])}; change --step or --recording.checkpoints"
        )
    yield from placed


@dataclass(frozen=True)
class _Curves:
    """The curves of a file, with what decides their steps.

    states: steps of all state dicts, if they are known. last: the last known step of a state dict.
    """

    curves: Mapping[str, Curve]
    states: Sequence[int]
    last: int | None
    metrics: Schedule | None

    def series(self, assumed: dict[str, str], left_out: dict[str, str]) -> dict[str, Series]:
        """The curves as series of a run."""
        named: dict[str, Series] = {}
        for name, curve in self.curves.items():
            own = series_name(name)
            if own is None or own in named:
                left_out[name] = "a run has no such curve" if own is None else f"another curve is {own} already"
                continue
            steps, why = self._steps(curve)
            if steps is None:
                left_out[name] = f"it has {len(curve)} values and does not say at which steps; say --recording.metrics"
                continue
            series = (Series.of_loss if own.endswith("_loss") else Series.of)(steps, np.asarray(curve.values))
            problem = _problem(own, series.value)
            if problem:
                left_out[name] = problem
                continue
            named[own] = series
            if why:
                assumed[f"steps of {name}"] = why
        if any(name.endswith("_loss") for name in named):
            assumed["losses"] = "mean cross-entropy in nats"
        return named

    def _steps(self, curve: Curve) -> tuple[np.ndarray | None, str]:
        """The steps of a curve, and what is assumed about them; None where they are unknown."""
        n = len(curve)
        if curve.steps is not None:
            return np.asarray(curve.steps), ""
        if self.metrics is not None:
            return np.asarray(list(_first(self.metrics, n, "--recording.metrics"))), ""
        if n == len(self.states) > 1:
            return np.asarray(self.states), "those of the checkpoints"
        longest = max(len(one) for one in self.curves.values() if one.steps is None)
        per_step = longest >= (self.last or 0)
        if per_step and longest % n == 0:
            every = longest // n
            return np.arange(n) * every, "every step from 0" if every == 1 else f"every {every} steps from 0"
        end = longest - 1 if per_step else self.last
        if end is not None and end % (n - 1) == 0:
            every = end // (n - 1)
            return np.arange(n) * every, f"every {every} steps, from 0 to {end}"
        return None, ""


def _problem(name: str, finite: np.ndarray) -> str | None:
    if len(finite) < 2:
        return "it has no two finite numbers"
    if name.endswith("_loss") and (finite < 0).any():
        return f"its least value is {finite.min():g}, expected a loss of 0 nats or more"
    if name.endswith("_accuracy") and ((finite < 0) | (finite > 1)).any():
        return f"its values go to {finite.max():g}, expected an accuracy from 0 to 1"
    return None


def _first(schedule: Schedule, number: int, option: str) -> Iterator[int]:
    """The first steps of a schedule. Errors: UsageError where it has fewer."""
    steps = schedule.steps or (step for step in islice(count(), _MOST_STEPS) if step in schedule)
    found = list(islice(steps, number))
    if len(found) < number:
        raise UsageError(f"{option}: got {schedule} with {len(found)} steps, but the file holds {number} values")
    return iter(found)
