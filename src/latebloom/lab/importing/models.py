"""The models of a training file, as those of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latebloom._errors import LatebloomError, UsageError
from latebloom.analysis.weight_files import SavedState, read_with_task
from latebloom.circuits.family import Reading
from latebloom.lab.importing.renumbering import AS_IT_IS, Renumbering, renumbering
from latebloom.models import Examples, Model, ModelConfig, evaluate
from latebloom.models.layouts import Hints, read_state
from latebloom.tasks import Task

KNOWS = 0.5
"""Accuracy from which on a model does the task that its shapes name, so that the task is that of the file."""

_SAY = "so its task is unknown; give it with --task NAME (see `latebloom tasks`)"

_EXAMPLES = 256
"""Random examples on which that accuracy is measured, where a task cannot list all of them."""


_BIASES = {
    "attention_bias": re.compile(r"attn\.b_[QKVO]$"),
    "unembed_bias": re.compile(r"^unembed\.b_U$"),
}
"""Fields of a transformer, and the names of the biases that they stand for."""


@dataclass(frozen=True)
class Subject:
    """What all checkpoints of a run share: the task, the configuration of the model, and what is assumed of them.

    order: in which the file's tokens and answers are those of the task. without: fields of `_BIASES` whose biases are
    zero in every checkpoint, so that the run's model does not have them.
    """

    task: Task
    config: ModelConfig
    assumed: Mapping[str, Any]
    order: Renumbering = AS_IT_IS
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, last: Mapping[str, Tensor], hints: Hints) -> Subject:
        """By the last state dict. Errors: UsageError where its task is not said and it does none on most examples."""
        read, reading = read_with_task(last, hints)
        config = getattr(read.model, "config", None)
        if not isinstance(config, ModelConfig):
            raise UsageError(f"got a {type(read.model).__name__}, expected weights of a transformer or an MLP")
        task = _known_task(reading) if hints.task is None else reading.task
        told = {} if hints.task else {"task": task.name}
        assumed = {**told, **read.assumed, **reading.assumed, **_cut(reading.model, task)}
        return cls(task, config, assumed, renumbering(read.model, reading.model))

    def without_zero_biases(self, states: Iterable[Mapping[str, Tensor]], hints: Hints) -> Subject:
        """The same without the biases that are zero in every checkpoint, as those that were never trained are."""
        without = {name for name in _BIASES if getattr(self.config, name, False)}
        for state in states:
            if not without:
                return self
            weights = read_state(state, hints).model.state_dict()
            without = {name for name in without if not any(weights[w].any() for w in _of(name, weights))}
        config = self.config.model_copy(update=dict.fromkeys(without, False))
        return replace(self, config=config, without=frozenset(without))

    def arrays(self, state: Mapping[str, Tensor], hints: Hints) -> dict[str, np.ndarray]:
        """The weights of one checkpoint, as the run stores them. Errors: UsageError for another model."""
        return {name: value.numpy() for name, value in self.model(state, hints).state_dict().items()}

    def model(self, state: Mapping[str, Tensor], hints: Hints) -> Model:
        """The model of one checkpoint, in float32. Errors: UsageError for another model than the last one."""
        read = read_state(state, hints)
        config = getattr(read.model, "config", None)
        if config is None or config.model_copy(update=dict.fromkeys(self.without, False)) != self.config:
            raise UsageError("its model has other sizes than the last one; expected checkpoints of one training")
        model = self.config.build(self.task)
        stored = {name: value.detach().float() for name, value in self.order.of(read.model.state_dict()).items()}
        for name in (bias for field in self.without for bias in _of(field, stored)):
            del stored[name]
        own = model.state_dict()
        try:
            model.load_state_dict({name: _fitted(name, value, own[name]) for name, value in stored.items()})
        except (KeyError, RuntimeError):
            raise UsageError(f"its weights do not fit a {self.config.kind} for {self.task.name}") from None
        return model


def _cut(model: Model, task: Task) -> dict[str, str]:
    outputs = model.state_dict().get("unembed.W_U")
    extra = 0 if outputs is None else outputs.shape[1] - task.d_vocab_out
    return {"logits": f"those of the {task.d_vocab_out} answers; the one of = is dropped"} if extra > 0 else {}


def read_at(step: int, saved: SavedState) -> Mapping[str, Tensor]:
    """The tensors of a checkpoint. Errors: as the file's, with the step."""
    try:
        return saved.read()
    except LatebloomError as error:
        raise type(error)(f"step {step}: {error}") from None


def _of(field: str, weights: Mapping[str, Tensor]) -> list[str]:
    """The names of the biases that a field stands for."""
    return [name for name in weights if _BIASES[field].search(name)]


def _fitted(name: str, value: Tensor, own: Tensor) -> Tensor:
    """A published model may have a logit for `=`, which the model of a run has not."""
    if name in ("unembed.W_U", "unembed.b_U") and value.ndim == own.ndim and value.shape[-1] > own.shape[-1]:
        return value[..., : own.shape[-1]]
    return value


def _known_task(reading: Reading) -> Task:
    """The task that the answers of the model show. Errors: UsageError where they show none."""
    answers = reading.answers
    if answers is None:
        _check_does(reading.model, reading.task)
        return reading.task
    if answers.in_order is not None:
        return answers.in_order
    if answers.reason:
        raise UsageError(f"its last model {answers.reason}; {_SAY}")
    return reading.task


@torch.no_grad()
def _check_does(model: Model, task: Task) -> None:
    """UsageError where the model does not do the task that was found for its shapes."""
    batch = task.universe() or task.sample(_EXAMPLES, np.random.default_rng(0))
    examples = Examples.of(batch, "cpu")
    logits = model(examples.tokens, task.loss_positions)[..., : task.d_vocab_out]
    right = evaluate(logits, task, examples, "test")["test_accuracy"]
    if right < KNOWS:
        raise UsageError(f"its last model has the shapes of {task.name}, but is right on {right:.0%} of it; {_SAY}")
