"""Models: weights, the plain forward pass, and activations that can be read and replaced by name."""

from latebloom.models.base import MODELS, AnyModelConfig, Model, ModelConfig

from latebloom.models.transformer import Transformer, TransformerConfig  # isort: skip (`MODELS` lists it first)
from latebloom.models.mlp import MLP, MLPConfig  # isort: skip
from latebloom.models.evaluate import evaluate, sum_squared_weights, summarise
from latebloom.models.examples import Examples
from latebloom.models.hooks import Hooks, Replacement
from latebloom.models.linear import Linear, LinearConfig
from latebloom.models.loss import TINY_GRADIENT, cross_entropy, per_label
from latebloom.models.published import trained_tensors, transformer_from_state

__all__ = [
    "MLP",
    "MODELS",
    "TINY_GRADIENT",
    "AnyModelConfig",
    "Examples",
    "Hooks",
    "Linear",
    "LinearConfig",
    "MLPConfig",
    "Model",
    "ModelConfig",
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
