"""What the object in a file holds: state dicts at any place of its first levels, with their steps; settings; curves."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.analysis.weight_files.curves import Curve, curves_of
from latebloom.analysis.weight_files.limits import Budget
from latebloom.analysis.weight_files.stand_ins import Name, NumpyArray, StandIn
from latebloom.analysis.weight_files.values import listed, whole
from latebloom.analysis.weight_files.weight_file import State
from latebloom.models.layouts import LAYOUTS, layout_of, trained_tensors, without_prefixes

_DEEPEST = 4
_PREFERRED = ("model", "state_dict", "model_state_dict", "final", "weights", "net", "network", "params", "module")
"""Names of the state dict that is meant where a file holds several, in this order."""

_STEP = ("step", "global_step", "epoch", "iteration")
_STEPS = ("checkpoint_epochs", "checkpoint_steps", "epochs", "steps", "saved_epochs")
_CONFIGS = (
    "hyper_parameters",
    "hparams",
    "args",
    "config",
    "cfg",
    "model_config",
    "task_config",
    "data_config",
    "optim_config",
    "train_config",
)
_NUMBER_IN_NAME = re.compile(r"^(?:\D*[_\-. ])?(\d{1,15})$")
_MOST_SETTINGS = 1000
_LONGEST_TEXT = 1000


def states_in(content: Any, visits: Budget, depth: int = _DEEPEST) -> list[State]:
    """The state dicts whose layout is known, ascending by step, the final one last; none where there are none.

    A state dict may be the object itself, lie under any name, or be one of a list or of a dictionary by step.
    visits: entries that may be looked at. Errors: LimitError for content that has more.
    """
    entries = _entries(content)
    if entries is not None:
        visits.spend(1 + len(entries))
        own = _known_layout(entries)
        if own is not None:
            return [State(None, own)]
        return _in_mapping(entries, depth, visits)
    if _is_list(content) and depth:
        return _in_list(content, (), depth, visits)
    return []


def _in_mapping(entries: Mapping[Any, Any], depth: int, visits: Budget) -> list[State]:
    if not depth:
        return []
    by_step = _by_step(entries, depth, visits)
    if by_step:
        return by_step
    several: list[State] = []
    final: dict[str, State] = {}
    for name, value in entries.items():
        found = (
            _in_list(value, _steps_of(entries, name, value), depth - 1, visits)
            if _is_list(value)
            else states_in(value, visits, depth - 1)
        )
        if _is_list(value) or len(found) > 1:
            several = several or found
        elif found:
            final[str(name)] = found[0]
    return _with_final(several, final, _step_of(entries))


def _with_final(several: list[State], final: Mapping[str, State], step: int | None) -> list[State]:
    """The checkpoints, and after them the final state dict unless it is the last of them."""
    if not final:
        return several
    name = next((name for name in _PREFERRED if name in final), list(final)[-1])
    last = final[name]
    others = tuple(other for other in final if other != name)
    choice = (name, *others) if others else last.choice
    last = State(last.step if last.step is not None else step, last.tensors, choice)
    if several and _same(several[-1].tensors, last.tensors):
        return [*several[:-1], several[-1] if several[-1].step is not None else replace(several[-1], step=last.step)]
    if several and last.step is not None and any(state.step == last.step for state in several):
        last = State(None, last.tensors, last.choice)
    return [*several, last]


def _same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].shape == other[name].shape and torch.equal(one[name], other[name]) for name in one
    )


def _by_step(entries: Mapping[Any, Any], depth: int, visits: Budget) -> list[State]:
    """The state dicts of a dictionary whose names are steps: ``0``, ``"100"``, ``"epoch_100"``."""
    steps = {name: _step_in_name(name) for name in entries}
    numbered = [(step, entries[name]) for name, step in steps.items() if step is not None]
    if not numbered or 2 * len(numbered) < len(entries) or len({step for step, _ in numbered}) < len(numbered):
        return []
    found = [(step, states_in(value, visits, depth - 1)) for step, value in sorted(numbered, key=lambda one: one[0])]
    return [State(step, states[-1].tensors) for step, states in found if states]


def _step_in_name(name: Any) -> int | None:
    if isinstance(name, str):
        match = _NUMBER_IN_NAME.match(name)
        return int(match[1]) if match else None
    return whole(name)


def _in_list(items: Sequence[Any], steps: Sequence[int], depth: int, visits: Budget) -> list[State]:
    """The state dicts of a list, with the steps beside it or in its items."""
    visits.spend(1 + len(items))
    found = [states_in(item, visits, depth) for item in items] if depth >= 0 else []
    kept = [(index, states[-1]) for index, states in enumerate(found) if states]
    given = steps if len(steps) == len(items) else ()
    states = [State(given[i] if given else state.step, state.tensors) for i, state in kept]
    inside = [state.step for state in states]
    ordered = None not in inside and len(set(inside)) == len(inside)
    if not ordered:
        return [State(None, state.tensors) for state in states]
    return sorted(states, key=lambda state: state.step or 0)


def _steps_of(entries: Mapping[Any, Any], name: Any, items: Sequence[Any]) -> Sequence[int]:
    """The list of steps beside a list of state dicts; empty where none has its length and whole numbers."""
    for key in (f"{name}_epochs", f"{name}_steps", *_STEPS):
        numbers = [whole(value) for value in listed(entries.get(key))]
        if len(numbers) == len(items) and None not in numbers and key != name:
            return [number for number in numbers if number is not None]
    return ()


def _step_of(entries: Mapping[Any, Any]) -> int | None:
    return next((step for step in (whole(entries.get(name)) for name in _STEP) if step is not None), None)


def _known_layout(entries: Mapping[Any, Any]) -> dict[str, Tensor] | None:
    """The weights of a state dict, without prefixes and buffers, if it has a known layout."""
    tensors = dict(_tensors(entries))
    if not tensors:
        return None
    for bare in without_prefixes(tensors):
        weights = trained_tensors(bare)
        shapes = {name: tuple(value.shape) for name, value in weights.items()}
        if any(layout.matches(shapes) for layout in LAYOUTS.values()):
            return weights
    return None


def _tensors(entries: Mapping[Any, Any]) -> Iterator[tuple[str, Tensor]]:
    for name, value in entries.items():
        array = value.value if isinstance(value, NumpyArray) else value
        if isinstance(name, str) and isinstance(array, Tensor):
            yield name, array
        elif isinstance(name, str) and isinstance(array, np.ndarray) and array.ndim:
            yield name, torch.from_numpy(array)


def unknown_state(content: Any, visits: Budget) -> UsageError:
    """The error for a file without a state dict of a known layout: it names what the file holds."""
    tensors = _most_tensors(content, _DEEPEST, visits)
    if tensors:
        try:
            layout_of({name: tuple(value.shape) for name, value in trained_tensors(tensors).items()})
        except UsageError as error:
            return error
    entries = _entries(content)
    if entries is None:
        kind = content.kind if isinstance(content, StandIn) else content if isinstance(content, Name) else type(content)
        shown = kind.__name__ if isinstance(kind, type) else str(kind)
        return UsageError(f"expected a state dict or curves by name, got {shown[:60]}; save model.state_dict()")
    listed = ", ".join(str(name)[:40] for name in list(entries)[:3])
    return UsageError(
        f"no weights in it: got entries {listed} …, expected a state dict or curves; save model.state_dict()"
    )


def _most_tensors(content: Any, depth: int, visits: Budget) -> dict[str, Tensor]:
    entries = _entries(content)
    inside = list(entries.values()) if entries is not None else list(content) if isinstance(content, list) else []
    visits.spend(1 + len(inside))
    own = dict(_tensors(entries)) if entries is not None else {}
    deeper = [_most_tensors(value, depth - 1, visits) for value in inside[:_MOST_SETTINGS]] if depth else []
    return max([own, *deeper], key=len)


def _entries(content: Any) -> Mapping[Any, Any] | None:
    """A dictionary, or a pickled module as the state dict that it has; None for anything else."""
    if isinstance(content, dict):
        return content
    if isinstance(content, StandIn):
        return _module_state(content, _DEEPEST) or content.pairs or content.fields or None
    return None


def _module_state(module: StandIn, depth: int) -> dict[str, Any]:
    """The state dict of a pickled torch.nn.Module, read off its fields."""
    parameters, inside = module.fields.get("_parameters"), module.fields.get("_modules")
    if not isinstance(parameters, dict) or not isinstance(inside, dict):
        return {}
    state = {str(name): value for name, value in parameters.items() if isinstance(value, Tensor)}
    for name, child in inside.items() if depth else ():
        if isinstance(child, StandIn):
            state |= {f"{name}.{inner}": value for inner, value in _module_state(child, depth - 1).items()}
    return state


def config_in(content: Any) -> dict[str, Any]:
    """Settings of a file by name: its own numbers and texts, and those of ``config``, ``args`` and the like."""
    entries = _entries(content)
    if entries is None:
        return {}
    found = plain_settings(entries)
    for name in _CONFIGS:
        found |= plain_settings(entries.get(name))
    modules = [value for value in (content, *entries.values()) if isinstance(value, StandIn)]
    for module in modules[:_DEEPEST]:
        for name in _CONFIGS:
            found |= plain_settings(module.fields.get(name))
    return found


def plain_settings(settings: Any) -> dict[str, Any]:
    """The settings that are plain values; those of an object are its fields."""
    if isinstance(settings, StandIn):
        settings = {**settings.pairs, **settings.fields}
    if not isinstance(settings, Mapping):
        return {}
    short = list(settings.items())[:_MOST_SETTINGS]
    return {name: value for name, value in short if isinstance(name, str) and _is_setting(value)}


def _is_setting(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Tensor | NumpyArray):
        return False
    return value is None or isinstance(value, bool) or (isinstance(value, int) and value.bit_length() < 64)


def curves_in(content: Any) -> dict[str, Curve]:
    """The curves of a file, by the names that it gives them."""
    entries = _entries(content)
    return curves_of(content if entries is None else entries)


TRAIN_ROWS = ("train_indices", "train_idx", "train_inds", "train_rows")
TEST_ROWS = ("test_indices", "test_idx", "test_inds", "test_rows")
"""Names of the lists of rows that were trained and tested on."""


def rows_in(content: Any, names: Sequence[str]) -> tuple[int, ...] | None:
    """The rows of a set of examples, where the file lists them under one of these names."""
    entries = _entries(content) or {}
    for name in names:
        rows = [whole(value) for value in listed(entries.get(name))]
        if rows and None not in rows:
            return tuple(row for row in rows if row is not None)
    return None


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
