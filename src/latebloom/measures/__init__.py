"""One quantity per file, each a function from a `Snapshot` to named values; values that are undefined are left out."""

from collections.abc import Callable

import torch

from latebloom.measures.cos_coefficients import cos_coefficients
from latebloom.measures.embedding import embedding
from latebloom.measures.excluded import excluded
from latebloom.measures.losses import losses
from latebloom.measures.neurons import neurons
from latebloom.measures.restricted import restricted
from latebloom.measures.self_attention import self_attention
from latebloom.measures.snapshot import Snapshot
from latebloom.measures.weights import weights

Measure = Callable[[Snapshot], dict[str, float]]

MEASURES: tuple[Measure, ...] = (
    losses,
    restricted,
    excluded,
    cos_coefficients,
    weights,
    embedding,
    neurons,
    self_attention,
)
"""Every measure, in the order of their columns."""


@torch.no_grad()
def measure_snapshot(snapshot: Snapshot) -> dict[str, float]:
    """All measures of one checkpoint, as one row."""
    row: dict[str, float] = {}
    for measure in MEASURES:
        row |= measure(snapshot)
    return row


__all__ = [
    "MEASURES",
    "Measure",
    "Snapshot",
    "cos_coefficients",
    "embedding",
    "excluded",
    "losses",
    "measure_snapshot",
    "neurons",
    "restricted",
    "self_attention",
    "weights",
]
