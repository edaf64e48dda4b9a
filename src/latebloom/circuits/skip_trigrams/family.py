"""The family of skip trigrams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from latebloom.circuits.family import FAMILIES, Family, fits_shapes, task_words
from latebloom.circuits.skip_trigrams.measures import FAMILY
from latebloom.circuits.words import FRESH, SEEN
from latebloom.measures import Snapshot
from latebloom.tasks import SkipTrigrams, Task

if TYPE_CHECKING:
    from latebloom.circuits.skip_trigrams.explanation import TrigramExplanation
    from latebloom.models import Transformer


_WORDS = {
    "asks": (
        "A sequence of the tokens 0 … 9 contains one token of 10 … 19 at a random place, and ends with END. At END the "
        "model must repeat that token."
    ),
    "parts": (
        "There are ten rules to learn, 10 … END 10 to 19 … END 19, called skip trigrams. Each part is the loss on "
        "the examples of one of them."
    ),
    "weights": (
        "Ten skip trigrams are enough for the task. One layer of attention adds up the contributions of the tokens, so "
        "the trigrams follow from the weights: the strength of a … END b is how much the token a raises the answer b "
        "above the others. The model is then reduced to the task's ten alone, to ten others as a control, and to all "
        "but the task's ten."
    ),
}


def explain(snapshot: Snapshot) -> TrigramExplanation:
    """The skip trigrams of a model, in float64."""
    from latebloom.circuits.skip_trigrams.explanation import explain_trigrams

    return explain_trigrams(snapshot.model, snapshot.task_as(SkipTrigrams))


def guess(model: Transformer) -> Task | None:
    """Skip trigrams of the model's length."""
    try:
        task = SkipTrigrams(length=model.pos_embed.W_pos.shape[0] - 2)
    except ValidationError:
        return None
    return task if fits_shapes(task, model) else None


SKIP_TRIGRAMS = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(SkipTrigrams,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
        explain=explain,
        guess=guess,
        shapes="skip trigrams (22, 10)",
    )
)
