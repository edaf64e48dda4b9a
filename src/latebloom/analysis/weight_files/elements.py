"""Numbers that lie in the bytes of a file, as tensors that share them."""

from __future__ import annotations

import numpy as np
import torch

_ALIGNED = 8


def elements(data: memoryview, dtype: torch.dtype) -> torch.Tensor:
    """All numbers of this type in the bytes, little-endian; shared with them unless they lie at an odd address.

    Errors: ValueError where the bytes are no whole number of them.
    """
    if len(data) % dtype.itemsize:
        raise ValueError(f"{len(data)} bytes are no whole number of {dtype}")
    if not len(data):
        return torch.empty(0, dtype=dtype)
    raw = np.frombuffer(data, dtype=np.uint8)
    aligned = raw.ctypes.data % _ALIGNED == 0 and raw.flags.writeable
    return torch.from_numpy(raw if aligned else raw.copy()).view(dtype)
