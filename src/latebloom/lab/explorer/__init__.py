"""The data of the explorer's page, from a run: plain JSON and packed weights."""

from latebloom.lab.explorer.page import page_of
from latebloom.lab.explorer.weights import packed_weights

__all__ = ["packed_weights", "page_of"]
