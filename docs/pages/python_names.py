"""docs/reference/python.md: the public names of the package; mkdocstrings fills in signatures and docstrings."""

from __future__ import annotations

import latebloom as lb

from .templating import render

GROUPS = {
    "Train, open, import": ("recipe", "train", "train_seeds", "open_run", "list_runs", "import_run"),
    "Explain and measure": ("explain", "ablate", "measure", "phases_of", "judge"),
    "Look": ("figure", "report", "view"),
    "Many runs": ("sweep", "load_sweep", "table", "query", "effects", "study_seeds", "crossover", "reproduce"),
    "Weights for other libraries": (
        "export", "zoo", "to_transformer_lens", "to_huggingface", "to_nnsight", "to_devinterp",
    ),
    "Add parts": ("register",),
    "Objects": ("Run", "Sweep", "Experiment", "Explanation", "Drawing"),
    "Errors": ("LatebloomError", "UsageError"),
}  # fmt: skip
"""The public functions and classes by what they are for. Names that stand here in no group come last."""

OTHER = "Others"

HOMES = {name: home for name, (home, _) in sorted(lb._homes.items()) if home != lb.__name__}
"""The module of each public function and class."""


def python_page() -> str:
    """docs/reference/python.md."""
    grouped = {name for names in GROUPS.values() for name in names}
    others = tuple(name for name in HOMES if name not in grouped)
    groups = {**GROUPS, **({OTHER: others} if others else {})}
    homes = {
        title: [(name, f"{HOMES[name]}.{name}", _first(name)) for name in names] for title, names in groups.items()
    }
    packages = [name for name in lb.__all__ if name not in HOMES]
    return render("python", groups=homes, packages=[(name, _first(name)) for name in packages])


def _first(name: str) -> str:
    """The first paragraph of a docstring."""
    return " ".join((getattr(lb, name).__doc__ or "").split("\n\n")[0].split())
