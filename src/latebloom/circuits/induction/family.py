"""The family of repeated subsequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from latebloom.circuits.family import FAMILIES, Family, fits_shapes, task_words
from latebloom.circuits.induction.measures import FAMILY
from latebloom.circuits.words import FRESH, SEEN
from latebloom.measures import Snapshot
from latebloom.tasks import RepeatedSubsequences, Task

if TYPE_CHECKING:
    from latebloom.circuits.induction.explanation import InductionCircuit
    from latebloom.models import Transformer


_WORDS = {
    "asks": (
        "A sequence of random tokens holds the same random subsequence several times. From the second copy on the "
        "model must predict its next token. It can know this token only by looking it up in an earlier copy."
    ),
    "parts": "The labels in each copy from the second on have a loss of their own.",
    "weights": (
        "The circuit to look for is an induction circuit of two heads, written layer.head. A previous-token head "
        "writes to each token which token came before it. An induction head in a later layer looks for tokens that "
        "come after an earlier copy of the present token, and copies them. Scores are shares of attention (0 to 1). "
        "Composition compares how much the second head's queries (Q), keys (K) and values (V) read the first head's "
        "output with the same for random heads, in standard deviations. The last rows are increases of the loss "
        "when a head or a path is cut."
    ),
}


def explain(snapshot: Snapshot) -> InductionCircuit:
    """The induction circuit of a model, in float64."""
    from latebloom.circuits.induction.explanation import explain_induction

    return explain_induction(snapshot.model, snapshot.task_as(RepeatedSubsequences))


def guess(model: Transformer) -> Task | None:
    """Repeated subsequences with the model's vocabulary and length."""
    try:
        task = RepeatedSubsequences(vocabulary=model.embed.W_E.shape[0], length=model.pos_embed.W_pos.shape[0])
    except ValidationError:
        return None
    return task if fits_shapes(task, model) else None


INDUCTION = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(RepeatedSubsequences,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
        explain=explain,
        guess=guess,
        shapes="repeated subsequences (as many inputs as outputs)",
    )
)
