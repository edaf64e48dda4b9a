"""The speed of this package on this machine, compared with the plain implementation of each part."""

from collections.abc import Callable
from typing import Any

from latebloom.bench.analysis import time_analysis
from latebloom.bench.growth import growth
from latebloom.bench.machine import machine
from latebloom.bench.seeds import seeds
from latebloom.bench.size import size
from latebloom.bench.step import step

PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "step": step,
    "growth": growth,
    "seeds": seeds,
    "analysis": time_analysis,
    "size": size,
}
"""What `latebloom bench` measures, by name; each returns numbers by name, nested, ready for JSON."""

__all__ = ["PARTS", "machine"]
