"""The write-up's main experiment: x + y mod 113 on 30 % of the pairs."""

from latebloom.training import Experiment, Training


def mainline(seed: int = 0) -> Experiment:
    """x + y mod 113 on 30 % of the pairs, one-layer transformer, AdamW with weight decay 1; 40 000 steps.

    Reproduces the write-up's training curve and the model that it reverse-engineers.
    """
    return Experiment(recipe="mainline", training=Training(steps=40_000)).with_seed(seed)
