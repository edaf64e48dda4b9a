"""The family of digit addition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from latebloom.circuits.digits.measures import FAMILY
from latebloom.circuits.family import FAMILIES, Family, fits_shapes, task_words
from latebloom.circuits.words import FRESH, SEEN
from latebloom.measures import Snapshot
from latebloom.tasks import DigitAddition, Task

if TYPE_CHECKING:
    from latebloom.circuits.digits.explanation import DigitExplanation
    from latebloom.models import Transformer


_WORDS = {
    "asks": (
        "A sum is written out digit by digit, such as 31415 + 27182 = 058597. The model reads both numbers and "
        "predicts the digits of the answer from left to right, each from the right earlier digits."
    ),
    "parts": (
        "Each digit of the answer has a loss of its own. Digit 0 is the first, which is a carry and therefore 0 or 1; "
        "the last is the ones digit."
    ),
    "weights": (
        "A first analysis, on sampled sums. The losses are those of answer digits with and without an incoming carry; "
        "in a long chain, that carry is decided two or more columns further right. The digits' embedding is split "
        "into waves over 0 … 9, by frequency. For each answer digit, fve is the fraction of its logits' variance that "
        "is explained by the two digits above it alone, by the carry alone, and by both. The table does not show how "
        "the model computes them."
    ),
}


def explain(snapshot: Snapshot) -> DigitExplanation:
    """The explanation of a model that adds digit by digit, in the precision of its weights."""
    from latebloom.circuits.digits.explanation import explain_digits

    return explain_digits(snapshot.model, snapshot.task_as(DigitAddition))


def guess(model: Transformer) -> Task | None:
    """Digit addition with as many digits as the length allows."""
    try:
        task = DigitAddition(digits=model.pos_embed.W_pos.shape[0] // 3 - 1)
    except ValidationError:
        return None
    return task if fits_shapes(task, model) else None


DIGITS = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(DigitAddition,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
        explain=explain,
        guess=guess,
        shapes="digit addition (12, 10, 3n + 3)",
    )
)
