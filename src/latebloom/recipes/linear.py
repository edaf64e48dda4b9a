"""The linear model from the discussion under the write-up: 100 memorising weights and one generalising weight."""

from latebloom.models import LinearConfig
from latebloom.tasks import Data, SharedFeature
from latebloom.training import Experiment, Optimiser, Recording, Training


def linear(seed: int = 0) -> Experiment:
    """100 of 200 examples; each has a weight of its own and shares one more weight with all others; AdamW, full batch.

    The simplest form of the write-up's question: which weights learn first, with AdamW and with gradient descent?
    """
    return Experiment(
        recipe="linear",
        task=SharedFeature(),
        data=Data(fraction=0.5),
        model=LinearConfig(),
        optimiser=Optimiser(lr=1e-2, weight_decay=0.1, warmup=0),
        training=Training(steps=5000),
        recording=Recording(checkpoints="1000", metrics="1 until 100, 10 until 1000, 50"),
    ).with_seed(seed)
