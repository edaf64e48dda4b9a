"""A checkpoint as an object of another library, for notebooks. Each needs that library, and says so in one line."""

import tempfile
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from latebloom._errors import UsageError
from latebloom.exports import TRANSFORMERLENS
from latebloom.exports.transformerlens import bridge_config, bridge_names, hooked_config, older_names
from latebloom.lab.export import export, exported_of
from latebloom.models import Transformer
from latebloom.runs import Run, open_run

FIRST_BRIDGE = 4
"""The major version of transformer-lens from which on it has no HookedTransformer."""


def to_transformer_lens(target: Run | str | Path, step: int | None = None, root: str | Path = "runs") -> Any:
    """A `TransformerBridge` (transformer-lens 4) or a `HookedTransformer` (3) with the weights of a checkpoint.

    Errors: UsageError where there is no such library, and for a model that it cannot hold.
    """
    lens = _library("transformer_lens", "transformerlens")
    exported = exported_of(open_run(target, root), step, {})
    TRANSFORMERLENS.made(exported)
    assert isinstance(exported.model, Transformer)
    model = exported.model
    if int(version("transformer-lens").split(".")[0]) < FIRST_BRIDGE:
        hooked = lens.HookedTransformer(lens.HookedTransformerConfig(**hooked_config(model)))
        hooked.load_and_process_state_dict(
            older_names(model),
            fold_ln=False,
            center_writing_weights=False,
            center_unembed=False,
            fold_value_biases=False,
        )
        return hooked
    config = import_module("transformer_lens.config").TransformerBridgeConfig(**bridge_config(model))
    bridge = import_module("transformer_lens.model_bridge").TransformerBridge.boot_native(config)
    bridge.load_state_dict(bridge_names(model), strict=True)
    return bridge


def to_huggingface(target: Run | str | Path, step: int | None = None, root: str | Path = "runs") -> Any:
    """A transformers model with the weights of a checkpoint. Errors: as `to_transformer_lens`."""
    transformers = _library("transformers", "huggingface")
    with tempfile.TemporaryDirectory() as folder:
        export(target, "huggingface", Path(folder) / "model", step, root)
        return transformers.AutoModelForCausalLM.from_pretrained(f"{folder}/model", trust_remote_code=True)


def to_nnsight(target: Run | str | Path, step: int | None = None, root: str | Path = "runs") -> Any:
    """The model of a checkpoint, wrapped by nnsight; every activation is a module of its name."""
    nnsight = _library("nnsight", "nnsight")
    return nnsight.NNsight(open_run(target, root).checkpoint(step).model)


def _library(module: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise UsageError(f"{module} is not installed; install it with `pip install 'latebloom[{extra}]'`") from None
