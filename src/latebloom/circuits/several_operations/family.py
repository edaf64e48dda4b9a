"""The family of several operations in one model, which has only text."""

from latebloom.circuits.family import FAMILIES, Family, task_words
from latebloom.circuits.words import FRESH, SEEN
from latebloom.tasks import SeveralOperations

_WORDS = {
    "asks": (
        "An example is two numbers mod p and a token that names an operation on them; the answer is its result. One "
        "model learns all of the operations."
    ),
    "parts": (
        "Each operation has a loss and an accuracy of its own, so it shows whether the model learns one before another."
    ),
    "weights": (
        "The operations share these weights, but for the unembedding where each has answers of its own. Which "
        "frequencies and neurons they share is measured by the study several-tasks."
    ),
}

SEVERAL_OPERATIONS = FAMILIES.register(
    Family(
        name="several_operations",
        tasks=(SeveralOperations,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
    )
)
