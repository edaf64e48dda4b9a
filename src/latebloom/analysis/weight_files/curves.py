"""Curves in what a file holds: lists of losses and accuracies with their steps, in the layouts that people have."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latebloom.analysis.weight_files.values import listed, number, step_key, whole

STEP_NAMES = (
    "step",
    "steps",
    "global_step",
    "_step",
    "epoch",
    "epochs",
    "iteration",
    "iterations",
    "checkpoint_epochs",
)
"""Names of lists of steps beside curves in lower case, in the order in which they are looked for."""

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
    """A curve as the file has it: its values, and their steps where the file says them.

    A value is NaN where a row of a table without steps lacks it. Of a step that comes twice the last value counts.
    """

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
    """The curves in a dictionary, in dictionaries in it, or in a list of dictionaries with one row per step. A list of
    numbers that is all there is holds train losses."""
    alone = _curve({}, "", content) if depth == _DEEPEST and not isinstance(content, Mapping) else None
    if alone is not None:
        return {"train_losses": alone}
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
    items = list(value.values()) if isinstance(value, Mapping) else listed(value)
    numbers = [known for item in items if (known := number(item)) is not None]
    if len(numbers) < 2 or len(numbers) < len(items):
        return None
    if not isinstance(value, Mapping):
        return Curve(tuple(numbers), _steps_beside(beside, name, len(items)))
    steps = _all_steps([step_key(key) for key in value])
    return None if steps is None else Curve(tuple(numbers), steps)


def _steps_beside(beside: Mapping[Any, Any], name: str, count: int) -> tuple[int, ...] | None:
    lists = {key.lower(): value for key, value in beside.items() if isinstance(key, str)}
    stem = name.lower().rpartition("_")[0]
    own = [f"{start}_{unit}" for start in (name.lower(), stem) for unit in ("steps", "epochs")]
    counters = {key: _all_steps([whole(step) for step in listed(lists.get(key))]) for key in (*own, *STEP_NAMES)}
    return _counter({key: steps for key, steps in counters.items() if steps is not None and len(steps) == count})


def _all_steps(steps: Sequence[int | None]) -> tuple[int, ...] | None:
    """The steps; None where one is unknown."""
    known = tuple(step for step in steps if step is not None)
    return known if len(known) == len(steps) else None


def _counter(counters: Mapping[str, tuple[int, ...]]) -> tuple[int, ...] | None:
    """The first of these lists of steps; one of epochs with several values per epoch comes after the others."""
    names = sorted(counters, key=lambda name: "epoch" in name and len(set(counters[name])) < len(counters[name]))
    return counters[names[0]] if names else None


def _of_rows(rows: Sequence[Any]) -> dict[str, Curve]:
    """The curves of a list of dictionaries, one per step; a row may lack some of them.

    Where no row says its step, the value of a row without one is NaN, so that the others keep their places.
    """
    maps = [row for row in rows if isinstance(row, Mapping)]
    if len(maps) < 2 or len(maps) < len(rows):
        return {}
    names = dict.fromkeys(name for row in maps for name in row if isinstance(name, str) and _is_curve(name))
    steps = _steps_of_rows(maps)
    found = {}
    for name in names:
        values = [number(row.get(name)) for row in maps]
        there = [place for place, value in enumerate(values) if value is not None]
        if len(there) < 2:
            continue
        filled = [math.nan if value is None else value for value in values]
        if steps is None:
            found[name] = Curve(tuple(filled))
        else:
            found[name] = Curve(tuple(filled[place] for place in there), tuple(steps[place] for place in there))
    return found


def _steps_of_rows(rows: Sequence[Mapping[Any, Any]]) -> tuple[int, ...] | None:
    lower = [{key.lower(): value for key, value in row.items() if isinstance(key, str)} for row in rows]
    counters = {name: _all_steps([whole(row.get(name)) for row in lower]) for name in STEP_NAMES}
    return _counter({name: steps for name, steps in counters.items() if steps is not None})
