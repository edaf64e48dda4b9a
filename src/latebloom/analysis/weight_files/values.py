"""Plain values in what a file holds: numbers, whole numbers, lists."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from torch import Tensor

from latebloom.analysis.weight_files.stand_ins import NumpyArray

_MOST_BITS = 64
_DIGITS = re.compile("[0-9]{1,15}")


def whole(value: Any) -> int | None:
    """A step: a whole number from 0 on; None for anything else."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**53 and value == int(value) else None


def step_key(key: Any) -> int | None:
    """The step that is a key of a dictionary: a whole number, or its digits, since keys are always text in JSON."""
    if isinstance(key, str):
        return int(key) if _DIGITS.fullmatch(key) else None
    return whole(key)


def number(value: Any) -> float | None:
    """A number, not a truth value; None for anything else."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool):
        return None
    fits = isinstance(value, float) or (isinstance(value, int) and value.bit_length() < _MOST_BITS)
    return float(value) if fits else None


def listed(value: Any) -> list[Any]:
    """The items of a list, or of an array with one axis; none for anything else."""
    if isinstance(value, NumpyArray):
        value = value.value
    if isinstance(value, Tensor | np.ndarray) and value.ndim == 1:
        return list(value.tolist())
    return list(value) if isinstance(value, list | tuple) else []
