"""The parts of a one-layer transformer, each of which keeps its initial weights in one arm of a study."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.claims import Record
from latebloom.claims.quantity import Undefined

NOTHING = "nothing"

PARTS = {
    "embedding": "embed.W_E,pos_embed.W_pos",
    "attention": "blocks.0.attn.W_Q,blocks.0.attn.W_K,blocks.0.attn.W_V,blocks.0.attn.W_O",
    "MLP, in": "blocks.0.mlp.W_in,blocks.0.mlp.b_in",
    "MLP, out": "blocks.0.mlp.W_out,blocks.0.mlp.b_out",
    "unembedding": "unembed.W_U",
}
"""The weights of each part."""

FROZEN = {
    "embedding": "a frozen embedding",
    "attention": "frozen attention",
    "MLP, in": "frozen weights into the neurons",
    "MLP, out": "frozen weights out of the neurons",
    "unembedding": "a frozen unembedding",
}
"""The words for each arm, in the order of `PARTS`."""


def slug(part: str) -> str:
    """The name of a part in that of a statistic."""
    return part.replace(", ", "_").lower()


def arms(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The runs by frozen part, and those with `NOTHING` frozen."""
    names = {tuple(text.split(",")): part for part, text in PARTS.items()}
    found: dict[str, list[Record]] = {}
    for record in records:
        part = names.get(tuple(record.setting("intervention.weights") or ()), NOTHING)
        found.setdefault(part, []).append(record)
    return found


def arm(records: Sequence[Record], part: str) -> list[Record]:
    """The runs with this part frozen. Errors: Undefined without any."""
    found = arms(records)
    if part not in found:
        raise Undefined(f"there are no runs with {part} frozen")
    return found[part]
