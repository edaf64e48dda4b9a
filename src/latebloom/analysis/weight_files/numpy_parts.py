"""numpy's numbers, types and arrays in a pickle, rebuilt from their bytes; arrays of objects have no value."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from latebloom.analysis.weight_files.stand_ins import NumpyArray, NumpyType

_NUMBERS = re.compile(r"^(\?|bool|b1|[iu][1248]|f[248]|(float|int|uint)(8|16|32|64))$")
_MOST_AXES = 16


def numpy_type(code: Any = None, *_: Any) -> NumpyType:
    """``numpy.dtype(code, align, copy)``."""
    return NumpyType(code if isinstance(code, str) and _NUMBERS.match(code) else None)


def build_type(target: NumpyType, state: Any) -> None:
    """Take the byte order of ``numpy.dtype.__setstate__``: (version, order, …)."""
    order = state[1]
    if order not in ("<", ">", "|", "="):
        raise ValueError(f"byte order {order!r}")
    target.order = order if order in "<>" else "="


def numpy_scalar(kind: Any, data: Any = None, *_: Any) -> Any:
    """``numpy.core.multiarray.scalar(dtype, bytes)`` as a plain number; None for what is no number."""
    dtype = kind.dtype if isinstance(kind, NumpyType) else None
    return None if dtype is None else _numbers(data, dtype, ()).item()


def numpy_array(*_: Any) -> NumpyArray:
    """``numpy.core.multiarray._reconstruct(ndarray, shape, type)``: an array that `build_array` fills."""
    return NumpyArray()


def numpy_from_buffer(data: Any, kind: NumpyType, shape: Any, order: str = "C", *_: Any) -> NumpyArray:
    """``numpy.core.numeric._frombuffer(bytes, dtype, shape, order)``, of protocol 5."""
    return NumpyArray(None if kind.dtype is None else _numbers(data, kind.dtype, shape, order == "F"))


def build_array(target: NumpyArray, state: Any) -> None:
    """Take the content of ``numpy.ndarray.__setstate__``: (version, shape, dtype, fortran, bytes)."""
    _, shape, kind, fortran, data = state
    target.value = None if kind.dtype is None else _numbers(data, kind.dtype, shape, bool(fortran))


def _numbers(data: Any, dtype: np.dtype[Any], shape: Any, fortran: bool = False) -> np.ndarray:
    """Errors: ValueError where the bytes are not exactly those of an array of this shape."""
    if not isinstance(data, bytes | bytearray | memoryview) or not isinstance(shape, tuple) or len(shape) > _MOST_AXES:
        raise ValueError("an array without bytes or shape")
    if any(not isinstance(n, int) or n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"{len(data)} bytes for an array of shape {shape}")
    native = np.frombuffer(data, dtype=dtype).astype(dtype.newbyteorder("="))
    return native.reshape(shape, order="F" if fortran else "C")
