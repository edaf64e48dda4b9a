"""Copies and sums of arrays as loops: for each ``out[:] = values`` numba also compiles code for its error message,
which takes seconds."""

from latebloom.models.tables.compiled import inner


@inner
def copy(values, out):  # type: ignore[no-untyped-def]
    """out = values, both in one dimension."""
    for i in range(len(out)):
        out[i] = values[i]


@inner
def add(values, out):  # type: ignore[no-untyped-def]
    """out += values, both in one dimension."""
    for i in range(len(out)):
        out[i] += values[i]


@inner
def clear(out):  # type: ignore[no-untyped-def]
    """out = 0, in one dimension."""
    for i in range(len(out)):
        out[i] = 0


@inner
def scale(factor, out):  # type: ignore[no-untyped-def]
    """out *= factor, in one dimension."""
    for i in range(len(out)):
        out[i] *= factor
