"""What a config of another code base says about a transformer, in the words of `TransformerConfig`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from latebloom._errors import UsageError
from latebloom.models.layouts.base import Hints

ACTIVATIONS = {
    "relu": "relu",
    "gelu": "gelu",
    "gelu_new": "gelu_new",
    "gelu_fast": "gelu_new",
    "gelu_pytorch_tanh": "gelu_new",
    "tanh": "tanh",
    "square": "square",
    "quad": "square",
    "quadratic": "square",
}
"""Names of activation functions in lower case, as code bases have them, and ours."""

NORMS = {"ln": "layernorm", "lnpre": "layernorm_pre", "none": "none"}
_NORM_NAMES = NORMS | {ours: ours for ours in NORMS.values()}
_ATTENTION = ("causal", "bidirectional")
_WITHOUT_COUNTERPART: Mapping[str, tuple[Any, ...]] = {
    "positional_embedding_type": ("standard",),
    "use_attn_scale": (True,),
    "parallel_attn_mlp": (False,),
    "gated_mlp": (False,),
    "attn_types": (),
    "attn_scores_soft_cap": (-1, -1.0, 0, 0.0),
}
"""Settings of TransformerLens with the values that our transformer has."""


def transformer_settings(hints: Hints) -> dict[str, Any]:
    """The fields of `TransformerConfig` that the hints say; ``--model.FIELD`` comes before the config.

    Errors: UsageError for a setting that our transformer does not have.
    """
    _refuse_others(hints)
    said: dict[str, Any] = {}
    activation = hints.setting("activation", "act_fn", "act_type", "act")
    if isinstance(activation, str):
        said["activation"] = _known("activation", activation, ACTIVATIONS)
    norm = hints.setting("norm")
    if "normalization_type" in hints.config:
        said["norm"] = _known("normalization_type", str(hints.config["normalization_type"]), NORMS)
    elif isinstance(norm, str):
        said["norm"] = _known("norm", norm, _NORM_NAMES)
    said |= _attention(hints)
    scale = hints.setting("residual_scale")
    if _is_number(scale):
        said["residual_scale"] = float(scale)
    heads = hints.setting("n_heads", "num_heads")
    if isinstance(heads, int):
        said["n_heads"] = heads
    return said | dict(hints.model)


def _attention(hints: Hints) -> dict[str, Any]:
    coefficient, mix = hints.setting("attn_coeff"), hints.setting("attention_mix")
    if _is_number(coefficient):
        # The code that has this setting attends in both directions, whatever its attention_dir says.
        return {"attention_mix": float(coefficient), "attention": "bidirectional"}
    said: dict[str, Any] = {"attention_mix": float(mix)} if _is_number(mix) else {}
    if hints.setting("attention") in _ATTENTION:
        said["attention"] = hints.setting("attention")
    elif hints.setting("attention_dir") == "bidirectional":
        said["attention"] = "bidirectional"
    return said


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refuse_others(hints: Hints) -> None:
    for name, ours in _WITHOUT_COUNTERPART.items():
        value = hints.config.get(name)
        if value is not None and value not in ours:
            raise UsageError(f"config: got {name} {value!r}, which the transformer of latebloom does not have")


def _known(setting: str, value: str, names: Mapping[str, str]) -> str:
    found = names.get(value.lower().replace("-", "_"))
    if found is None:
        raise UsageError(f"config: got {setting} {value[:40]!r}, expected one of {', '.join(names)}")
    return found
