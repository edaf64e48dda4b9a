"""Archives of arrays that `numpy.savez` writes; arrays of objects would run code and are refused."""

from __future__ import annotations

import io
import math

import numpy as np
import torch
from torch import Tensor

from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.archive import Archive

_ENDING = ".npy"
_NUMBERS = "fiub"
_MOST_AXES = 16


def is_numpy(archive: Archive) -> bool:
    """Whether every member of a zip file is an array."""
    return bool(archive.names) and all(name.endswith(_ENDING) for name in archive.names)


def read_arrays(archive: Archive) -> dict[str, Tensor]:
    """The arrays by name, without those of text. Errors: DamagedFileError."""
    arrays = {name.removesuffix(_ENDING): _array(name, archive.read(name)) for name in archive.names}
    return {name: torch.from_numpy(array) for name, array in arrays.items() if array is not None}


def _array(name: str, data: memoryview) -> np.ndarray | None:
    """One array in native order; None where it holds text."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(file)
    except Exception as error:  # numpy parses the header as Python's literals, which fails in many ways
        raise DamagedFileError(f"its member {name} is no array of numpy") from error
    if dtype.hasobject:
        raise DamagedFileError(
            f"refused: its array {name} holds Python objects, and loading it elsewhere would run code"
        )
    if dtype.kind not in _NUMBERS or dtype.itemsize > 8:
        return None
    body = data[file.tell() :]
    if len(shape) > _MOST_AXES or math.prod(shape) * dtype.itemsize != len(body) or min(shape, default=0) < 0:
        raise DamagedFileError(f"its array {name} of shape {shape} does not fit its {len(body)} bytes")
    native = np.frombuffer(body, dtype=dtype).astype(dtype.newbyteorder("="))
    return native.reshape(shape, order="F" if fortran else "C")
