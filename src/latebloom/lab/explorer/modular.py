"""What the views of a modular task need: the train pairs, the order of the operands, and what explains the model."""

import base64
import json
from collections.abc import Set
from typing import Any

import numpy as np

from latebloom.analysis import Analysis
from latebloom.lab.explorer.evidence import Evidence
from latebloom.models import ModelConfig
from latebloom.tasks import ModularTask


def modular_of(evidence: Evidence) -> dict[str, Any] | None:
    """``Modular`` of ``web/src/page.ts``; None for other tasks, and for models that the page cannot compute: views of
    all pairs are then absent. An explanation that is None has its ``reason``; the key
    frequencies are then those that the run was measured with."""
    from latebloom.circuits.modular.positions import positions

    task, measured = evidence.analysis.task, evidence.analysis.measured_basis or {}
    if not isinstance(task, ModularTask) or not page_computes(evidence.analysis.run.experiment.model, task):
        return None
    order = positions(task)
    explanation, reason = evidence.explained
    return {
        "train": train_bits(evidence.analysis, task),
        "key_frequencies": (measured if explanation is None else explanation).get("key_frequencies", []),
        "order": {axis: getattr(order, axis).tolist() for axis in "xyz"},
        "labels": order.labels(task).flatten().tolist(),
        "explanation": explanation,
        "reason": reason,
    }


def page_computes(model: ModelConfig, task: ModularTask) -> bool:
    """Whether the page has a forward pass over all pairs for this model: a transformer or an MLP as in the write-up."""
    return not beyond_page(model, task)


def beyond_page(model: ModelConfig, task: ModularTask) -> list[str]:
    """What the page's forward pass over all pairs does not compute, as ``model.norm layernorm``."""
    if model.kind not in ("transformer", "mlp"):
        return [f"model.kind {model.kind}"]
    return [
        *_unusual("model", model, model.later_fields - {"init_scale"}),
        *_unusual("task", task, ModularTask.later_fields),
    ]


def _unusual(section: str, part: ModelConfig | ModularTask, names: Set[str]) -> list[str]:
    """Those of these fields that do not have their default, in the order of the fields."""
    fields = {name: field.default for name, field in type(part).model_fields.items() if name in names}
    values = {name: getattr(part, name) for name, default in fields.items() if getattr(part, name) != default}
    return [f"{section}.{name} {json.dumps(value).strip(chr(34))}" for name, value in values.items()]


def train_bits(analysis: Analysis, task: ModularTask) -> str:
    """Base64 of p² bits, most significant first, at x·p + y: 1 where the pair is in the train set."""
    trained = np.zeros(task.p**2, dtype=bool)
    if analysis.train_rows is not None:
        x, y = task.pairs()
        trained[(x * task.p + y)[analysis.train_rows]] = True
    return base64.b64encode(np.packbits(trained).tobytes()).decode()
