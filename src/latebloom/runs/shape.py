"""Which experiments can be trained as one computation."""

from typing import Any

from latebloom.store import identity
from latebloom.training import Experiment

_FREE = {"model": ("seed",), "data": ("seed", "fraction"), "task": ("table_seed",), "optimiser": ("lr", "weight_decay")}
"""The fields in which experiments of equal shape may differ."""


def shape(experiment: Experiment) -> str:
    """An identifier of all settings except seeds, learning rate, weight decay and share of data. Runs with the same
    identifier can be trained as one computation."""
    stored: dict[str, Any] = experiment.model_dump(mode="json")
    for section, fields in _FREE.items():
        stored[section] = {name: value for name, value in stored[section].items() if name not in fields}
    return identity(stored)
