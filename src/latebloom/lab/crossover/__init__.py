"""Bisect the amount of data at which a recipe groks: between not generalising and generalising at once."""

from latebloom.lab.crossover.ask import crossover, make_search
from latebloom.lab.crossover.bisect import Range, next_sizes, sizes_at_most
from latebloom.lab.crossover.draw import draw_crossover
from latebloom.lab.crossover.result import Crossover, Tried
from latebloom.lab.crossover.search import Limits, Search, run_search

__all__ = [
    "Crossover",
    "Limits",
    "Range",
    "Search",
    "Tried",
    "crossover",
    "draw_crossover",
    "make_search",
    "next_sizes",
    "run_search",
    "sizes_at_most",
]
