"""What a model still gets right with some of its weights exchanged: by those of step 0, by zeros, or by random ones."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.claims.learning import train_learned_at
from latebloom.claims.quantity import Undefined
from latebloom.models import Examples, Model

Weights = Mapping[str, Float[Tensor, "..."]]
"""Weights by name."""


def weights_of(model: Model, names: Sequence[str]) -> Weights:
    """Some weights of a model."""
    return {name: model.get_parameter(name).detach() for name in names}


def share_right(model: Model, examples: Examples, positions: tuple[int, ...], weights: Weights) -> float:
    """The share of the examples that the model gets right with these weights in the place of its own."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        for name, values in weights.items():
            model.get_parameter(name).copy_(values)
        right = model(examples.tokens, positions).argmax(-1) == examples.labels
    return float(right.double().mean())


def moved(own: Weights, to: Weights, seed: int = 0) -> Weights:
    """The weights after a random change of each matrix that is as large, in norm, as the change to the others."""
    generator = torch.Generator().manual_seed(seed)
    changed = {}
    for name, values in own.items():
        noise = torch.randn(values.shape, generator=generator, dtype=values.dtype)
        changed[name] = values + noise * ((to[name] - values).norm() / noise.norm())
    return changed


def model_at(analysis: Analysis, step: int) -> Model:
    """The model of a step. Errors: Undefined where it was not stored."""
    if step not in analysis.run.checkpoints:
        raise Undefined(f"the run has no checkpoint at step {step}")
    return analysis.run.checkpoint(step).model


def learned_at(analysis: Analysis) -> int:
    """The step at which the train set is learned. Errors: Never."""
    step = train_learned_at.measure(analysis)
    assert isinstance(step, float | int)
    return int(step)
