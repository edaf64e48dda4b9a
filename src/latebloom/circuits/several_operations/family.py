"""The family of several operations, which has only text: each operation is a modular task, see `operation_grid`."""

from latebloom.circuits.family import FAMILIES, Family, task_words
from latebloom.circuits.words import FRESH, SEEN
from latebloom.tasks import SeveralOperations

_WORDS = {
    "asks": (
        "The model adds, subtracts or multiplies two numbers mod p; a token between them names the operation. Each "
        "operation has a loss of its own."
    ),
    "parts": "The operations share all weights but the embedding of their token.",
    "weights": (
        "With the token of one operation in place, the model is one of a modular task. The study several-tasks "
        "compares the frequencies and the neurons of the operations."
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
