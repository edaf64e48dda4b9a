"""The write-up's starter project: x - y mod 113."""

from latebloom.recipes.mainline import mainline
from latebloom.tasks import ModularSubtraction
from latebloom.training import Experiment


def subtraction(seed: int = 0) -> Experiment:
    """x - y mod 113, otherwise as mainline: the project that the write-up recommends to start with."""
    return mainline(seed).model_copy(update={"recipe": "subtraction", "task": ModularSubtraction()})
