"""Measures of models of skip trigrams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from latebloom.measures import MEASURES, Column, Measure, Snapshot
from latebloom.tasks import SkipTrigrams

if TYPE_CHECKING:
    from latebloom.circuits.skip_trigrams.end_tables import EndTables
    from latebloom.models import Examples, Model


FAMILY = "skip_trigrams"

CONTROL_SEED = 0

FOUND = Column("trigrams_found", "count", "how many of the ten strongest trigrams are the task's own; 0.5 by chance")
STRENGTH = Column("trigram_strength.{token}", "nats", "lead of its answer that one occurrence of the token brings")
QK = Column("trigram_qk.{token}", "", "score of the token less the mean score of tokens 0 … 9, over heads")
OV = Column("trigram_ov.{token}", "nats", "lead of its answer that the token writes when fully attended to")
RESTRICTED = Column("restricted_{set}_loss", "nats", "CE on a set with only the task's ten trigrams left")
RESTRICTED_CONTROL = Column("restricted_{set}_loss_control", "nats", "CE with only ten random other trigrams left")
EXCLUDED = Column("excluded_{set}_loss", "nats", "CE on a set without the task's ten trigrams")
QK_GRADIENT = Column(
    "trigram_qk_gradient.{token}", "", "norm over heads of the gradient of that answer's mean loss on the token's score"
)
OV_GRADIENT = Column("trigram_ov_gradient.{token}", "", "the same on the token's OV entry for its answer")
ERROR = Column("trigram_error.{token}", "share", "mean of 1 - probability of the right answer on the same examples")


def trigram_columns(model: Model, task: SkipTrigrams, sets: Mapping[str, Examples]) -> dict[str, float]:
    """All measures of the circuit; ``sets``: fixed examples by name (``train``, ``test``), may be empty.

    Strengths: see `Trigram`. Losses: on each set. Gradients (see `TrigramGradients`): on the test set, or on the train
    set if there is no test set.
    Errors: UsageError for a model that is not a one-layer attention-only transformer.
    """
    from latebloom.circuits.skip_trigrams.end_tables import end_tables

    tables = end_tables(model, task)
    values = _strengths(tables, task)
    for name, examples in sets.items():
        values |= _losses(tables, name, examples)
    judged = sets.get("test", sets.get("train"))
    return values | ({} if judged is None else _gradients(tables, task, judged))


def _strengths(tables: EndTables, task: SkipTrigrams) -> dict[str, float]:
    from latebloom.circuits.skip_trigrams.trigrams import own_strengths, skip_trigrams, trigrams_found

    values = {FOUND.name: float(trigrams_found(skip_trigrams(tables)))}
    for token, trigram in zip(task.components, own_strengths(tables)):
        values |= {
            STRENGTH.of(token=token): trigram.strength,
            QK.of(token=token): trigram.qk,
            OV.of(token=token): trigram.ov,
        }
    return values


def _losses(tables: EndTables, name: str, examples: Examples) -> dict[str, float]:
    from latebloom.circuits.skip_trigrams.restricted import other_trigrams, own_trigrams, restricted, without

    changed = {
        RESTRICTED.of(set=name): restricted(tables, own_trigrams()),
        RESTRICTED_CONTROL.of(set=name): restricted(tables, other_trigrams(CONTROL_SEED)),
        EXCLUDED.of(set=name): without(tables, own_trigrams()),
    }
    return {key: float(left.losses(examples.tokens, examples.labels).mean()) for key, left in changed.items()}


def _gradients(tables: EndTables, task: SkipTrigrams, examples: Examples) -> dict[str, float]:
    from latebloom.circuits.skip_trigrams.gradients import trigram_gradients

    values: dict[str, float] = {}
    for token, gradients in zip(task.components, trigram_gradients(tables, examples)):
        if gradients is not None:
            values |= {
                QK_GRADIENT.of(token=token): gradients.qk,
                OV_GRADIENT.of(token=token): gradients.ov,
                ERROR.of(token=token): gradients.error,
            }
    return values


def trigram_circuit(snapshot: Snapshot) -> dict[str, float]:
    """`trigram_columns` of a snapshot."""
    return trigram_columns(snapshot.model, snapshot.task_as(SkipTrigrams), snapshot.sets)


MEASURES.register(
    Measure(
        "trigram_circuit",
        trigram_circuit,
        (
            FOUND,
            STRENGTH,
            QK,
            OV,
            RESTRICTED,
            RESTRICTED_CONTROL,
            EXCLUDED,
            QK_GRADIENT,
            OV_GRADIENT,
            ERROR,
        ),
        FAMILY,
    )
)
