"""TransformerLens' names and shapes, which are also those of latebloom's own transformer."""

from latebloom.models.layouts.base import LAYOUTS, Layout, Shapes
from latebloom.models.layouts.transformer import is_transformer, read_transformer


def _matches(shapes: Shapes) -> bool:
    return is_transformer(shapes) and len(shapes.get("blocks.0.attn.W_O", ())) == 3


LAYOUTS.register(Layout("TransformerLens", "embed.W_E with W_O of three axes", _matches, read_transformer))
