"""Weights, the plain forward pass, and activations that can be read and replaced by name."""

from typing import Annotated

from pydantic import Field

from latebloom.models.base import Model
from latebloom.models.evaluate import evaluate, sum_squared_weights, summarise
from latebloom.models.examples import Examples
from latebloom.models.hooks import Hooks, Replacement
from latebloom.models.linear import Linear, LinearConfig
from latebloom.models.loss import TINY_GRADIENT, cross_entropy, per_label
from latebloom.models.mlp import MLP, MLPConfig
from latebloom.models.published import trained_tensors, transformer_from_state
from latebloom.models.transformer import Transformer, TransformerConfig

AnyModelConfig = Annotated[TransformerConfig | MLPConfig | LinearConfig, Field(discriminator="kind")]

__all__ = [
    "MLP",
    "TINY_GRADIENT",
    "AnyModelConfig",
    "Examples",
    "Hooks",
    "Linear",
    "LinearConfig",
    "MLPConfig",
    "Model",
    "Replacement",
    "Transformer",
    "TransformerConfig",
    "cross_entropy",
    "evaluate",
    "per_label",
    "sum_squared_weights",
    "summarise",
    "trained_tensors",
    "transformer_from_state",
]
