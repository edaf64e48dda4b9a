"""How much memory and work a file may ask for, in proportion to its own size."""

from __future__ import annotations

from latebloom._errors import DamagedFileError

MOST_BYTES = 4 * 2**30
"""The largest file that is read. Files of the small models that are explained here have at most some hundred MiB."""

FREE_BYTES = 64 * 2**20
"""Memory that any file may ask for, whatever its size."""

EXPANSION = 16
"""Bytes that a file may ask for per byte of its own: compressed arrays, and tensors that share their elements."""

WORK = 20_000_000
"""Instructions of a pickle, and items that they copy. A file with 500 checkpoints has about 500 000."""

FREE_VISITS = 100_000
"""Entries of lists and dictionaries that are looked at in search of state dicts, whatever the size of the file."""

BYTES_PER_VISIT = 4
"""Bytes that allow one more: a number in a list takes five or more. Lists that share their items take less."""


class LimitError(DamagedFileError):
    """A file asks for more than its size explains."""


def allowed(size: int) -> int:
    """Bytes that a file of this size may ask for."""
    return FREE_BYTES + EXPANSION * size


def allowed_visits(size: int) -> int:
    """Entries that are looked at in a file of this size, in bytes."""
    return FREE_VISITS + size // BYTES_PER_VISIT


class Budget:
    """An amount that is spent, and an error once it is gone."""

    def __init__(self, amount: int, what: str) -> None:
        self._left = amount
        self._what = what

    def spend(self, amount: int) -> None:
        """Errors: LimitError."""
        self._left -= amount
        if self._left < 0:
            raise LimitError(f"it asks for {self._what} than its size explains")
