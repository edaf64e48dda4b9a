"""Composition in finite groups, as Chughtai et al. 2023 trained it."""

from latebloom.recipes.modular import mainline
from latebloom.training import Experiment

_PUBLISHED = {"data.fraction": 0.6, "training.steps": 50_000}
"""Share of the pairs and steps of their transformer on S5, from the configuration beside its weights. Its shape, read
off the weights, and its learning rate, weight decay and betas are those of the mainline."""

_PUBLISHED_MLP = {
    "task.separate_operands": True,
    "model.kind": "embedding_mlp",
    "model.combine": "concat",
    "model.d_embed": 256,
    "model.widths": (128,),
    "model.bias": False,
}
"""The shape of their MLP, from the configuration beside its weights, and the code that reads it."""

_FASTER = {"data.fraction": 0.6, "optimiser.lr": 0.01, "training.steps": 2500}
"""Settings with which that MLP generalises in half a minute of one core, on seeds 0 to 4."""


def s5(seed: int = 0) -> Experiment:
    """x∘y in S5 on 60 % of the pairs, one-layer transformer, AdamW with weight decay 1; 50 000 steps.

    The settings of the published transformer of Chughtai et al. 2023.
    """
    return _of_group("s5", "S5", seed)


def d59(seed: int = 0) -> Experiment:
    """x∘y in D59, the symmetries of a regular 59-gon, otherwise as s5."""
    return _of_group("d59", "D59", seed)


def a5(seed: int = 0) -> Experiment:
    """x∘y in A5, the even permutations of five things, otherwise as s5."""
    return _of_group("a5", "A5", seed)


def s5_mlp(seed: int = 0) -> Experiment:
    """x∘y in S5 on 60 % of the pairs, 128 neurons on two joined embeddings of 256, lr 1e-2; 2 500 steps.

    The MLP of Chughtai et al. 2023 with more data and ten times their learning rate: they train it on 40 % of the pairs
    with lr 1e-3 for 250 000 steps.
    """
    return s5(seed).with_settings({"recipe": "s5_mlp", **_PUBLISHED_MLP, **_FASTER})


def _of_group(recipe: str, group: str, seed: int) -> Experiment:
    settings = {"recipe": recipe, "task.name": "group_composition", "task.entries": group, **_PUBLISHED}
    return mainline(seed).with_settings(settings)
