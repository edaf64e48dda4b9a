"""The family of sparse parity, which has only text."""

from latebloom.circuits.family import FAMILIES, Family, task_words
from latebloom.circuits.words import FRESH, SEEN
from latebloom.tasks import SparseParity

_WORDS = {
    "asks": (
        "An example is a row of random bits; the answer is whether the number of ones among the first few is odd. "
        "The model is not told which bits count, and fewer than all of these bits say nothing about the answer."
    ),
    "weights": (
        "How far the input weights of each bit have moved from their initial values shows which bits the model has "
        "found. The study parity compares this with the accuracy."
    ),
}

SPARSE_PARITY = FAMILIES.register(
    Family(
        name="sparse_parity",
        tasks=(SparseParity,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
    )
)
