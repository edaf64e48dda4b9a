"""Milestones of training: the published step, and ours over the runs of a system."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from pydantic import field_validator, model_validator

from latebloom._config import Config
from latebloom.analysis import Analysis
from latebloom.lab.reproduce.result import MilestoneResult
from latebloom.phases import Series
from latebloom.published import filled, published_by
from latebloom.runs import Run
from latebloom.statistics import first_below

_KINDS = ("below", "peak", "at", "boundary")


class Milestone(Config):
    """Something that training reaches, with its published number by source (in the file: the id of that number).
    Exactly one of these is given:

    below: the first recorded step at which ``column`` is below this value. peak: the step of its largest value, if that
    is neither the first nor the last. boundary: the step of this boundary of `latebloom.phases`. at: the value of the
    column, in nats, at this step. Limits: steps are known to the spacing of the record.
    """

    says: str
    published: dict[str, float]
    column: str | None = None
    below: float | None = None
    peak: bool | None = None
    at: int | None = None
    boundary: str | None = None

    @field_validator("says")
    @classmethod
    def _with_numbers(cls, says: str) -> str:
        return filled(says)

    @field_validator("published", mode="before")
    @classmethod
    def _of_id(cls, published: object) -> object:
        return {one.label: one.number for one in published_by(published)} if isinstance(published, str) else published

    @model_validator(mode="after")
    def _one_kind(self) -> Milestone:
        given = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(given) != 1 or (self.column is None) != (given == ["boundary"]):
            raise ValueError(f"{self.says}: got {given}, expected a column and one of these, or a boundary alone")
        return self


@cache
def milestones() -> dict[str, tuple[Milestone, ...]]:
    """All of ``milestones.toml``, by system."""
    stored = tomllib.loads((files(__package__) / "milestones.toml").read_text("utf-8"))
    return {system: tuple(map(Milestone.model_validate, rows)) for system, rows in stored.items()}


def measure_milestones(system: str, runs: Sequence[Run]) -> tuple[MilestoneResult, ...]:
    """Each milestone of the system over these runs, one or more; ``median`` and range are of those that reach it."""
    analyses = [Analysis(run) for run in runs]
    return tuple(_measured(one, analyses) for one in milestones().get(system, ()))


def _measured(milestone: Milestone, analyses: Sequence[Analysis]) -> MilestoneResult:
    values = [number for number in (reached(milestone, one) for one in analyses) if number is not None]
    return MilestoneResult(
        says=milestone.says,
        unit="step" if milestone.at is None else "nats",
        published=milestone.published,
        median=float(np.median(values)) if values else None,
        low=min(values, default=None),
        high=max(values, default=None),
        reached=len(values),
        runs=len(analyses),
        note=None if values else _why_not(milestone, analyses),
    )


def reached(milestone: Milestone, analysis: Analysis) -> float | None:
    """The step (or the value, see ``at``) of one run; None where it is not reached or there is no such column."""
    if milestone.boundary is not None:
        return analysis.boundary(milestone.boundary)
    series = analysis.series(milestone.column or "")
    return None if series is None else _on(milestone, series)


def _on(milestone: Milestone, series: Series) -> float | None:
    if milestone.below is not None:
        return first_below(series.step, series.value, milestone.below)
    if milestone.at is not None:
        return series.at(milestone.at) if milestone.at <= series.step[-1] else None
    top = int(series.value.argmax())
    return float(series.step[top]) if 0 < top < len(series) - 1 else None


def _why_not(milestone: Milestone, analyses: Sequence[Analysis]) -> str:
    if milestone.column is not None and all(one.series(milestone.column) is None for one in analyses):
        return f"the runs have no {milestone.column}"
    last = max(one.last_step for one in analyses)
    return f"not by step {last}" if milestone.at is None else f"the runs end at step {last}"
