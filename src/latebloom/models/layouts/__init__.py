"""Layouts of state dicts that people have, each read as a model of ours."""

from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes, layout_of, read_state
from latebloom.models.layouts.names import trained_tensors, without_prefixes

from latebloom.models.layouts import transformer_lens, published, torch_names  # isort: skip (they register themselves)
from latebloom.models.layouts import embedding_mlp, linear  # isort: skip (they register themselves)

__all__ = [
    "LAYOUTS",
    "Hints",
    "Layout",
    "Read",
    "Shapes",
    "embedding_mlp",
    "layout_of",
    "linear",
    "published",
    "read_state",
    "torch_names",
    "trained_tensors",
    "transformer_lens",
    "without_prefixes",
]
