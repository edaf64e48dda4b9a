"""Models: weights, the plain forward pass, and activations that can be read and replaced by name."""

from latebloom.models.base import MODELS, AnyModelConfig, Model, ModelConfig

from latebloom.models.transformer import Transformer, TransformerConfig, is_one_layer  # isort: skip (`MODELS` lists it first)
from latebloom.models.mlp import MLP, MLPConfig  # isort: skip
from latebloom.models.bilinear import Bilinear, BilinearConfig, growth_rate
from latebloom.models.bits_mlp import BitsMLP, BitsMLPConfig
from latebloom.models.clamped import ClampedConfig, ClampedTransformer
from latebloom.models.embedding_mlp import EmbeddingMLP, EmbeddingMLPConfig
from latebloom.models.evaluate import evaluate, sum_squared_weights, summarise
from latebloom.models.examples import Examples
from latebloom.models.half_planted import HALVES, HalfPlantedConfig
from latebloom.models.hooks import Hooks, Replacement
from latebloom.models.linear import Linear, LinearConfig
from latebloom.models.loss import (
    TINY_GRADIENT,
    TRAINING_LOSSES,
    TrainingLoss,
    cross_entropy,
    mean_squared_error,
    per_label,
    stablemax_cross_entropy,
)
from latebloom.models.measure_loss import MEASURED_LOSSES, MeasuredLoss
from latebloom.models.planted_trigrams import planted_trigrams

__all__ = [
    "HALVES",
    "MEASURED_LOSSES",
    "MLP",
    "MODELS",
    "TINY_GRADIENT",
    "TRAINING_LOSSES",
    "AnyModelConfig",
    "Bilinear",
    "BilinearConfig",
    "BitsMLP",
    "BitsMLPConfig",
    "ClampedConfig",
    "ClampedTransformer",
    "EmbeddingMLP",
    "EmbeddingMLPConfig",
    "Examples",
    "HalfPlantedConfig",
    "Hooks",
    "Linear",
    "LinearConfig",
    "MLPConfig",
    "MeasuredLoss",
    "Model",
    "ModelConfig",
    "Replacement",
    "TrainingLoss",
    "Transformer",
    "TransformerConfig",
    "cross_entropy",
    "evaluate",
    "growth_rate",
    "is_one_layer",
    "mean_squared_error",
    "per_label",
    "planted_trigrams",
    "stablemax_cross_entropy",
    "sum_squared_weights",
    "summarise",
]
