"""The family of modular tasks."""

from latebloom._lazy import Deferred
from latebloom.circuits.family import FAMILIES, Family
from latebloom.circuits.modular.basis import is_basis
from latebloom.circuits.modular.measures import FAMILY
from latebloom.circuits.modular.words import STREAM_WORDS, WORDS
from latebloom.tasks import ModularTask

MODULAR = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(ModularTask,),
        words=WORDS,
        stream_words=STREAM_WORDS,
        explain=Deferred("latebloom.circuits.modular.explanation:explain"),
        basis=Deferred("latebloom.circuits.modular.views:basis"),
        is_basis=is_basis,
        forward=Deferred("latebloom.circuits.modular.views:looked_up"),
        explain_unknown=Deferred("latebloom.circuits.modular.unknown:explain_unknown"),
        of_tokens=Deferred("latebloom.circuits.modular.answers:read_operation"),
        shapes="a modular task: 2 to 4 positions such as `x y =`, p of 3 to 10000 in inputs and outputs",
        facts=Deferred("latebloom.circuits.modular.page:facts"),
        page=Deferred("latebloom.circuits.modular.page:page"),
        layout="pairs",
    )
)
