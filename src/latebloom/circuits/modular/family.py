"""The family of modular tasks."""

from collections.abc import Mapping
from typing import Any

import torch

from latebloom.circuits.family import FAMILIES, Family
from latebloom.circuits.modular.explanation import explain
from latebloom.circuits.modular.measures import FAMILY
from latebloom.circuits.modular.page import facts, page
from latebloom.circuits.modular.plain_forward import plain_forward
from latebloom.circuits.modular.views import basis, looked_up
from latebloom.circuits.modular.words import STREAM_WORDS, WORDS
from latebloom.models import Model, Transformer
from latebloom.tasks import (
    TASKS,
    ModularAddition,
    ModularCubic,
    ModularDivision,
    ModularMultiplication,
    ModularQuadratic,
    ModularSquareSum,
    ModularSubtraction,
    ModularTask,
    Task,
)
from latebloom.tasks.cyclic import is_prime

_OPERATIONS: tuple[type[ModularTask], ...] = (
    ModularAddition,
    ModularSubtraction,
    ModularMultiplication,
    ModularDivision,
    ModularQuadratic,
    ModularCubic,
    ModularSquareSum,
)
"""The operations that a file of weights is tested for."""


@torch.no_grad()
def of_tokens(model: Model, fields: Mapping[str, Any], name: str | None = None) -> Task | None:
    """The operation with the highest accuracy if that is more than half; else addition.

    fields: the modulus and the layout of the tokens. name: of the operation, where it is known.
    """
    if name is not None:
        kind = TASKS[name]
        return kind(**fields) if issubclass(kind, ModularTask) else None
    p = fields["p"]
    addition = ModularAddition(**fields)
    answers = plain_forward(model, addition).outputs[..., :p].argmax(-1)
    operations = [kind(**fields) for kind in _OPERATIONS if kind is not ModularDivision or is_prime(p)]
    accuracies = {task: _accuracy(task, answers) for task in operations}
    best = max(operations, key=lambda task: accuracies[task])
    return best if accuracies[best] > 0.5 else addition


def guess(model: Transformer) -> Task | None:
    """The operation of a model with the usual tokens ``x y =``."""
    p, outputs = model.embed.W_E.shape[0] - 1, model.unembed.W_U.shape[1]
    if p < 3 or outputs not in (p, p + 1) or model.pos_embed.W_pos.shape[0] != 3:
        return None
    return of_tokens(model, {"p": p})


def _accuracy(task: ModularTask, answers: torch.Tensor) -> float:
    x, y = task.pairs()
    return float((answers[x, y] == torch.from_numpy(task.universe().labels[:, 0])).double().mean())


MODULAR = FAMILIES.register(
    Family(
        name=FAMILY,
        tasks=(ModularTask,),
        words=WORDS,
        stream_words=STREAM_WORDS,
        explain=explain,
        basis=basis,
        forward=looked_up,
        guess=guess,
        of_tokens=of_tokens,
        shapes="a modular task: p + 1 inputs, p or p + 1 outputs, the 3 positions `x y =`, p at least 3",
        facts=facts,
        page=page,
        layout="pairs",
    )
)
