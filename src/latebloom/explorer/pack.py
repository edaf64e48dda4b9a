"""The weights of several checkpoints in few bytes, for a page that computes everything else from them.

Layout: uint32 length of the header (little-endian), the header as JSON, then one raw DEFLATE stream for each
checkpoint.

A weight is stored as a code, a whole multiple of its tensor's ``unit`` at that checkpoint. In a tensor with ``columns``
the unit of a column is ``unit`` · 2^(16 - scale), with one byte ``scale`` for each. Weights move smoothly, so a code is
predicted from the two checkpoints that come later (a page first shows the last one, so it is the one that needs no
other):

    predicted = floor((w₁ + momentum · (w₁ - w₂)) / unit + ½)

with w₁ and w₂ the unpacked float32 weights of the next checkpoint and of the one after that, in float64 arithmetic;
without w₂ the momentum is 0, and without w₁ the prediction is 0. A stream holds the scales of the columns, tensor by
tensor, and then what was not predicted: the differences of the codes, zigzag-coded (0, -1, 1, -2 … become 0, 1, 2, 3
…), the low bytes of all weights first, then the middle bytes, then the high bytes. ``explorer/pack.ts`` reads it, with
the same arithmetic to the last bit.

A tensor with a NaN or an infinite weight (a run that diverged) is stored as NaN throughout: its unit is null.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Int, UInt8

FORMAT = 3

RESOLUTION = 448
"""Units in the root mean square of a tensor, or of a column: rounding shifts a weight by 0.06 % of it on average.
Chosen so that at every checkpoint of the mainline run, the random ones at the start included, activations, attention
and logits deviate by less than 1e-3 of their range, and losses by less than 1e-3."""

FINER = {"W_E": 8, "W_pos": 16, "W_U": 16, "W_in": 2}
"""Factors on the resolution of tensors whose name ends so. Embeddings are small, and their errors reach the attention
pattern and every neuron; those of the unembedding reach every logit. At equal resolution they make most of the
deviation of the losses of a model that is right almost everywhere."""

BY_COLUMN = ("W_in",)
"""Tensors with a unit for each column: the share of a neuron's variance at one frequency depends on its own column of
W_in alone, and while training removes a neuron, that column is small beside the others."""

MIDDLE = 16
"""Scale of a column whose unit is that of its tensor."""

LOWEST, HIGHEST = MIDDLE - 3, MIDDLE + 8
"""Limits of the scales. A column that is closer to zero is constant in every view."""

SMALLEST = 64
"""A tensor that is close to zero at one checkpoint has the unit of 1 / 64 of its largest root mean square there."""

MOMENTA = 16
"""A momentum is a multiple of 1 / 16."""

LARGEST_CODE = 2**22
"""So that zigzag-coded differences of codes have 24 bits. A unit is wider where a weight or its prediction needs it."""

Weights = Mapping[str, Float[np.ndarray, "..."]]


def pack(checkpoints: Sequence[tuple[int, Weights]], coarseness: Mapping[int, float] = MappingProxyType({})) -> bytes:
    """The packed checkpoints. ``checkpoints``: (step, weights by name) in order of steps, with the same names and
    shapes in each. ``coarseness``: factor on the units of some steps. Errors: ValueError for none, or for different
    names or shapes."""
    if not checkpoints or any(_shapes(weights) != _shapes(checkpoints[0][1]) for _, weights in checkpoints):
        raise ValueError("expected at least one checkpoint, and the same tensors in each")
    packed = list(_packed(checkpoints, coarseness))[::-1]
    ends = np.cumsum([0, *(len(one.stream) for one in packed)])
    header = {
        "format": FORMAT,
        "tensors": [
            {"name": name, "shape": list(shape), "columns": _columns(name, shape)}
            for name, shape in _shapes(checkpoints[0][1])
        ],
        "checkpoints": [
            {
                "step": int(step),
                "offset": int(start),
                "length": len(one.stream),
                "units": one.units,
                "momenta": one.momenta,
            }
            for (step, _), start, one in zip(checkpoints, ends[:-1], packed, strict=True)
        ],
    }
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return len(text).to_bytes(4, "little") + text + b"".join(one.stream for one in packed)


def _shapes(weights: Weights) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, weights[name].shape) for name in sorted(weights)]


@dataclass(frozen=True)
class _Packed:
    """One checkpoint. units, momenta: by tensor; a unit is None for a tensor of NaN."""

    stream: bytes
    units: list[float | None]
    momenta: list[float]


def _packed(checkpoints: Sequence[tuple[int, Weights]], coarseness: Mapping[int, float]) -> Iterator[_Packed]:
    """The checkpoints from the last to the first."""
    names = [name for name, _ in _shapes(checkpoints[0][1])]
    tensors = [_Tensor(name, [weights[name] for _, weights in checkpoints]) for name in names]
    for step, weights in reversed(checkpoints):
        factor = coarseness.get(step, 1.0)
        coded = [tensor.next(weights[name].ravel(), factor) for name, tensor in zip(names, tensors, strict=True)]
        stream = _compressed([one.scales for one in coded], [one.differences for one in coded])
        yield _Packed(stream, [one.unit for one in coded], [one.momentum for one in coded])


@dataclass(frozen=True)
class _Coded:
    """One tensor at one checkpoint. scales: of its columns, if it has units for them."""

    differences: Int[np.ndarray, " weight"]
    scales: UInt8[np.ndarray, " column"]
    unit: float | None
    momentum: float


class _Tensor:
    """One tensor through the checkpoints, from the last to the first."""

    def __init__(self, name: str, values: Sequence[Float[np.ndarray, "..."]]) -> None:
        self._resolution = RESOLUTION * FINER.get(_leaf(name), 1)
        self._smallest = max((size for size in map(_size, values) if np.isfinite(size)), default=0.0) / SMALLEST
        self._columns = _columns(name, values[0].shape)
        self._after: list[Float[np.ndarray, " weight"]] = []

    def next(self, weights: Float[np.ndarray, " weight"], coarseness: float) -> _Coded:
        """The differences from what is predicted."""
        if not np.isfinite(weights).all():
            return _Coded(np.zeros(len(weights), np.int32), np.full(self._columns, MIDDLE, np.uint8), None, 0.0)
        predicted, momentum = self._predicted(weights)
        largest = np.maximum(np.abs(weights), np.abs(predicted))
        unit = coarseness * max(_size(weights), self._smallest) / self._resolution
        unit = max(unit, float(largest.max(initial=0)) / LARGEST_CODE) or 1.0
        scales = self._scales(weights, largest, unit)
        units = np.resize(unit * 2.0 ** (MIDDLE - scales.astype(float)), len(weights)) if self._columns else unit
        codes = np.rint(weights / units).astype(np.int32)
        differences = codes - np.floor(predicted / units + 0.5).astype(np.int32)
        self._after = [(codes * units).astype(np.float32).astype(np.float64), *self._after[:1]]
        return _Coded(differences, scales, unit, momentum)

    def _scales(
        self, weights: Float[np.ndarray, " weight"], largest: Float[np.ndarray, " weight"], unit: float
    ) -> UInt8[np.ndarray, " column"]:
        """By the size of each column beside that of the tensor, as far as codes have the bits for it."""
        if not self._columns:
            return np.zeros(0, np.uint8)
        sizes = np.sqrt(np.mean(np.square(weights.reshape(-1, self._columns), dtype=np.float64), 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = np.rint(np.log2(_size(weights) / sizes))
            most = np.floor(np.log2(LARGEST_CODE * unit / largest.reshape(-1, self._columns).max(0)))
        scales = MIDDLE + np.minimum(np.nan_to_num(wanted, posinf=HIGHEST), most)
        return np.clip(scales, LOWEST, HIGHEST).astype(np.uint8)

    def _predicted(self, weights: Float[np.ndarray, " weight"]) -> tuple[Float[np.ndarray, " weight"], float]:
        if not self._after:
            return np.zeros(len(weights)), 0.0
        if len(self._after) == 1:
            return self._after[0], 0.0
        near, far = self._after
        moved = near - far
        energy = float(moved @ moved)
        share = float((weights - near) @ moved) / energy if energy else 0.0
        momentum = round(MOMENTA * share) / MOMENTA
        return near + momentum * moved, momentum


def _leaf(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _columns(name: str, shape: tuple[int, ...]) -> int:
    """Columns with units of their own: 0 for a tensor that has one unit."""
    return shape[-1] if _leaf(name) in BY_COLUMN else 0


def _size(tensor: Float[np.ndarray, "..."]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(tensor, dtype=np.float64)))) if tensor.size else 0.0


def _compressed(scales: Sequence[UInt8[np.ndarray, "..."]], differences: Sequence[Int[np.ndarray, "..."]]) -> bytes:
    """One DEFLATE stream. Run lengths and Huffman codes alone are as small here as a search for matches, and faster."""
    codes = np.concatenate(differences)
    zigzag = ((codes << 1) ^ (codes >> 31)).view(np.uint32)
    planes = [((zigzag >> shift) & 255).astype(np.uint8) for shift in (0, 8, 16)]
    squeeze = zlib.compressobj(9, wbits=-15, strategy=zlib.Z_RLE)
    return squeeze.compress(np.concatenate([*scales, *planes]).tobytes()) + squeeze.flush()
