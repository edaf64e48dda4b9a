"""Parts of the pages of single families that the page cannot compute from the packed weights."""

import base64
from typing import Any

import numpy as np

from latebloom.circuits.induction.family import INDUCTION
from latebloom.circuits.shared_feature import SHARED_FEATURE
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.parts import part


@part("induction-circuit", INDUCTION.name)
def induction_circuit(evidence: Evidence) -> dict[str, Any] | None:
    """What `latebloom explain --json` prints: losses (nats) without each head and path, and the pair of heads."""
    return evidence.explanation


@part("shared-feature", SHARED_FEATURE.name)
def shared_feature(evidence: Evidence) -> dict[str, Any]:
    """``train``: base64 of one bit per example, most significant first: 1 where it is in the training set."""
    task: Any = evidence.analysis.task
    trained = np.zeros(task.examples, dtype=bool)
    if evidence.analysis.train_rows is not None:
        trained[evidence.analysis.train_rows] = True
    return {"train": base64.b64encode(np.packbits(trained).tobytes()).decode()}
