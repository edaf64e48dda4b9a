"""latebloom: a laboratory for neural networks that learn late.

import latebloom as lb

run = lb.train(lb.recipes.small(seed=0))
lb.explain(run).key_frequencies
lb.measure(run).metrics.to_pandas()
run.checkpoint().model
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Everything is imported on first use, so that `import latebloom.explorer` and `latebloom --help` load no torch.
_MODULES = ("circuits", "figures", "fourier", "measures", "models", "phases", "recipes", "tasks", "training")
_HOME = {
    "Experiment": "latebloom.training",
    "Explanation": "latebloom.circuits.modular.explanation",
    "LatebloomError": "latebloom._errors",
    "Run": "latebloom.runs",
    "ablate": "latebloom.lab.ablate",
    "explain": "latebloom.lab.explain",
    "figure": "latebloom.lab.figure",
    "load_sweep": "latebloom.sweeps.sweep",
    "measure": "latebloom.lab.measure",
    "open_run": "latebloom.runs",
    "report": "latebloom.lab.report",
    "train": "latebloom.lab.train",
}

__all__ = [*_HOME, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"latebloom.{name}")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'latebloom' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
