"""Curves in what a file holds: lists of losses and accuracies with their steps, in the layouts that people have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latebloom.analysis.weight_files.values import listed, number, whole

STEP_NAMES = ("step", "steps", "global_step", "epoch", "epochs", "iteration", "iterations", "checkpoint_epochs")
"""Names of lists of steps beside curves, in the order in which they are looked for."""

_DEEPEST = 2
_WHAT = {
    "loss": {"loss", "losses", "ce", "nll"},
    "accuracy": {"acc", "accs", "accuracy", "accuracies"},
}
_SETS = {
    "train": {"train", "training", "tr"},
    "test": {"test", "val", "valid", "validation", "eval", "heldout"},
}
_FILLING = {"history", "list", "curve", "curves", "log", "logs", "all", "values", "set", "held", "out", "per", "epoch"}
_WORD = re.compile(r"[a-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Curve:
    """A curve as the file has it: its values, and their steps where the file says them."""

    values: tuple[float, ...]
    steps: tuple[int, ...] | None = None

    def __len__(self) -> int:
        return len(self.values)


def series_name(name: str) -> str | None:
    """The series of a run that a curve of this name is, ``train_loss``, …; None where it is none of them.

    Words may come in any order and number: ``train_losses``, ``val/acc``, ``lossTest``.
    """
    words = _words(name) - _FILLING
    what = [kind for kind, names in _WHAT.items() if words & names]
    sets = [kind for kind, names in _SETS.items() if words & names]
    if len(what) != 1 or len(sets) != 1 or words - _WHAT[what[0]] - _SETS[sets[0]]:
        return None
    return f"{sets[0]}_{what[0]}"


def curves_of(content: Any, depth: int = _DEEPEST) -> dict[str, Curve]:
    """The curves in a dictionary, in dictionaries in it, or in a list of dictionaries with one row per step."""
    if isinstance(content, list | tuple):
        return _of_rows(content)
    if not isinstance(content, Mapping):
        return {}
    found: dict[str, Curve] = {}
    for name, value in content.items():
        if not isinstance(name, str):
            continue
        curve = _curve(content, name, value) if _is_curve(name) else None
        if curve is not None:
            found[name] = curve
        elif depth and isinstance(value, Mapping | list | tuple):
            found = curves_of(value, depth - 1) | found
    return found


def _words(name: str) -> set[str]:
    return set(_WORD.findall(_CAMEL.sub(" ", name).lower()))


def _is_curve(name: str) -> bool:
    return any(_words(name) & names for names in _WHAT.values())


def _curve(beside: Mapping[Any, Any], name: str, value: Any) -> Curve | None:
    """A list of numbers, or a dictionary of numbers by step; None for anything else, and for a single number."""
    if isinstance(value, Mapping):
        steps, items = [whole(step) for step in value], list(value.values())
    else:
        items = listed(value)
        steps = _steps_beside(beside, name, len(items))
    numbers = [number(item) for item in items]
    if len(numbers) < 2 or None in numbers:
        return None
    known = tuple(step for step in steps if step is not None)
    return Curve(tuple(n for n in numbers if n is not None), known if len(known) == len(numbers) else None)


def _steps_beside(beside: Mapping[Any, Any], name: str, count: int) -> list[int | None]:
    stem = name.rpartition("_")[0]
    for key in (f"{name}_steps", f"{name}_epochs", f"{stem}_steps", f"{stem}_epochs", *STEP_NAMES):
        steps = [whole(step) for step in listed(beside.get(key))]
        if len(steps) == count and None not in steps and len(set(steps)) == count:
            return steps
    return []


def _of_rows(rows: Sequence[Any]) -> dict[str, Curve]:
    """The curves of a list of dictionaries, one per step; a row may lack some of them."""
    maps = [row for row in rows if isinstance(row, Mapping)]
    if len(maps) < 2 or len(maps) < len(rows):
        return {}
    names = dict.fromkeys(name for row in maps for name in row if isinstance(name, str) and _is_curve(name))
    counter = next((name for name in STEP_NAMES if all(whole(row.get(name)) is not None for row in maps)), None)
    found = {}
    for name in names:
        there = [(place, value) for place, row in enumerate(maps) if (value := number(row.get(name))) is not None]
        if len(there) < 2:
            continue
        steps = tuple(place if counter is None else whole(maps[place][counter]) or 0 for place, _ in there)
        known = counter is not None or len(there) == len(maps)
        found[name] = Curve(tuple(value for _, value in there), steps if known and counter is not None else None)
    return found
