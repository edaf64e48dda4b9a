"""The family of modular tasks."""

from latebloom.circuits.family import FAMILIES, Family
from latebloom.circuits.modular.answers import read_operation
from latebloom.circuits.modular.explanation import explain
from latebloom.circuits.modular.measures import FAMILY
from latebloom.circuits.modular.page import facts, page
from latebloom.circuits.modular.unknown import explain_unknown
from latebloom.circuits.modular.views import basis, is_basis, looked_up
from latebloom.circuits.modular.words import STREAM_WORDS, WORDS
from latebloom.tasks import ModularTask

MODULAR = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(ModularTask,),
        words=WORDS,
        stream_words=STREAM_WORDS,
        explain=explain,
        basis=basis,
        is_basis=is_basis,
        forward=looked_up,
        explain_unknown=explain_unknown,
        of_tokens=read_operation,
        shapes="a modular task: 2 to 4 positions such as `x y =`, p of 3 to 10000 in inputs and outputs",
        facts=facts,
        page=page,
        layout="pairs",
    )
)
