"""Open a file or folder of weights, whatever its container. Nothing in it is imported, called or executed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from torch import Tensor

from latebloom._errors import DamagedFileError, LatebloomError, quoted
from latebloom.analysis.weight_files.archive import MAGIC, Archive
from latebloom.analysis.weight_files.contents import (
    TEST_ROWS,
    TRAIN_ROWS,
    config_in,
    curves_in,
    rows_in,
    states_in,
    unknown_state,
)
from latebloom.analysis.weight_files.folder import config_beside, weights_in
from latebloom.analysis.weight_files.limits import MOST_BYTES, Budget, allowed, allowed_visits
from latebloom.analysis.weight_files.numpy_file import is_numpy, read_arrays
from latebloom.analysis.weight_files.regular import read_regular
from latebloom.analysis.weight_files.safetensors_file import is_safetensors, read_safetensors
from latebloom.analysis.weight_files.sections import with_sections
from latebloom.analysis.weight_files.torch_file import is_torch, read_pickles, read_zip
from latebloom.analysis.weight_files.weight_file import State, WeightFile

_FIRST_OF_PICKLE = b"\x80(}]cd"
"""First bytes of pickles: the protocol, a mark, an empty dictionary or list, a name, a dictionary."""


def open_weights(path: Path) -> WeightFile:
    """What a file of weights holds, or the only one in a folder, with the settings beside it.

    Errors: UsageError or DamagedFileError in one line: what was got, what was expected, what to do.
    """
    file = weights_in(path) if os.path.isdir(path) else path
    content = bytearray(read_regular(file, MOST_BYTES))
    try:
        return _opened(file, memoryview(content))
    except LatebloomError as error:
        raise type(error)(f"{path}: {quoted(str(error))}") from None


def read_content(path: Path) -> Any:
    """The object in a file: plain values, tensors and stand-ins. Errors: as `open_weights`."""
    content = read_regular(path, MOST_BYTES)
    try:
        return _held(memoryview(content))
    except LatebloomError as error:
        raise type(error)(f"{path}: {quoted(str(error))}") from None


def _opened(path: Path, content: memoryview) -> WeightFile:
    held = _held(content)
    states = states_in(held, _visits(content))
    curves = curves_in(held)
    if not states and not curves:
        raise unknown_state(held, _visits(content))
    for state in states:
        _check_size(state, len(content))
    return WeightFile(
        path=path,
        states=tuple(states),
        config=with_sections(config_beside(path)) | config_in(held),
        curves=curves,
        train_indices=rows_in(held, TRAIN_ROWS),
        test_indices=rows_in(held, TEST_ROWS),
    )


def _visits(content: memoryview) -> Budget:
    return Budget(allowed_visits(len(content)), "more work")


def _held(content: memoryview) -> Any:
    """The object in a file, by the first bytes of its content; its name decides nothing."""
    memory = Budget(allowed(len(content)), "more memory")
    if not content:
        raise DamagedFileError("got an empty file, expected weights")
    if content[: len(MAGIC)] == MAGIC:
        archive = Archive(content, memory)
        if is_torch(archive):
            return read_zip(archive, memory)
        if is_numpy(archive):
            return read_arrays(archive)
        raise DamagedFileError("it is a zip file without weights; expected one of torch.save or numpy.savez")
    if is_safetensors(content):
        return read_safetensors(content)[0]
    if bytes(content[:1]) in [bytes([first]) for first in _FIRST_OF_PICKLE]:
        return read_pickles(content, memory)
    raise DamagedFileError("not a file of weights; expected torch.save, safetensors or numpy.savez: is it complete?")


def _check_size(state: State, size: int) -> None:
    """Tensors may share their elements, so that a small file holds large ones."""
    budget = Budget(allowed(size), "more memory")
    for value in state.tensors.values():
        budget.spend(_bytes(value))


def _bytes(value: Tensor) -> int:
    return value.numel() * value.element_size()
