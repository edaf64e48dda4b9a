"""The courses of runs on groups: what docs/groups.md needs of them beside their records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from latebloom.analysis import Analysis

from .paths import GROUPS
from .stored import Stored

LISTED = 0.05
"""Similarity of a character with the logits over which a representation is listed, and from which on it is there.
Source: the script of Chughtai et al. 2023 that lists key representations in order."""


class Irrep(Stored):
    """One representation of a run: the similarity of its character with the logits at the end, and the first step from
    which it stays over `LISTED`; None where it is not over it at the end."""

    name: str
    similarity: float
    formed: int | None


class Course(Stored):
    """One run: its group, share of the pairs and seed, how it ended, steps, and its representations."""

    group: str
    fraction: float
    seed: int
    outcome: str
    accuracy: float
    train_learned: float | None
    test_learned: float | None
    irreps: tuple[Irrep, ...]

    @property
    def listed(self) -> list[Irrep]:
        """The representations over `LISTED` at the end, in the order in which they formed."""
        return sorted((one for one in self.irreps if one.formed is not None), key=lambda one: one.formed or 0)


class Courses(BaseModel):
    """All runs of one group."""

    runs: list[Course]


def keep_courses(folder: str) -> None:
    """Store the courses of the measured runs of a directory, by the name of their group."""
    found: dict[str, list[Course]] = {}
    for analysis in _analyses(Path(folder)):
        course = _course(analysis)
        found.setdefault(course.group, []).append(course)
    GROUPS.mkdir(parents=True, exist_ok=True)
    for group, courses in found.items():
        runs = Courses(runs=sorted(courses, key=lambda one: one.seed))
        (GROUPS / f"{group}.json").write_text(runs.model_dump_json(indent=1) + "\n")


def read_courses(group: str) -> list[Course]:
    """The stored courses of a group; none where there is no file."""
    path = GROUPS / f"{group}.json"
    return Courses.model_validate_json(path.read_bytes()).runs if path.exists() else []


def _analyses(folder: Path) -> Iterator[Analysis]:
    from latebloom.lab.measure import measure
    from latebloom.runs import Run
    from latebloom.sweeps.plan import OVER

    for run in (Run(path) for path in sorted(folder.iterdir()) if (path / "manifest.json").exists()):
        if run.status in OVER:
            yield Analysis(measure(run))


def _course(analysis: Analysis) -> Course:
    experiment, outcome = analysis.run.experiment, analysis.outcome
    return Course(
        group=analysis.run.task.sizes["group"],
        fraction=experiment.data.fraction,
        seed=experiment.model.seed,
        outcome=outcome.name,
        accuracy=float(analysis.metrics["test_accuracy"].value[-1]),
        train_learned=outcome.train_learned_at,
        test_learned=outcome.test_learned_at,
        irreps=tuple(_irreps(analysis)),
    )


def _irreps(analysis: Analysis) -> Iterator[Irrep]:
    from latebloom.circuits.groups.measures import SIMILARITY
    from latebloom.circuits.groups.views import irreps

    for one in analysis.final.exact.get(irreps)[1:]:
        series = analysis.series(SIMILARITY.of(irrep=one.name))
        assert series is not None
        below = (series.value <= LISTED).nonzero()[0]
        first = below[-1] + 1 if len(below) else 0
        formed = int(series.step[first]) if first < len(series.step) else None
        yield Irrep(name=one.name, similarity=float(series.value[-1]), formed=formed)
