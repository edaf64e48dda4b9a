"""What the views of a modular task need: the train pairs, the order of the operands, and what explains the model."""

import base64
from typing import Any

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.modular.positions import positions
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.parts import part


@part("modular", "modular")
def modular(evidence: Evidence) -> dict[str, Any]:
    """The entry ``modular``: see ``Modular`` in ``web/src/page.ts``. An explanation that is None has its ``reason``."""
    task: Any = evidence.analysis.task
    order = positions(task)
    explanation, reason = evidence.explained
    return {
        "train": train_bits(evidence.analysis),
        "key_frequencies": [] if explanation is None else explanation["key_frequencies"],
        "order": {axis: getattr(order, axis).tolist() for axis in "xyz"},
        "labels": order.labels(task).flatten().tolist(),
        "explanation": explanation,
        "reason": reason,
    }


def train_bits(analysis: Analysis) -> str:
    """Base64 of p² bits, most significant first, at x·p + y: 1 where the pair is in the train set."""
    task: Any = analysis.task
    trained = np.zeros(task.p**2, dtype=bool)
    if analysis.train_rows is not None:
        x, y = task.pairs()
        trained[(x * task.p + y)[analysis.train_rows]] = True
    return base64.b64encode(np.packbits(trained).tobytes()).decode()
