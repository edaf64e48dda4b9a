"""Modular arithmetic: the write-up's main experiment, its variants, its control, and a small prime that groks fast."""

from latebloom.models import TransformerConfig
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Optimiser, Training


def mainline(seed: int = 0) -> Experiment:
    """x + y mod 113 on 30 % of the pairs, one-layer transformer, AdamW with weight decay 1; 40 000 steps.

    Reproduces the write-up's training curve and the model that it reverse-engineers.
    """
    return Experiment(recipe="mainline", training=Training(steps=40_000)).with_seed(seed)


def mainline_95(seed: int = 0) -> Experiment:
    """x + y mod 113 on 95 % of the pairs: train and test loss fall together in a phase change; 3 000 steps.

    Reproduces the write-up's loss curve with much data, which it contrasts with grokking.
    """
    return mainline(seed).with_settings({"recipe": "mainline_95", "data.fraction": 0.95, "training.steps": 3000})


def mainline_stream(seed: int = 0) -> Experiment:
    """x + y mod 113 on 1024 fresh random pairs per step: one phase change without memorisation; 5 000 steps.

    Reproduces the write-up's phase change of modular addition with infinite data.
    """
    return mainline(seed).with_settings(
        {
            "recipe": "mainline_stream",
            "data.kind": "stream",
            "training.steps": 5000,
            "training.batch_size": 1024,
        }
    )


def subtraction(seed: int = 0) -> Experiment:
    """x - y mod 113, otherwise as mainline: the project that the write-up recommends to start with."""
    return mainline(seed).with_settings({"recipe": "subtraction", "task.name": "modular_subtraction"})


def mlp(seed: int = 0) -> Experiment:
    """x + y mod 113 with a two-layer MLP, 256 neurons on one-hot(x) + one-hot(y), otherwise as mainline."""
    return mainline(seed).with_settings({"recipe": "mlp", "model.kind": "mlp", "model.d_mlp": 256})


def embedding_mlp(seed: int = 0) -> Experiment:
    """x + y mod 31 on 60 % of the pairs, relu(l1(E_x + E_y)) times an unembedding; 6 000 steps, otherwise as small.

    The linear model A of Zhong et al. 2023, smaller. --model.combine concat is their D, --model.widths 128,128 their B.
    """
    return small(seed).with_settings(
        {
            "recipe": "embedding_mlp",
            "task.p": 31,
            "data.fraction": 0.6,
            "model.kind": "embedding_mlp",
            "model.d_embed": 64,
            "model.widths": (128,),
            "training.steps": 6000,
        }
    )


def memorise(seed: int = 0) -> Experiment:
    """A fixed random table mod 113, otherwise as mainline: a control that can only be memorised; 10 000 steps."""
    return mainline(seed).with_settings({"recipe": "memorise", "task.name": "random_table", "training.steps": 10_000})


def small(seed: int = 0) -> Experiment:
    """x + y mod 59 on 40 % of the pairs, 256 neurons, lr 2e-3: groks within a minute on one core, stops once settled.

    Twenty of twenty seeds memorise first and then reach 99 % test accuracy (dev/searches/small.md).
    """
    return Experiment(
        recipe="small",
        task=ModularAddition(p=59),
        data=Data(fraction=0.4),
        model=TransformerConfig(d_mlp=256),
        optimiser=Optimiser(lr=2e-3),
        training=Training(steps=20_000, stop="settled"),
    ).with_seed(seed)
