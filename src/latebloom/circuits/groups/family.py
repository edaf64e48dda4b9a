"""The family of group composition."""

from latebloom.circuits.family import FAMILIES, Family, task_words
from latebloom.circuits.groups.explanation import explain_group
from latebloom.circuits.groups.measures import FAMILY
from latebloom.circuits.groups.views import basis, is_basis
from latebloom.circuits.modular.page import facts
from latebloom.circuits.modular.views import looked_up
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
        explain=explain_group,
        basis=basis,
        is_basis=is_basis,
        forward=looked_up,
        facts=facts,
    )
)
