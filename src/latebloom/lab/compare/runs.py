"""Train and store the runs of one stage of a course: tuning, or fresh seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from latebloom.claims import Results
from latebloom.lab.compare.arms import QUANTITIES, Arms
from latebloom.lab.compare.contestant import Contestant
from latebloom.lab.compare.course import Course, Extent
from latebloom.lab.reproduce.train import MeasuredRuns, Progress
from latebloom.sweeps.spec import Spec

STAGES = ("tuning", "fresh seeds")


def stage_runs(
    course: Course, specs: Sequence[Spec], folder: Path, results: Results, progress: Progress
) -> MeasuredRuns:
    """The runs of these sweeps, in one directory for each course."""
    return MeasuredRuns.by_specs(course.name, specs, folder, results, progress, QUANTITIES)


def stage_specs(stage: str, arms: Arms, contestants: Sequence[Contestant]) -> list[Spec]:
    """The sweeps of a stage, as far as they are known: fresh seeds follow from complete tuning."""
    if stage == STAGES[0]:
        return [arms.tuning_spec(one) for one in contestants if not one.published]
    return [spec for one in contestants if (spec := arms.fresh_spec(one)) is not None]


def arms_of(course: Course, extent: Extent, results: Results) -> Arms:
    """The stored runs of a course."""
    return Arms(course, extent, results.read(course.name))
