"""Train and store the runs of one stage of a course: tuning, or fresh seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from latebloom.claims import Results
from latebloom.lab.compare.arms import QUANTITIES, Arms
from latebloom.lab.compare.contestant import Contestant
from latebloom.lab.compare.course import Course, Extent
from latebloom.lab.reproduce.catalogue import Entry
from latebloom.lab.reproduce.train import Progress, SystemRuns
from latebloom.runs import Job
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import Spec

STAGES = ("tuning", "fresh seeds")


@dataclass(frozen=True)
class StageRuns(SystemRuns):
    """The runs of one stage. Each is measured and stored when it ends, as those of the write-up's systems are."""

    @property
    def quantities(self) -> tuple[str, ...]:
        """Those of the contest."""
        return QUANTITIES

    def _command(self, job: Job) -> str:
        """The command of the sweep that the run belongs to."""
        specs = self.entry.specs
        return next(spec.command() for spec in specs if job.name in {one.name for one in expand(spec)})


def stage_runs(course: Course, specs: Sequence[Spec], folder: Path, results: Results, progress: Progress) -> StageRuns:
    """The runs of these sweeps, in one directory for each course."""
    entry = Entry(course.name, tuple(specs), measured=False, figures=(), by=())
    return StageRuns(entry, folder / course.name, entry.jobs(), results, progress)


def stage_specs(stage: str, arms: Arms, contestants: Sequence[Contestant]) -> list[Spec]:
    """The sweeps of a stage, as far as they are known: fresh seeds follow from complete tuning."""
    if stage == STAGES[0]:
        return [arms.tuning_spec(one) for one in contestants if not one.published]
    return [spec for one in contestants if (spec := arms.fresh_spec(one)) is not None]


def arms_of(course: Course, extent: Extent, results: Results) -> Arms:
    """The stored runs of a course."""
    return Arms(course, extent, results.read(course.name))
