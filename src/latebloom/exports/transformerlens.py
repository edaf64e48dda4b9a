"""TransformerLens: 4.3 under its own names, and 3.9 under its older names, which are ours.

bridge = TransformerBridge.boot_native(TransformerBridgeConfig(**config["bridge"]))
bridge.load_state_dict(load_file("model.safetensors"), strict=True)

model = HookedTransformer(HookedTransformerConfig(**config["hooked_transformer"]))
model.load_and_process_state_dict(load_file("hooked_transformer.safetensors"), ...)  # every processing switched off

The README that is written has both as blocks that can be pasted.
"""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from latebloom.exports.exported import Exported, json_bytes, tensor_bytes
from latebloom.exports.format import FORMATS, Format
from latebloom.exports.vocabulary import token_settings
from latebloom.models import Transformer

_ACTIVATIONS = ("relu", "gelu", "gelu_new")
_README = """# {name}, step {step}, for TransformerLens

TransformerLens 4:

    import json
    from safetensors.torch import load_file
    from transformer_lens.config import TransformerBridgeConfig
    from transformer_lens.model_bridge import TransformerBridge

    config = json.load(open("config.json"))
    bridge = TransformerBridge.boot_native(TransformerBridgeConfig(**config["bridge"]))
    bridge.load_state_dict(load_file("model.safetensors"), strict=True)

TransformerLens 3:

    import json
    from safetensors.torch import load_file
    from transformer_lens import HookedTransformer, HookedTransformerConfig

    config = json.load(open("config.json"))
    model = HookedTransformer(HookedTransformerConfig(**config["hooked_transformer"]))
    model.load_and_process_state_dict(
        load_file("hooked_transformer.safetensors"),
        fold_ln=False, center_writing_weights=False, center_unembed=False, fold_value_biases=False,
    )
"""


def _refuses(exported: Exported) -> str | None:
    if type(exported.model) is not Transformer:
        kind = type(exported.model).__name__
        return f"got a model of the kind {kind}, which has no counterpart in TransformerLens; expected a transformer"
    config = exported.model.config
    if config.residual_scale != 1:
        return (
            f"model.residual_scale: got {config.residual_scale:g}, but TransformerLens adds the input of a block once; "
            "expected 1"
        )
    if config.attention_mix != 1:
        return f"model.attention_mix: got {config.attention_mix:g}, but TransformerLens has softmax only; expected 1"
    if config.activation not in _ACTIVATIONS:
        return f"model.activation: got {config.activation}, expected one of {', '.join(_ACTIVATIONS)}"
    return None


def _model(exported: Exported) -> Transformer:
    assert isinstance(exported.model, Transformer)
    return exported.model


def bridge_config(model: Transformer) -> dict[str, Any]:
    """The keyword arguments of transformer-lens 4's TransformerBridgeConfig and of 3's HookedTransformerConfig."""
    fields = asdict(model.cfg)
    if fields["attn_only"]:
        del fields["d_mlp"]  # it refuses None
    del fields["model_name"]
    return {**fields, "init_weights": False}


def older_names(model: Transformer) -> dict[str, Tensor]:
    """Every weight of a HookedTransformer; biases that ours lacks are 0, and so are positions that it lacks."""
    state = {name: value.detach() for name, value in model.state_dict().items()}
    cfg = model.cfg
    state.setdefault("pos_embed.W_pos", state["embed.W_E"].new_zeros(cfg.n_ctx, cfg.d_model))
    for i in range(cfg.n_layers):
        zeros = state["embed.W_E"].new_zeros
        for part in "QKV":
            state.setdefault(f"blocks.{i}.attn.b_{part}", zeros(cfg.n_heads, cfg.d_head))
        state.setdefault(f"blocks.{i}.attn.b_O", zeros(cfg.d_model))
    state["unembed.W_U"] = model.unembed.W_U.detach()
    state.setdefault("unembed.b_U", state["embed.W_E"].new_zeros(cfg.d_vocab_out))
    return state


def bridge_names(model: Transformer) -> dict[str, Tensor]:
    """The same weights under the names of transformer-lens 4's native model, as (out, in) matrices of torch.Linear."""
    old, new = older_names(model), {}
    for name, value in old.items():
        parent, _, leaf = name.rpartition(".")
        if leaf in ("W_E", "W_pos"):
            new[f"{parent}.weight"] = value
        elif leaf in ("W_Q", "W_K", "W_V"):
            new[f"{parent}.{leaf[-1].lower()}.weight"] = value.transpose(1, 2).flatten(0, 1)
        elif leaf in ("b_Q", "b_K", "b_V"):
            new[f"{parent}.{leaf[-1].lower()}.bias"] = value.flatten()
        elif leaf in ("W_O", "b_O"):
            new[f"{parent}.o.{_kind(leaf)}"] = value.flatten(0, 1).T if leaf == "W_O" else value
        elif leaf in ("W_in", "W_out", "b_in", "b_out"):
            new[f"{parent}.{leaf[2:]}.{_kind(leaf)}"] = value.T if leaf[0] == "W" else value
        elif leaf in ("W_U", "b_U"):
            new[f"{parent}.{_kind(leaf)}"] = value.T if leaf == "W_U" else value
        else:
            new[f"{parent}.{'weight' if leaf == 'w' else 'bias'}"] = value
    return {name: value.contiguous() for name, value in new.items()}


def _kind(leaf: str) -> str:
    return "weight" if leaf[0] == "W" else "bias"


@torch.no_grad()
def _files(exported: Exported) -> dict[str, bytes]:
    model = _model(exported)
    shape = bridge_config(model)
    config = {"bridge": shape, "hooked_transformer": shape, "task": token_settings(exported.task)}
    return {
        "README.md": _README.format(name=exported.name, step=exported.step).encode(),
        "config.json": json_bytes(config),
        "hooked_transformer.safetensors": tensor_bytes(older_names(model)),
        "model.safetensors": tensor_bytes(bridge_names(model)),
    }


TRANSFORMERLENS = FORMATS.register(Format("transformerlens", "TransformerLens 4.3 and 3.9", _refuses, _files))
