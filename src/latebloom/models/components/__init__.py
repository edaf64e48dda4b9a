"""The parts of a transformer, one per file; parameter and activation names as in TransformerLens."""

from latebloom.models.activations import ACTIVATIONS, RELU, Activation
from latebloom.models.components.attention import Attention
from latebloom.models.components.block import Block
from latebloom.models.components.embed import Embed, PosEmbed
from latebloom.models.components.first_block import first_block_by_rows, read_by_name, rows_repeat
from latebloom.models.components.mlp import MLPLayer
from latebloom.models.components.norm import LayerNorm, LayerNormPre, new_norm, norm_activations
from latebloom.models.components.unembed import TiedUnembed, Unembed

__all__ = [
    "ACTIVATIONS",
    "RELU",
    "Activation",
    "Attention",
    "Block",
    "Embed",
    "LayerNorm",
    "LayerNormPre",
    "MLPLayer",
    "PosEmbed",
    "TiedUnembed",
    "Unembed",
    "first_block_by_rows",
    "new_norm",
    "norm_activations",
    "read_by_name",
    "rows_repeat",
]
