"""The write-up's 5-digit addition on 700 examples: grokking where not a millionth of the universe is seen."""

from latebloom.tasks import Data, DigitAddition
from latebloom.training import Experiment, Optimiser, Recording, Training


def addition_700(seed: int = 0) -> Experiment:
    """x + y with 5 digits on 700 sums, full batch, lr 1e-3 and weight decay 1: grokking.

    Reproduces the write-up's grokking on 5-digit addition. None of its settings is recorded; its curve has no noise of
    batches, and levels out where this one does (dev/searches/addition.md).
    """
    return Experiment(
        recipe="addition_700",
        task=DigitAddition(),
        data=Data(kind="finite", train_size=700, test_size=1000),
        optimiser=Optimiser(lr=1e-3, weight_decay=1.0),
        training=Training(steps=18_000),
        recording=Recording(checkpoints="100 until 1000, 500", metrics="10 until 200, 50"),
    ).with_seed(seed)
