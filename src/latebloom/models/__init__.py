"""Models: weights, the plain forward pass, and activations that can be read and replaced by name."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.models.configs.base import MODELS, AnyModelConfig, ModelConfig

from latebloom.models.configs.transformer import TransformerConfig  # isort: skip (the order of imports is that of `MODELS`)
from latebloom.models.configs.mlp import MLPConfig  # isort: skip
from latebloom.models.configs.bilinear import BilinearConfig
from latebloom.models.configs.bits_mlp import BitsMLPConfig
from latebloom.models.configs.clamped import ClampedConfig
from latebloom.models.configs.embedding_mlp import EmbeddingMLPConfig
from latebloom.models.configs.half_planted import HALVES, HalfPlantedConfig
from latebloom.models.configs.linear import LinearConfig
from latebloom.models.measure_loss import MEASURED_LOSSES, MeasuredLoss
from latebloom.models.training_loss import TRAINING_LOSSES, TrainingLoss

if TYPE_CHECKING:
    from latebloom.models.base import Model
    from latebloom.models.bilinear import Bilinear, growth_rate
    from latebloom.models.bits_mlp import BitsMLP
    from latebloom.models.clamped import ClampedTransformer
    from latebloom.models.embedding_mlp import EmbeddingMLP
    from latebloom.models.evaluate import evaluate, sum_squared_weights, summarise
    from latebloom.models.examples import Examples
    from latebloom.models.hooks import Hooks, Replacement
    from latebloom.models.linear import Linear
    from latebloom.models.loss import (
        TINY_GRADIENT,
        cross_entropy,
        mean_squared_error,
        per_label,
        stablemax_cross_entropy,
    )
    from latebloom.models.mlp import MLP
    from latebloom.models.planted_trigrams import planted_trigrams
    from latebloom.models.transformer import Transformer, is_one_layer

import_on_use(__name__)

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
