"""Experiments as columns: ``section.field``, and which of them a set of experiments varies."""

from collections.abc import Mapping, Sequence
from typing import Any

from latebloom.training.settings import with_present_names

SEEDS = ("model.seed", "data.seed")
"""Shown as the one column ``seed`` wherever they are equal in every run."""


def flat(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """``{"task": {"p": 7}}`` as ``{"task.p": 7}``, under present names; lists as text, for one type per column."""
    columns: dict[str, Any] = {}
    for section, value in with_present_names(experiment).items():
        fields = {f"{section}.{name}": leaf for name, leaf in value.items()} if isinstance(value, Mapping) else {}
        columns |= fields or {section: value}
    return {name: str(value) if isinstance(value, list | dict) else value for name, value in columns.items()}


def varied(experiments: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names, of flat experiments, whose values are not the same in all of them; seeds only where they disagree."""
    names = dict.fromkeys(name for experiment in experiments for name in experiment)
    differ = [name for name in names if len({str(experiment.get(name)) for experiment in experiments}) > 1]
    one_seed = all(experiment.get(SEEDS[0]) == experiment.get(SEEDS[1]) for experiment in experiments)
    return [name for name in differ if not (one_seed and name in SEEDS)]
