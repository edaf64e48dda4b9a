"""The family of the shared feature, which has only text."""

from latebloom.circuits.family import FAMILIES, Family, task_words
from latebloom.circuits.words import FRESH, SEEN
from latebloom.tasks import SharedFeature

_WORDS = {
    "asks": (
        "The answer is always 1. Each example has two features: one of its own, and one that all examples share. "
        "A weight on the first memorises that example; a weight on the second gives the right answer for all."
    ),
    "weights": (
        "A linear model has no circuit to look for. Its answer to an example depends on the sum of two weights: that "
        "of the shared feature and that of its own feature. For unseen examples, only the shared weight helps."
    ),
}

SHARED_FEATURE = FAMILIES.register(
    Family(
        name="shared_feature",
        tasks=(SharedFeature,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
    )
)
