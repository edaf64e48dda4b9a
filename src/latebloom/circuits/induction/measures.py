"""Measures of models of repeated subsequences: the parts of the induction circuit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.measures import MEASURES, Column, Measure, Snapshot
from latebloom.tasks import RepeatedSubsequences

if TYPE_CHECKING:
    from latebloom.circuits.induction.sequences import Sequences
    from latebloom.models import Model


FAMILY = "induction"

SEQUENCES = 16
"""Enough for a mean over 15 positions of at least 16 sequences, and few enough to compute at every checkpoint."""

_OLSSON, _ELHAGE = "Olsson et al. 2022", "Elhage et al. 2021"
_GRADIENT = "Frobenius norm of the gradient of the mean loss that passes through later heads' keys alone, on"

PREVIOUS_TOKEN = Column(
    "previous_token_score.{head}", "share", "attention of each head (layer.head) to the token before", _OLSSON
)
INDUCTION = Column(
    "induction_score.{head}", "share", "attention of each head to the tokens after the same token earlier", _OLSSON
)
INDUCTION_CONTROL = Column(
    "induction_control.{head}", "share", "the same in the same sequences, each copy but the first made random"
)
COMPOSITION = Column(
    "{into}_composition.{source}.{target}",
    "",
    "composition score of two heads less that of random heads; into: q, k or v of the later one",
    _ELHAGE,
)
QK_GRADIENT = Column("qk_gradient.{head}", "", f"{_GRADIENT} W_Q and W_K of each head but the last layer's")
OV_GRADIENT = Column("ov_gradient.{head}", "", f"{_GRADIENT} its W_V and W_O")
KEY_GRADIENT = Column(
    "key_gradient.{source}.{target}", "", f"{_GRADIENT} W_K of the later head, the part due to what the earlier writes"
)


def induction_columns(
    model: Model, task: RepeatedSubsequences, sequences: int = SEQUENCES, seed: int = 0
) -> dict[str, float]:
    """All measures of the circuit, on the same sequences at every checkpoint; heads are written layer.head.

    Scores: see `HeadScores`; gradients: see `KeyPathGradients`. Undefined values (composition of a zero head, or in
    one layer) are left out. Errors: UsageError for a model without attention.
    """
    from latebloom.circuits.induction.scores import head_scores
    from latebloom.circuits.induction.sequences import draw_sequences

    drawn = draw_sequences(task, sequences, seed)
    scores = head_scores(model, drawn)
    values: dict[str, float] = {}
    for column, by_head in (
        (PREVIOUS_TOKEN, scores.previous_token),
        (INDUCTION, scores.induction),
        (INDUCTION_CONTROL, scores.induction_control),
    ):
        values |= {
            column.of(head=_name((layer, head))): value
            for layer, row in enumerate(by_head.tolist())
            for head, value in enumerate(row)
        }
    return values | _compositions(model) | _gradients(model, drawn)


def _name(head: tuple[int, int]) -> str:
    return f"{head[0]}.{head[1]}"


def _compositions(model: Model) -> dict[str, float]:
    from latebloom.circuits.induction.composition import INTO, compositions
    from latebloom.circuits.induction.sequences import transformer

    return {
        COMPOSITION.of(into=into, source=_name(pair.source), target=_name(pair.target)): pair.excess
        for into in INTO
        for pair in compositions(transformer(model), into)
        if pair.excess is not None
    }


def _gradients(model: Model, sequences: Sequences) -> dict[str, float]:
    from latebloom.circuits.induction.gradients import key_path_gradients

    gradients = key_path_gradients(model, sequences)
    return (
        {QK_GRADIENT.of(head=_name(head)): norm for head, norm in gradients.qk.items()}
        | {OV_GRADIENT.of(head=_name(head)): norm for head, norm in gradients.ov.items()}
        | {KEY_GRADIENT.of(source=_name(a), target=_name(b)): norm for (a, b), norm in gradients.keys.items()}
    )


def induction_circuit(snapshot: Snapshot) -> dict[str, float]:
    """`induction_columns` of a snapshot."""
    return induction_columns(snapshot.model, snapshot.task_as(RepeatedSubsequences))


MEASURES.register(
    Measure(
        "induction_circuit",
        induction_circuit,
        (PREVIOUS_TOKEN, INDUCTION, INDUCTION_CONTROL, COMPOSITION, QK_GRADIENT, OV_GRADIENT, KEY_GRADIENT),
        FAMILY,
    )
)
