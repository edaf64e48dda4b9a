"""A checkpoint as an object of another library, for notebooks. Each needs that library, and says so in one line."""

import tempfile
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.exports import TRANSFORMERLENS
from latebloom.exports.transformerlens import bridge_config, bridge_names, older_names
from latebloom.lab.export import export, exported_of
from latebloom.models import Examples, Model, Transformer, per_label
from latebloom.runs import Run, open_run
from latebloom.tasks import IGNORE
from latebloom.training import DataSource

FIRST_BRIDGE = 4
"""The major version of transformer-lens from which on it has no HookedTransformer."""

FROM_STREAM = 4096
"""Examples that stand for an infinite train set."""


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
        hooked = lens.HookedTransformer(lens.HookedTransformerConfig(**bridge_config(model)))
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


def to_devinterp(target: Run | str | Path, step: int | None = None, root: str | Path = "runs") -> dict[str, Any]:
    """``model``, ``dataset`` and ``loss_fn`` of a checkpoint, for devinterp's `llc` and `sample`.

    llc(**lb.to_devinterp(run), observables={}, lr=1e-3, n_beta=30.0)

    The model is that of the checkpoint as it is. dataset: the train set; of a stream, `FROM_STREAM` examples. A row of
    its ``input_ids`` is the tokens of an example and then its labels. The mean of the loss over the dataset is the mean
    cross-entropy over all labels, in nats: the train loss of the run.
    Errors: UsageError where datasets, which devinterp needs, is not installed.
    """
    datasets = _library("datasets", "devinterp")
    run = open_run(target, root)
    examples, task = _train_examples(run), run.task
    tokens, counted = examples.tokens.shape[1], examples.labels != IGNORE
    labels_each = float(counted.sum()) / len(examples)

    def loss(model: Model, input_ids: Tensor) -> Tensor:
        logits = model(input_ids[:, :tokens], task.loss_positions)
        each = per_label(logits, input_ids[:, tokens:])[0].sum(1, keepdim=True) / labels_each
        return each.expand(-1, input_ids.shape[1] - 1)  # devinterp takes a mean over a row's tokens but the first

    rows = torch.cat([examples.tokens, examples.labels], 1)
    dataset = datasets.Dataset.from_dict({"input_ids": rows.tolist()}).with_format("torch")
    return {"model": run.checkpoint(step).model, "dataset": dataset, "loss_fn": loss}


def _train_examples(run: Run) -> Examples:
    source = DataSource(run.experiment)
    if source.train is not None:
        return source.train
    return Examples.of(run.task.sample(FROM_STREAM, np.random.default_rng(run.experiment.data.seed)), "cpu")


def _library(module: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise UsageError(f"{module} is not installed; install it with `pip install 'latebloom[{extra}]'`") from None
