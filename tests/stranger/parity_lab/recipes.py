"""Recipes of the stranger's package."""

import latebloom as lb
from latebloom.models import TransformerConfig
from latebloom.tasks import Data
from latebloom.training import Experiment, Recording, Training
from parity_lab.affine import TwiceThenAdd
from parity_lab.task import HiddenParity
from parity_lab.tiger import TigerSettings

_MODEL = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=32)


@lb.register
def parity(seed: int = 0) -> Experiment:
    """The parity of 2 of 6 bits on half of the examples, with Tiger."""
    return Experiment(
        recipe="parity",
        task=HiddenParity(bits=6),
        data=Data(fraction=0.5),
        model=_MODEL,
        optimiser=TigerSettings(lr=1e-3, weight_decay=0.1),
        training=Training(steps=60),
        recording=Recording(checkpoints="20", metrics="5"),
    ).with_seed(seed)


def affine(seed: int = 0) -> Experiment:
    """2x + y mod 11, named on the command line as parity_lab.recipes:affine."""
    return Experiment(
        recipe="affine",
        task=TwiceThenAdd(p=11),
        data=Data(fraction=0.5),
        model=_MODEL,
        training=Training(steps=40),
        recording=Recording(checkpoints="20", metrics="5"),
    ).with_seed(seed)
