"""The write-up's two-layer MLP on modular addition."""

from latebloom.models import MLPConfig
from latebloom.recipes.mainline import mainline
from latebloom.training import Experiment


def mlp(seed: int = 0) -> Experiment:
    """x + y mod 113 with a two-layer MLP, 256 neurons on one-hot(x) + one-hot(y), otherwise as mainline."""
    experiment = mainline(seed).model_copy(update={"recipe": "mlp", "model": MLPConfig()})
    return experiment.with_seed(seed)
