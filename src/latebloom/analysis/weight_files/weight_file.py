"""What a file of weights holds, whatever its container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from latebloom._errors import UsageError
from latebloom.analysis.weight_files.curves import Curve

NEAREST = 4
"""Steps that a message lists around one that is not there."""


@dataclass(frozen=True)
class State:
    """One state dict.

    step: as the file says it, None where it says none. tensors: by name, without prefixes and buffers. choice: where
    the file holds several state dicts, the name of this one, then those of the others.
    """

    step: int | None
    tensors: Mapping[str, Tensor]
    choice: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeightFile:
    """The content of a file or folder of weights; nothing in it was executed.

    states: ascending by step, the final one last; at least one, unless the file holds curves alone. config: settings in
    the file and beside it, by name; plain values. curves: every list of numbers that is a curve (``train_losses``, …),
    by the name that the file gives it. train_indices, test_indices: rows that were trained and tested on, where the
    file lists them.
    """

    path: Path
    states: tuple[State, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    train_indices: tuple[int, ...] | None = None
    test_indices: tuple[int, ...] | None = None

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that the file gives for its states, ascending."""
        return tuple(state.step for state in self.states if state.step is not None)

    def at(self, step: int | None) -> State:
        """The state of a step, by default the final one. Errors: UsageError where the file does not hold it."""
        if not self.states:
            raise UsageError(f"it holds curves ({', '.join(list(self.curves)[:3])}) and no weights of a known layout")
        if step is None:
            return self.states[-1]
        if not self.steps:
            raise UsageError(f"--step: got {step}, but this file does not say which steps it holds; leave --step out")
        found = next((state for state in self.states if state.step == step), None)
        if found is None:
            nearest = sorted(sorted(self.steps, key=lambda other: abs(other - step))[:NEAREST])
            listed = ", ".join(map(str, nearest))
            raise UsageError(f"--step: got {step}, which this file does not hold: the nearest are {listed}")
        return found
