"""The write-up's repeated subsequences on an infinite stream: a phase change."""

from latebloom.models import TransformerConfig
from latebloom.tasks import Data, RepeatedSubsequences
from latebloom.training import Experiment, Optimiser, Recording, Training


def induction(seed: int = 0) -> Experiment:
    """Repeated subsequences, fresh sequences each step, two layers of attention only; 6000 steps.

    Reproduces the write-up's phase change of induction heads. ``--model.n_layers 1`` is the control that has none. The
    published run adds the input of each block twice (skip 2); with ``--model.skip 1`` the change comes later and goes
    less deep. The initial scale of queries and keys is not recorded; with ``--model.attending 1`` all heads of a layer
    learn the same, and the loss stays at 1.1 to 1.4 (dev/searches/induction.md).
    """
    return Experiment(
        recipe="induction",
        task=RepeatedSubsequences(),
        data=Data(kind="stream", test_size=512),
        model=TransformerConfig(n_layers=2, d_model=48, n_heads=4, d_head=12, d_mlp=0, skip=2.0, attending=2.0),
        optimiser=Optimiser(betas=(0.9, 0.999), warmup=100),
        training=Training(steps=6000, batch_size=128),
        recording=Recording(checkpoints="50 until 2000, 250", metrics="20"),
    ).with_seed(seed)
