"""The weights of several checkpoints in few bytes, for a page that computes everything else from them.

Layout: uint32 length of the header (little-endian), the header as JSON, then one raw DEFLATE stream for each checkpoint.
A weight is stored as a whole multiple (its code, int16) of its tensor's ``unit``. A checkpoint holds the differences of
its codes to those of the checkpoint before, mod 2¹⁶ and zigzag-coded (0, -1, 1, -2 … become 0, 1, 2, 3 …), so that
small changes are small numbers: all low bytes, then all high bytes.
"""

import json
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

FORMAT = 1

RESOLUTION = 512
"""Units in the root mean square of a tensor. A rounded weight is off by 1 / (512 √12), 0.06 % of that, on average."""

SMALLEST = 64
"""A tensor that is small at one checkpoint is stored with a unit made for 1 / 64 of its largest root mean square."""

LARGEST_CODE = 32767


def pack(checkpoints: Sequence[tuple[int, Mapping[str, Float[np.ndarray, "..."]]]], effort: int = 9) -> bytes:
    """The packed checkpoints. ``checkpoints``: (step, weights by name) in order of steps, with the same names and
    shapes in each. effort: 1 (fast) to 9 (small). Errors: ValueError for none, or for different names."""
    if not checkpoints or any(weights.keys() != checkpoints[0][1].keys() for _, weights in checkpoints):
        raise ValueError("expected at least one checkpoint, and the same tensors in each")
    names = sorted(checkpoints[0][1])
    units = {name: _unit([weights[name] for _, weights in checkpoints]) for name in names}
    streams, before = [], None
    for _, weights in checkpoints:
        codes = np.concatenate([_codes(weights[name], units[name]) for name in names])
        streams.append(_compressed(codes if before is None else codes - before, effort))
        before = codes
    ends = np.cumsum([0, *map(len, streams)])
    header = {
        "format": FORMAT,
        "tensors": [{"name": n, "shape": list(checkpoints[0][1][n].shape), "unit": units[n]} for n in names],
        "checkpoints": [
            {"step": int(step), "offset": int(start), "length": len(stream)}
            for (step, _), start, stream in zip(checkpoints, ends, streams, strict=False)
        ],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + b"".join(streams)


def _unit(tensors: Sequence[Float[np.ndarray, "..."]]) -> float:
    """The distance of two codes: fine enough for the checkpoint with the smallest weights, wide enough for the largest
    weight."""
    sizes = [float(np.sqrt(np.mean(np.square(tensor, dtype=np.float64)))) for tensor in tensors]
    finest = max(min(sizes), max(sizes) / SMALLEST) / RESOLUTION
    return max(finest, max(float(np.abs(tensor).max(initial=0)) for tensor in tensors) / LARGEST_CODE) or 1.0


def _codes(tensor: Float[np.ndarray, "..."], unit: float) -> Int[np.ndarray, " weight"]:
    return np.rint(tensor.ravel() / unit).astype(np.int16)


def _compressed(differences: Int[np.ndarray, " weight"], effort: int) -> bytes:
    zigzag = ((differences << 1) ^ (differences >> 15)).view(np.uint16)
    planes = np.concatenate([(zigzag & 255).astype(np.uint8), (zigzag >> 8).astype(np.uint8)])
    squeeze = zlib.compressobj(effort, wbits=-15)
    return squeeze.compress(planes.tobytes()) + squeeze.flush()
