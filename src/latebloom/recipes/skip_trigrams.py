"""Skip trigrams: ten phase changes at about the same time, on an infinite stream and on few examples."""

from latebloom.models import TransformerConfig
from latebloom.tasks import Data, SkipTrigrams
from latebloom.training import Experiment, Recording, Training


def skip_trigrams(seed: int = 0) -> Experiment:
    """Repeat the one token of 10 … 19 among 49 of 0 … 9; fresh batches, one attention-only layer of width 32; 3 000
    steps.

    Reproduces the loss of each skip trigram beside the total loss (the write-up, "Phase changes are everywhere"). The
    published settings are not recorded; dev/searches/skip_trigrams.md describes how these were chosen.
    """
    return Experiment(
        recipe="skip_trigrams",
        task=SkipTrigrams(length=50),
        data=Data(kind="stream", test_size=1000),
        model=TransformerConfig(d_model=32, n_heads=4, d_head=8, d_mlp=0),
        training=Training(steps=3000, batch_size=256),
        recording=Recording(checkpoints="10 until 400, 50 until 1000, 250", metrics="10 until 1000, 50"),
    ).with_seed(seed)


def skip_trigrams_limited(seed: int = 0) -> Experiment:
    """60 examples, full batch, weight decay 1, otherwise as skip_trigrams: groks; 5 000 steps.

    Reproduces the write-up's "Grokking = phase changes + regularisation + limited data" for this task. The number of
    examples is not published; 60 comes from dev/searches/skip_trigrams.md.
    """
    return skip_trigrams(seed).with_settings(
        {
            "recipe": "skip_trigrams_limited",
            "data.kind": "finite",
            "data.train_size": 60,
            "training.steps": 5000,
            "training.batch_size": None,
        }
    )
