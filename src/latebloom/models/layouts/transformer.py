"""A transformer from tensors that have our names and shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor

from latebloom._errors import UsageError, setting_problem
from latebloom._nearest import did_you_mean
from latebloom.models.evaluate import sum_squared_weights
from latebloom.models.layouts.base import Hints, Read, Shapes, in_their_precision
from latebloom.models.layouts.names import DTYPES, without_copies
from latebloom.models.layouts.settings import transformer_settings
from latebloom.models.layouts.vocabulary import positions_said, token_fields
from latebloom.models.transformer import Transformer, TransformerConfig

NAME = re.compile(
    r"^(?:blocks\.(\d+)\.)?(?:(?:embed|pos_embed|attn|mlp|unembed)\.(?:W_[A-Za-z]+|b_[A-Za-z]+)|(?:ln\w+)\.(?:w|b))$"
)
"""The names of the tensors of a transformer."""

ASSUMED = {
    "activation": "relu",
    "norm": "none",
    "attention": "causal",
    "attention_mix": 1.0,
}
"""Fields that no tensor says, and what is assumed for each that the hints do not say."""

_SCALE = {"attention_scale": "1/sqrt(d_head)"}
_LONGEST = 4096
_AXES = {"W_Q": 3, "W_K": 3, "W_V": 3, "W_O": 3, "b_Q": 2, "b_K": 2, "b_V": 2, "w": 1, "b": 1}
_MATRICES = ("W_E", "W_pos", "W_in", "W_out", "W_U")
_POSITIONS_WITHOUT_EMBEDDING = 3


def is_transformer(shapes: Shapes) -> bool:
    """Whether the names are those of a transformer with at least an embedding and one block."""
    return "embed.W_E" in shapes and "blocks.0.attn.W_Q" in shapes


def read_transformer(
    tensors: Mapping[str, Tensor],
    hints: Hints,
    fields: Mapping[str, Any] | None = None,
    stored: Mapping[str, Tensor] | None = None,
) -> Read:
    """A transformer with these weights, under our names and in our shapes.

    fields: of the config, which the layout says; hints may replace them. stored: the weights in the shapes
    of the file. Missing biases are zero. Errors: UsageError that names the first problem.
    """
    weights = without_copies(tensors, NAME)
    checked(weights)
    said = dict(fields or {}) | transformer_settings(hints)
    config = _config(weights, said)
    rows, _ = weights["embed.W_E"].shape
    n_ctx = _positions(weights, hints)
    outputs = weights["unembed.W_U"].shape[1] if "unembed.W_U" in weights else rows
    task_fields, assumed = token_fields(rows, outputs, n_ctx, hints)
    if config.tied and task_fields:
        outputs = task_fields["p"]
        task_fields["extra_answers"] = 0
    sizes = (config, rows, outputs, n_ctx)
    complete = _with_zero_biases(_shapes(*sizes), weights)
    model = Transformer(*sizes)
    in_their_precision(model, complete)
    open_fields = {name: value for name, value in ASSUMED.items() if name not in said and _matters(name, config)}
    return Read(
        model,
        task_fields,
        open_fields | _SCALE | assumed,
        _sum_of_squares(weights if stored is None else stored),
    )


def _sum_of_squares(weights: Mapping[str, Tensor]) -> float:
    """In the order of the names, so that equal weights in different files have equal sums."""
    return sum_squared_weights(weights[name] for name in sorted(weights))


def _matters(name: str, config: TransformerConfig) -> bool:
    if name == "activation":
        return config.d_mlp > 0
    return name != "norm" or config.norm == "none"


def checked(weights: Mapping[str, Tensor]) -> None:
    """Errors: UsageError for names, types, shapes and values that no transformer has."""
    missing = [name for name in ("embed.W_E", "blocks.0.attn.W_Q", "blocks.0.attn.W_O") if name not in weights]
    if missing:
        present = ", ".join(list(weights)[:3]) or "nothing"
        raise UsageError(f"state dict: expected {missing[0]} as in a transformer, got {present} …")
    foreign = [name for name in weights if not NAME.match(name)]
    if foreign:
        raise UsageError(f"state dict: got {foreign[0]}, expected parameters of a transformer only")
    blocks = sorted({int(m[1]) for m in map(NAME.match, weights) if m and m[1]})
    if blocks != list(range(len(blocks))):
        raise UsageError(f"state dict: got blocks {', '.join(map(str, blocks[:4]))} …, expected 0, 1, … without a gap")
    for name, value in weights.items():
        if not _is_plain(value) or not value.isfinite().all():
            raise UsageError(f"state dict: {name} holds values that are not finite numbers")
        leaf = name.rsplit(".", 1)[-1]
        expected = _AXES.get(leaf, 2 if leaf in _MATRICES else 1)
        if value.ndim != expected or value.numel() == 0:
            raise UsageError(f"state dict: {name} has shape {tuple(value.shape)}, expected {expected} axes, none empty")


def _is_plain(value: Tensor) -> bool:
    return value.dtype in DTYPES and value.layout == torch.strided and not value.is_meta


def _config(weights: Mapping[str, Tensor], said: Mapping[str, Any]) -> TransformerConfig:
    heads, _, d_head = weights["blocks.0.attn.W_Q"].shape
    w_in = weights.get("blocks.0.mlp.W_in")
    biases = any(re.search(r"attn\.b_[QKVO]$", name) for name in weights)
    shaped: dict[str, Any] = {
        "n_layers": 1 + max(int(m[1]) for m in map(NAME.match, weights) if m and m[1]),
        "d_model": weights["embed.W_E"].shape[1],
        "n_heads": heads,
        "d_head": d_head,
        "d_mlp": 0 if w_in is None else w_in.shape[1],
        "attention_bias": biases,
        "unembed_bias": "unembed.b_U" in weights,
        "positions": "pos_embed.W_pos" in weights,
        "tied": "unembed.W_U" not in weights,
    }
    if any(".ln" in f".{name}" for name in weights):
        shaped["norm"] = "layernorm"
    known = TransformerConfig.model_fields
    unknown = next((name for name in said if name not in known), None)
    if unknown is not None:
        meant = did_you_mean(unknown, known)
        raise UsageError(f"model.{unknown}: no such setting, expected one of {', '.join(known)}{meant}")
    for name, value in shaped.items():
        if name in said and said[name] != value:
            raise UsageError(f"model.{name}: got {said[name]!r}, expected {value!r} as in the tensors of the file")
    try:
        return TransformerConfig.model_validate({**said, **shaped})
    except ValidationError as error:
        raise UsageError(setting_problem(error, "model.")) from None


def _positions(weights: Mapping[str, Tensor], hints: Hints) -> int:
    stored = weights.get("pos_embed.W_pos")
    said = hints.setting("n_ctx")
    if stored is not None:
        n_ctx = stored.shape[0]
    elif isinstance(said, int) and said > 0:
        n_ctx = said
    else:
        n_ctx = positions_said(hints) or _POSITIONS_WITHOUT_EMBEDDING
    if n_ctx > _LONGEST:
        raise UsageError(f"state dict: got {n_ctx} positions, expected at most {_LONGEST}")
    return n_ctx


def _shapes(config: TransformerConfig, rows: int, outputs: int, n_ctx: int) -> Shapes:
    """The shapes of the model's weights, found without the memory that they take."""
    with torch.device("meta"):
        state = Transformer(config, rows, outputs, n_ctx).state_dict()
    return {name: tuple(value.shape) for name, value in state.items()}


def _with_zero_biases(shapes: Shapes, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights, with zeros for missing biases. Errors: UsageError for a missing or misshapen weight."""
    complete = dict(weights)
    for name, shape in shapes.items():
        if name not in weights:
            if not name.rsplit(".", 1)[-1].startswith("b_"):
                raise UsageError(f"state dict: expected {name} of shape {shape}, which it does not hold")
            complete[name] = weights["embed.W_E"].new_zeros(shape)
        elif tuple(weights[name].shape) != shape:
            raise UsageError(f"state dict: {name} has shape {tuple(weights[name].shape)}, expected {shape}")
    others = [name for name in weights if name not in shapes]
    if others:
        raise UsageError(f"state dict: got {others[0]}, which a transformer with its other tensors does not have")
    return complete
