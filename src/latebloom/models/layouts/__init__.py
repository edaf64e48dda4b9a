"""Layouts of state dicts that people have, each read as a model of ours."""

from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes, layout_of, read_state

__all__ = ["LAYOUTS", "Hints", "Layout", "Read", "Shapes", "layout_of", "read_state"]
