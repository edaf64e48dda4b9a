"""Runs of a sweep by their settings."""

from collections.abc import Mapping, Sequence

from latebloom.runs import Run
from latebloom.training import Experiment

Where = Mapping[str, str | int | float]
"""Values by SECTION.FIELD, as a data file writes them: "none" is None."""


def chosen(runs: Sequence[Run], where: Where) -> list[Run]:
    """The runs that have all of these settings, in their order; all runs without a condition."""
    return [run for run in runs if matches(run.experiment, where)]


def matches(experiment: Experiment, where: Where) -> bool:
    """Whether it has all of these settings; a field that it does not have counts as none."""
    return all(experiment.setting(name) == (None if value == "none" else value) for name, value in where.items())


def described(where: Where) -> str:
    """The condition in words."""
    return ", ".join(f"{name} = {value}" for name, value in where.items())
