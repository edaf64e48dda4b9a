"""A model's plain forward pass on all p² pairs, and the activations that the analysis keeps."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models import Model
from latebloom.tasks import ModularTask


class PairRun(NamedTuple):
    """The activations of a model at the last position (``=`` in the usual layout) for all pairs.

    outputs: the logits. neurons: after the activation function, last layer (width 0 where there are none). pattern:
    attention of the last position to all positions, last layer; None for a model without attention.
    """

    outputs: Float[Tensor, "x y d_vocab_out"]
    neurons: Float[Tensor, "x y d_mlp"]
    pattern: Float[Tensor, "x y head pos"] | None


def all_pairs(task: ModularTask) -> Int[Tensor, "pair pos"]:
    """Tokens of all p² pairs, row x·p + y."""
    return torch.from_numpy(task.tokens(*np.divmod(np.arange(task.p * task.p), task.p)))


def plain_forward(model: Model, task: ModularTask) -> PairRun:
    """Run any model on all pairs. This is the reference; `pair_forward` is faster where it applies."""
    logits, cache = model.run_with_cache(all_pairs(task), task.loss_positions)
    square = (task.p, task.p)
    # Names come in order of computation, so the last layer's is the last one.
    last = {name.rsplit(".", 1)[-1]: value for name, value in cache.items()}
    neurons, pattern = last.get("hook_post", logits[..., :0]), last.get("hook_pattern")
    return PairRun(
        outputs=logits[:, 0].unflatten(0, square),
        neurons=neurons[:, 0].unflatten(0, square),
        pattern=None if pattern is None else pattern[:, :, 0].unflatten(0, square),
    )


def check_finite(logits: Float[Tensor, "*pair z"]) -> None:
    """Errors: UsageError where a logit is not a finite number."""
    if not bool(logits.isfinite().all()):
        raise UsageError(
            "model: its logits are not finite numbers, so there is nothing to explain; its weights diverged"
        )
