"""Which stored runs belong to which contestant, and which setting its tuning chose: pure functions of the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import inf
from statistics import fmean, median

from latebloom.claims import Record
from latebloom.claims.learning import (
    final_test_accuracy,
    last_step,
    outcome,
    test_90_at,
    test_learned_at,
    train_learned_at,
)
from latebloom.lab.compare.contestant import CONTESTANTS, Contestant
from latebloom.lab.compare.course import RECIPE, Course, Extent
from latebloom.recipes.settings import experiment_of
from latebloom.statistics import Estimate, GeneralisationTimes, censored_ratio_of_medians
from latebloom.store import identity
from latebloom.sweeps.plan import OVER
from latebloom.sweeps.spec import Spec

QUANTITIES = tuple(
    one.name for one in (outcome, train_learned_at, test_90_at, test_learned_at, final_test_accuracy, last_step)
)
"""What is measured on each run."""

CHOOSING = (
    "The setting of a contestant is the one of its grid with the least median step, over the tuning seeds, from which "
    "the test set stays learned (a run that never learns it counts as infinite); among equals the one with the largest "
    "mean final test accuracy, then the first. Fresh seeds have tuned nothing."
)
"""How a setting is chosen, in words."""

Point = tuple[str, ...]
"""One setting of a contestant, as arguments of the command line, those of the course included."""


def learned_at(record: Record) -> float:
    """The step from which the test set stays learned; infinite where it never does, or where the run diverged."""
    step = record.value(test_learned_at.name) if record.status == "finished" else None
    return inf if step is None else float(step)


def times(records: Sequence[Record]) -> GeneralisationTimes:
    """When each run learned its test set."""
    steps = [learned_at(record) for record in records]
    return GeneralisationTimes.of([None if step == inf else step for step in steps], _ends(records))


def speed_up(slow: Sequence[Record], fast: Sequence[Record]) -> Estimate:
    """The median step of the first runs over that of the second, both until the test set stays learned.

    A run that never learns it bounds the ratio by its planned end.
    """
    if not slow or not fast:
        return Estimate.undefined(0, "there are no runs to compare")
    steps = (list(map(learned_at, slow)), list(map(learned_at, fast)))
    return censored_ratio_of_medians(*steps, _ends(slow), _ends(fast))


def _ends(records: Sequence[Record]) -> list[int]:
    """Planned steps: a run that diverged would never learn its test set, so it counts to its planned end."""
    return [record.setting("training.steps") for record in records]


def seconds_to_learn(record: Record) -> float | None:
    """The share of the run's time up to the step from which the test set stays learned; infinite where it never does,
    None where that time is not known.

    Recording is included. Limits: on a machine with other work, a busy moment counts too.
    """
    step = learned_at(record)
    if step == inf or record.seconds is None:
        return inf if step == inf else None
    return record.seconds * step / max(record.step or 1, 1)


class Arms:
    """The runs of one course by contestant, as far as they are stored."""

    def __init__(self, course: Course, extent: Extent, records: Sequence[Record]) -> None:
        self.course, self.extent = course, extent
        known = (record for record in records if record.status in OVER and not record.failed(QUANTITIES))
        self._records = {record.identity: record for record in known}

    def tuning_spec(self, contestant: Contestant) -> Spec:
        """The sweep that tunes a contestant."""
        return contestant.spec(RECIPE, self.extent.tuning, self.course.arguments(contestant.published))

    def fresh_spec(self, contestant: Contestant) -> Spec | None:
        """The sweep over fresh seeds at the chosen setting; None while tuning is not complete."""
        point = self.chosen(contestant)
        return None if point is None else self._fresh_at(point)

    def spec_at_first_point(self, contestant: Contestant) -> Spec:
        """The sweep over fresh seeds at the first point of the grid, for estimates before tuning."""
        return self._fresh_at(tuple(self._points(contestant)[0]))

    def _fresh_at(self, point: Point) -> Spec:
        return Spec(recipe=RECIPE, seeds=tuple(self.extent.fresh), settings=point)

    def tuning(self, contestant: Contestant) -> Mapping[Point, list[Record]]:
        """The stored tuning runs of each point of the grid; empty for a published row."""
        if contestant.published:
            return {}
        return {tuple(point): self._stored(tuple(point), self.extent.tuning) for point in self._points(contestant)}

    def chosen(self, contestant: Contestant) -> Point | None:
        """The setting of a contestant (`CHOOSING`); None until every tuning run is stored."""
        if contestant.published:
            return tuple(next(iter(self._points(contestant))))
        runs = self.tuning(contestant)
        if any(len(records) < len(self.extent.tuning) for records in runs.values()):
            return None
        return min(runs, key=lambda point: _score(runs[point]))

    def fresh(self, name: str) -> list[Record]:
        """The stored runs of a contestant with fresh seeds, at the chosen setting."""
        point = self.chosen(CONTESTANTS[name])
        return [] if point is None else self._stored(point, self.extent.fresh)

    def rate(self, contestant: Contestant, point: Point) -> str:
        """The learning rate of a point."""
        return point[point.index(f"--{contestant.rate}") + 1]

    def own(self, contestant: Contestant, point: Point) -> str:
        """The point without the settings that all contestants share."""
        return " ".join(point[len(self.course.arguments(contestant.published)) :])

    def _points(self, contestant: Contestant) -> list[list[str]]:
        return list(self.tuning_spec(contestant).points())

    def _stored(self, point: Point, seeds: Sequence[int]) -> list[Record]:
        names = (run_identity(point, seed) for seed in seeds)
        return [self._records[name] for name in names if name in self._records]


@cache
def run_identity(point: Point, seed: int) -> str:
    """The identity of the run of a setting and a seed."""
    return identity(experiment_of(RECIPE, seed, point).model_dump(mode="json"))


def _score(records: Sequence[Record]) -> tuple[float, float]:
    accuracy = fmean(record.value(final_test_accuracy.name) or 0.0 for record in records)
    return median(map(learned_at, records)), -accuracy
