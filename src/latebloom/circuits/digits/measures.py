"""Measures of models that add digit by digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.circuits.digits.settings import FACTORS
from latebloom.circuits.digits.splits import SPLITS
from latebloom.measures import MEASURES, Column, Measure, Snapshot
from latebloom.tasks import DigitAddition

if TYPE_CHECKING:
    from latebloom.circuits.digits.sums import Sums
    from latebloom.models import Model


FAMILY = "digits"

TOKENS = 18 * 1024
"""Tokens per measured checkpoint: 1 024 sums of five digits or about 400 of fifteen, in about equal time."""

EMBEDDING_GINI = Column("digit_embedding_gini", "share", "Gini coefficient of the digits' embedding fractions")
EMBEDDING_FRACTION = Column(
    "digit_embedding_fraction.k{k}", "share", "share of the digits' embedding energy at each frequency, constant apart"
)
SUM_LOSS = Column("sum_loss.{part}", "nats", f"CE over the answer digits of one part: {', '.join(SPLITS)}, all")
SUM_ACCURACY = Column("sum_accuracy.{part}", "share", "accuracy over the same answer digits")
_FACTORS = f"share of variance explained (adjusted R²) by one of {', '.join(FACTORS)} at each answer digit"
NEURONS_FVE = Column("neurons_fve_{factor}.{component}", "share", f"{_FACTORS}, of the last layer's neurons")
LOGITS_FVE = Column("logits_fve_{factor}.{component}", "share", f"{_FACTORS}, of the centred logits")


def digit_measures(model: Model, task: DigitAddition) -> dict[str, float]:
    """The columns of one checkpoint, on the same sums for every checkpoint."""
    from latebloom.circuits.digits.sums import run_sums

    return digit_columns(run_sums(model, task, TOKENS // task.n_ctx))


def digit_columns(sums: Sums) -> dict[str, float]:
    """The columns from a forward pass on some sums; undefined values are left out."""
    from latebloom.circuits.digits.explanation import centred
    from latebloom.circuits.digits.shares import factor_shares
    from latebloom.circuits.digits.splits import split_parts
    from latebloom.circuits.modular.embedding import embedding_fractions
    from latebloom.fourier import gini

    values: dict[str, float | None] = {}
    fractions = embedding_fractions(sums.embedding.double())
    if fractions is not None:
        values[EMBEDDING_GINI.name] = gini(fractions)
        values |= {EMBEDDING_FRACTION.of(k=k): float(share) for k, share in enumerate(fractions, start=1)}
    for name, part in split_parts(sums).items():
        values |= {SUM_LOSS.of(part=name): part.loss, SUM_ACCURACY.of(part=name): part.accuracy}
    for place, component in enumerate(sums.task.components):
        for column, activations in (
            (NEURONS_FVE, sums.neurons[:, place]),
            (LOGITS_FVE, centred(sums.logits[:, place])),
        ):
            explained = factor_shares(sums, activations, place)
            values |= {column.of(factor=factor, component=component): share for factor, share in explained.items()}
    return {name: value for name, value in values.items() if value is not None}


def digit_circuit(snapshot: Snapshot) -> dict[str, float]:
    """`digit_measures` of a snapshot."""
    return digit_measures(snapshot.model, snapshot.task_as(DigitAddition))


MEASURES.register(
    Measure(
        "digit_circuit",
        digit_circuit,
        (EMBEDDING_GINI, EMBEDDING_FRACTION, SUM_LOSS, SUM_ACCURACY, NEURONS_FVE, LOGITS_FVE),
        FAMILY,
    )
)
