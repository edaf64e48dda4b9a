"""Sets of rows of a universe as text: one bit per row, which is short enough for a manifest."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from latebloom._errors import UsageError

ROWS = r"^([0-9a-f]{2})+$"
"""Bytes in hexadecimal digits. The highest bit of the first byte is row 0; bits beyond the last row are 0."""


def text_of(rows: Sequence[int], size: int) -> str:
    """The text of some rows of a universe of ``size`` examples."""
    chosen = np.zeros(size, dtype=bool)
    chosen[list(rows)] = True
    return np.packbits(chosen).tobytes().hex()


def rows_of(text: str, size: int, name: str) -> Int[np.ndarray, " row"]:
    """The rows, ascending. ``name``: of the setting. Errors: UsageError for rows beyond the universe, or none."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), dtype=np.uint8))
    rows = np.flatnonzero(bits)
    if not len(rows) or rows[-1] >= size or len(bits) // 8 != -(-size // 8):
        got = f"{len(rows)} rows, the last of them {rows[-1]}" if len(rows) else "no rows"
        raise UsageError(f"{name}: got {got}, in {len(bits)} bits, expected rows of a universe of {size} examples")
    return rows
