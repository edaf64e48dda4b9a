"""Layouts of state dicts that people have, each read as a model of ours."""

from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes, layout_of, read_state

from latebloom.models.layouts import embedding_mlp, linear  # isort: skip (they register their layouts)

__all__ = [
    "LAYOUTS",
    "Hints",
    "Layout",
    "Read",
    "Shapes",
    "embedding_mlp",
    "layout_of",
    "linear",
    "read_state",
]
