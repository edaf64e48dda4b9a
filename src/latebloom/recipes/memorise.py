"""The control: a random table, which can only be memorised."""

from latebloom.recipes.mainline import mainline
from latebloom.tasks import RandomTable
from latebloom.training import Experiment


def memorise(seed: int = 0) -> Experiment:
    """A fixed random table mod 113, otherwise as mainline: nothing to find, so nothing may be found; 10 000 steps."""
    experiment = mainline(seed)
    training = experiment.training.model_copy(update={"steps": 10_000})
    return experiment.model_copy(update={"recipe": "memorise", "task": RandomTable(), "training": training})
