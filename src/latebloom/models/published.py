"""Read published state dicts: detect the layout from names and shapes, and build a `Transformer`."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models.transformer import Transformer, TransformerConfig

_SKIPPED = re.compile(r"mask|IGNORE|rotary|hook_")
_ATTENTION_ONLY = re.compile(r"^attn_blocks\.")
_NAME = re.compile(r"^(?:blocks\.(\d+)\.)?(embed|pos_embed|attn|mlp|unembed)\.(W_\w+|b_\w+)$")
_AXES = {"W_Q": (3,), "W_K": (3,), "W_V": (3,), "W_O": (2, 3)} | dict.fromkeys(
    ("W_E", "W_pos", "W_in", "W_out", "W_U"), (2,)
)
_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_REQUIRED = ("embed.W_E", "pos_embed.W_pos", "blocks.0.attn.W_Q", "blocks.0.attn.W_O", "unembed.W_U")


def trained_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a state dict, without its buffers (such as attention masks)."""
    return {name: value for name, value in state.items() if not _SKIPPED.search(name)}


def transformer_from_state(state: Mapping[str, Tensor]) -> Transformer:
    """A transformer with these weights.

    Reads two layouts: that of TransformerLens and latebloom (W_E (d_vocab, d_model), W_O (head, d_head, d_model)), and
    that of the published grokking runs (W_E (d_model, d_vocab), W_O (d_model, head·d_head), heads transposed; blocks
    without neurons may be called attn_blocks: those runs added the input of a block twice, see
    dev/searches/induction.md).
    Errors: UsageError that names the first problem.
    """
    weights = {_ATTENTION_ONLY.sub("blocks.", name): value for name, value in trained_tensors(state).items()}
    _check(weights)
    if weights["blocks.0.attn.W_O"].ndim == 2:
        weights = {name: _from_published(name, value, weights) for name, value in weights.items()}
    model = _empty(weights, residual_scale=2.0 if any(map(_ATTENTION_ONLY.match, state)) else 1.0)
    complete = _with_zero_biases(model, weights)
    try:
        model.load_state_dict(complete)
    except RuntimeError as error:
        raise UsageError(f"state dict: {' '.join(str(error).split())}") from None
    return model.to(weights["embed.W_E"].dtype)


def _check(weights: Mapping[str, Tensor]) -> None:
    missing = [name for name in _REQUIRED if name not in weights]
    if missing:
        present = ", ".join(list(weights)[:3]) or "nothing"
        raise UsageError(f"state dict: expected {missing[0]} as in a one-stream transformer, got {present} …")
    foreign = [name for name in weights if not _NAME.match(name)]
    if foreign:
        raise UsageError(f"state dict: got {foreign[0]}, expected parameters of a transformer only")
    blocks = sorted({int(m[1]) for m in map(_NAME.match, weights) if m and m[1]})
    if blocks != list(range(len(blocks))):
        raise UsageError(f"state dict: got blocks {', '.join(map(str, blocks[:4]))} …, expected 0, 1, … without a gap")
    bad = [name for name, value in weights.items() if not _is_plain(value) or not value.isfinite().all()]
    if bad:
        raise UsageError(f"state dict: {bad[0]} holds values that are not finite numbers")
    for name, value in weights.items():
        expected = _AXES.get(name.rsplit(".", 1)[-1], (1, 2))
        if value.ndim not in expected or value.numel() == 0:
            axes = " or ".join(map(str, expected))
            raise UsageError(f"state dict: {name} has shape {tuple(value.shape)}, expected {axes} axes, none empty")


def _is_plain(value: Tensor) -> bool:
    return value.dtype in _DTYPES and value.layout == torch.strided and not value.is_meta


def _from_published(name: str, value: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
    leaf = name.rsplit(".", 1)[-1]
    if leaf in ("W_Q", "W_K", "W_V"):
        return value.transpose(1, 2)
    if leaf == "W_O":
        heads = weights["blocks.0.attn.W_Q"].shape[0]
        return value.T.unflatten(0, (heads, -1)) if value.shape[1] % heads == 0 else value
    return value.T if leaf in ("W_E", "W_in", "W_out") else value


def _empty(weights: Mapping[str, Tensor], residual_scale: float) -> Transformer:
    d_vocab, d_model = weights["embed.W_E"].shape
    heads, _, d_head = weights["blocks.0.attn.W_Q"].shape
    layers = 1 + max(int(m[1]) for m in map(_NAME.match, weights) if m and m[1])
    w_in = weights.get("blocks.0.mlp.W_in")
    config = TransformerConfig(
        n_layers=layers,
        d_model=d_model,
        n_heads=heads,
        d_head=d_head,
        d_mlp=0 if w_in is None else w_in.shape[1],
        residual_scale=residual_scale,
    )
    return Transformer(config, d_vocab, weights["unembed.W_U"].shape[1], weights["pos_embed.W_pos"].shape[0])


def _with_zero_biases(model: Transformer, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Missing MLP biases are zero. Biases of attention and unembedding are dropped, and must be zero."""
    wanted = model.state_dict()
    zeros = {name: torch.zeros_like(value) for name, value in wanted.items() if "mlp.b_" in name}
    kept = {}
    for name, value in weights.items():
        if name in wanted:
            kept[name] = value
        elif bool(value.any()):
            raise UsageError(f"state dict: got {name} that is not zero, but this transformer has no such bias")
    return zeros | kept
