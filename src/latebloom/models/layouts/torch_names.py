"""The names of TransformerLens 4, with torch's shapes: ``embed.weight``, ``blocks.i.attn.q.weight`` (out, in)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes
from latebloom.models.layouts.names import without_copies
from latebloom.models.layouts.settings import transformer_settings
from latebloom.models.layouts.transformer import read_transformer

_NAME = re.compile(
    r"^(?:(?P<block>blocks\.\d+\.)(?:attn\.(?P<attn>[qkvo])|mlp\.(?P<mlp>in|out)|(?P<ln>ln[12]))|(?P<top>embed|pos_embed"
    r"|unembed|ln_final))\.(?P<leaf>weight|bias)$"
)
_TOP = {"embed": "embed.W_E", "pos_embed": "pos_embed.W_pos", "unembed": "unembed.W_U"}
_USUAL_HEADS = 4


def _matches(shapes: Shapes) -> bool:
    return "embed.weight" in shapes and "blocks.0.attn.q.weight" in shapes


def _read(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    weights = without_copies(tensors, _NAME)
    said = transformer_settings(hints).get("n_heads")
    heads = _USUAL_HEADS if said is None else said
    width = weights["blocks.0.attn.q.weight"].shape[0]
    if not isinstance(heads, int) or heads < 1 or width % heads:
        raise UsageError(f"model.n_heads: got {heads}, but queries have {width} dimensions; expected a divisor of them")
    read = read_transformer({_ours(name): _turned(name, value, heads) for name, value in weights.items()}, hints)
    return (
        read
        if said is not None
        else Read(read.model, read.task_fields, {**read.assumed, "n_heads": heads}, read.stored_squares)
    )


def _ours(name: str) -> str:
    match = _NAME.match(name)
    if match is None:
        return name
    bias = match["leaf"] == "bias"
    if match["top"] in _TOP:
        return "unembed.b_U" if bias and match["top"] == "unembed" else _TOP[match["top"]] + ("_bias" if bias else "")
    if match["top"] or match["ln"]:
        return f"{match['block'] or ''}{match['ln'] or match['top']}.{'b' if bias else 'w'}"
    letter = "b" if bias else "W"
    part = f"attn.{letter}_{match['attn'].upper()}" if match["attn"] else f"mlp.{letter}_{match['mlp']}"
    return f"{match['block']}{part}"


def _turned(name: str, value: Tensor, heads: int) -> Tensor:
    match = _NAME.match(name)
    if match is None or match["top"] in ("embed", "pos_embed") or match["ln"] or match["top"] == "ln_final":
        return value
    if match["attn"] in ("q", "k", "v"):
        by_head = value.unflatten(0, (heads, -1)) if value.shape and value.shape[0] % heads == 0 else value
        return by_head.transpose(1, 2) if match["leaf"] == "weight" and by_head.ndim == 3 else by_head
    if match["leaf"] == "bias" or value.ndim != 2:
        return value
    if match["attn"] == "o":
        return value.T.unflatten(0, (heads, -1)) if value.shape[1] % heads == 0 else value.T
    return value.T


LAYOUTS.register(Layout("TransformerLens 4", "embed.weight and blocks.0.attn.q.weight", _matches, _read))
