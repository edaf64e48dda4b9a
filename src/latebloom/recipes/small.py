"""A small prime that groks within about a minute on two cores."""

from latebloom.models import TransformerConfig
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Optimiser, Training


def small(seed: int = 0) -> Experiment:
    """x + y mod 31 on half of the pairs, half the neurons, lr 3e-3: groks within a minute, stops once settled."""
    return Experiment(
        recipe="small",
        task=ModularAddition(p=31),
        data=Data(fraction=0.5),
        model=TransformerConfig(d_mlp=256),
        optimiser=Optimiser(lr=3e-3),
        training=Training(steps=20_000, stop="settled"),
    ).with_seed(seed)
