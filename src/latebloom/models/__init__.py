"""Weights, the plain forward pass, and activations that can be read and replaced by name."""

from typing import Annotated

from pydantic import Field

from latebloom.models.base import Model
from latebloom.models.fast import table_forward
from latebloom.models.hooks import Hooks, Replacement
from latebloom.models.mlp import MLP, MLPConfig
from latebloom.models.transformer import Transformer, TransformerConfig

AnyModelConfig = Annotated[TransformerConfig | MLPConfig, Field(discriminator="kind")]

__all__ = [
    "MLP",
    "AnyModelConfig",
    "Hooks",
    "MLPConfig",
    "Model",
    "Replacement",
    "Transformer",
    "TransformerConfig",
    "table_forward",
]
