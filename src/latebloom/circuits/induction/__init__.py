"""The induction circuit: a previous-token head, an induction head, and the composition between them."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.induction.family import INDUCTION
from latebloom.circuits.induction.measures import induction_columns

if TYPE_CHECKING:
    from latebloom.circuits.induction.ablation import HeadAblations, head_increases, key_path_increases, path_increases
    from latebloom.circuits.induction.composition import Composition, compositions
    from latebloom.circuits.induction.explanation import InductionCircuit, explain_induction
    from latebloom.circuits.induction.gradients import KeyPathGradients, key_path_gradients
    from latebloom.circuits.induction.planted import planted_induction
    from latebloom.circuits.induction.scores import HeadScores, head_scores, patterns
    from latebloom.circuits.induction.sequences import Sequences, draw_sequences

import_on_use(__name__)

__all__ = [
    "INDUCTION",
    "Composition",
    "HeadAblations",
    "HeadScores",
    "InductionCircuit",
    "KeyPathGradients",
    "Sequences",
    "compositions",
    "draw_sequences",
    "explain_induction",
    "head_increases",
    "head_scores",
    "induction_columns",
    "key_path_gradients",
    "key_path_increases",
    "path_increases",
    "patterns",
    "planted_induction",
]
