"""The family of group composition."""

from latebloom._lazy import Deferred
from latebloom.circuits.family import FAMILIES, Family, task_words
from latebloom.circuits.groups.basis import is_basis
from latebloom.circuits.groups.measures import FAMILY
from latebloom.circuits.words import FRESH, SEEN
from latebloom.tasks import GroupComposition

_WORDS = {
    "asks": (
        "The elements of a finite group have numbers. The model reads the numbers of two elements and predicts that of "
        "their product."
    ),
    "weights": (
        "The logits are compared with the characters of the group's irreducible representations, at a·b·c⁻¹ for "
        "operands a and b and answer c. A representation is key if the similarity exceeds the threshold of Chughtai et "
        "al. 2023. Embedding and neurons are split into the same representations. Restricted and excluded loss are the "
        "losses with only the key representations left in the logits, and without them."
    ),
}

GROUPS = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(GroupComposition,),
        words=task_words(SEEN, **_WORDS),
        stream_words=task_words(FRESH, **_WORDS),
        explain=Deferred("latebloom.circuits.groups.explanation:explain_group"),
        basis=Deferred("latebloom.circuits.groups.views:basis"),
        is_basis=is_basis,
        forward=Deferred("latebloom.circuits.modular.views:looked_up"),
        facts=Deferred("latebloom.circuits.modular.page:facts"),
    )
)
