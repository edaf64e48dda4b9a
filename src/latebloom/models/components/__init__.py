"""The parts of a transformer, one per file; parameter and activation names as in TransformerLens."""

from latebloom.models.components.attention import Attention
from latebloom.models.components.block import Block
from latebloom.models.components.embed import Embed, PosEmbed
from latebloom.models.components.first_block import first_block_by_rows, read_by_name, rows_repeat
from latebloom.models.components.mlp import MLPLayer
from latebloom.models.components.unembed import Unembed

__all__ = [
    "Attention",
    "Block",
    "Embed",
    "MLPLayer",
    "PosEmbed",
    "Unembed",
    "first_block_by_rows",
    "read_by_name",
    "rows_repeat",
]
