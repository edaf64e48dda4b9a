"""Which experiments can be trained as one computation."""

from typing import Any

from latebloom.store import identity
from latebloom.training import Experiment

_FREE = {"model": ("seed",), "data": ("seed", "fraction"), "task": ("table_seed",), "optimiser": ("lr", "weight_decay")}
"""The fields in which experiments of equal shape may differ."""


def shape(experiment: Experiment) -> str:
    """A name for everything but seeds, learning rate, weight decay and share of data: equal for runs that can be
    trained as one."""
    stored: dict[str, Any] = experiment.model_dump(mode="json")
    for section, fields in _FREE.items():
        stored[section] = {name: value for name, value in stored[section].items() if name not in fields}
    return identity(stored)
