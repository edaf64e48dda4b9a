"""The local learning coefficient of a model on its train set, of all weights or of one part of them."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from latebloom._errors import UsageError
from latebloom._nearest import did_you_mean
from latebloom.circuits.llc.estimate import LearningCoefficient, estimate
from latebloom.circuits.llc.settings import Sampling
from latebloom.measures import Snapshot
from latebloom.models import Examples, Model, cross_entropy
from latebloom.models.flat import flatten_parameters, views
from latebloom.tasks import IGNORE

PARTS = ("embedding", "attention", "mlp", "unembedding")
"""Parts of a model, of which those without weights are left out."""

_PART_OF = {"attn": "attention", "embed": "embedding", "pos_embed": "embedding", "unembed": "unembedding"}


def learning_coefficient(
    snapshot: Snapshot, part: str | None = None, sampling: Sampling | None = None
) -> LearningCoefficient:
    """λ of the train loss at the model's weights; see `estimate`.

    part: one of `parts_of` the model, whose weights alone move; None: all weights. The loss is the mean cross-entropy
    over all labels of the train set, on the full batch, by the fast path where one applies.
    Errors: UsageError for a model without a known fixed train set, and for a part that it does not have.
    """
    if "train" not in snapshot.sets:
        if snapshot.lacks_train_set:
            snapshot.sets["train"]  # raises the reason
        raise UsageError("learning coefficient: the model has no fixed train set, expected a run on one")
    examples = snapshot.sets["train"]
    loss = ModelLoss(snapshot.model, examples, snapshot.task.loss_positions)
    free = _free(snapshot.model, part)
    return estimate(loss, loss.centre, int((examples.labels != IGNORE).sum()), sampling, free)


class ModelLoss:
    """The train loss of a model as a function of its weights in one array, and its gradient.

    centre: the weights of the model, which is copied. fast: whether a fast path computes it.
    """

    def __init__(self, model: Model, examples: Examples, positions: tuple[int, ...]) -> None:
        # Compiled code is slow to import, and not every command needs it.
        from latebloom.models.tables import fast_path

        own = copy.deepcopy(model)
        self._flat = flatten_parameters(own)
        self._gradient = torch.zeros_like(self._flat)
        self.centre: Float[ndarray, " d"] = self._flat.numpy().copy()
        path = fast_path(own, examples.tokens, examples.labels, positions)
        self.fast = path is not None
        self._compute: Callable[[], float]
        if path is None:
            self._compute = lambda: self._plain(own, examples, positions)
        else:
            batch = path.new(own, examples.tokens, examples.labels, positions, torch.float64, False)
            slopes = path.arrays(views(own, self._gradient))
            self._compute = lambda: batch.gradient(slopes)

    def __call__(self, weights: Float[ndarray, " d"]) -> tuple[float, Float[ndarray, " d"]]:
        self._flat.copy_(torch.from_numpy(weights))
        return self._compute(), self._gradient.numpy()

    def _plain(self, model: Model, examples: Examples, positions: tuple[int, ...]) -> float:
        with torch.enable_grad():
            loss = cross_entropy(model(examples.tokens, positions), examples.labels)
            moving = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
            slopes = torch.autograd.grad(loss, list(moving.values()))
        into = views(model, self._gradient)
        for name, slope in zip(moving, slopes):
            into[name].copy_(slope)
        return loss.item()


def part_of(name: str) -> str:
    """The part to which a weight belongs, by its name; neurons and what is in no other part are the MLP's."""
    return next((part for word, part in _PART_OF.items() if word in name.split(".")), "mlp")


def parts_of(model: Model) -> tuple[str, ...]:
    """The parts that a model has, in the order of `PARTS`."""
    found = {part_of(name) for name, weight in model.named_parameters() if weight.requires_grad}
    return tuple(part for part in PARTS if part in found)


def _free(model: Model, part: str | None) -> Float[ndarray, " d"]:
    """1 for the weights that move: those of the part, or all, but none that the model keeps fixed."""
    if part is not None and part not in parts_of(model):
        expected = ", ".join(parts_of(model))
        raise UsageError(f"part: got {part!r}, expected one of {expected}{did_you_mean(part, parts_of(model))}")
    ones = [
        np.full(weight.numel(), weight.requires_grad and part in (None, part_of(name)))
        for name, weight in model.named_parameters()
    ]
    if not any(one.any() for one in ones):
        raise UsageError(f"learning coefficient: {'the model' if part is None else part} has no weights that train")
    dtype = next(iter(model.parameters())).detach().numpy().dtype
    return np.concatenate(ones).astype(dtype)
