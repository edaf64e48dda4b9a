"""Named arrays at a step as one safetensors file: data only, with a checksum, and equal bytes for equal content."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom._errors import DamagedFileError
from latebloom.store.atomic import atomic_write
from latebloom.store.disk import read_if_there

if TYPE_CHECKING:
    import numpy


@dataclass(frozen=True)
class Stored:
    """What a file holds: arrays at a step, and the run that wrote them ("" where the file does not say)."""

    step: int
    arrays: dict[str, numpy.ndarray]
    run: str


def write_tensors(path: Path, step: int, tensors: Mapping[str, numpy.ndarray], run: str = "") -> None:
    """Write arrays of any shape and dtype with the metadata `step`, `run` (unless empty) and `crc32`."""
    import numpy as np
    from safetensors.numpy import save

    # safetensors reads raw memory, so strided views must become contiguous (asarray keeps scalars scalar).
    header, data = _split(save({name: np.asarray(array, order="C") for name, array in tensors.items()}))
    header["__metadata__"] = {"step": str(step), **({"run": run} if run else {})}
    header["__metadata__"]["crc32"] = _checksum(header, data)
    atomic_write(path, _join(header, data))


def read_tensors(path: Path) -> Stored | None:
    """The step, the run, and new, writable arrays; None if there is no file.

    DamagedFileError if the file is truncated, altered, not safetensors, or has no step.
    """
    content = read_if_there(path)
    if content is None:
        return None
    try:
        return _decode(content)
    except Exception as error:  # Any decoding error means that the file is damaged.
        reason = str(error) if isinstance(error, _AlteredError) else "it is truncated or not a safetensors file"
        raise DamagedFileError(f"{path} is damaged: {reason}") from error


class _AlteredError(Exception):
    """Well-formed safetensors whose content differs from what latebloom wrote."""


def _decode(content: bytes) -> Stored:
    from safetensors.numpy import load

    tensors = load(content)
    header, data = _split(content)
    metadata = header.get("__metadata__", {})
    if "step" not in metadata or "crc32" not in metadata:
        raise _AlteredError("it has no step and checksum, so latebloom did not write it")
    if metadata.pop("crc32") != _checksum(header, data):
        raise _AlteredError("its checksum does not match its content")
    arrays = {name: array.copy() for name, array in tensors.items()}
    return Stored(int(metadata["step"]), arrays, metadata.get("run", ""))


def _split(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and data; the format is an 8-byte little-endian length, a JSON header, then the arrays."""
    end = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:end]), content[end:]


def _join(header: dict[str, Any], data: bytes) -> bytes:
    """Join header and data. The library writes metadata in random order; sorted keys give equal bytes."""
    text = _canonical(header)
    text += b" " * (-len(text) % 8)  # aligns the arrays for readers that map the file
    return len(text).to_bytes(8, "little") + text + data


def _checksum(header: dict[str, Any], data: bytes) -> str:
    """CRC-32 over the header without the checksum, then the arrays."""
    return f"{zlib.crc32(data, zlib.crc32(_canonical(header))):08x}"


def _canonical(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
