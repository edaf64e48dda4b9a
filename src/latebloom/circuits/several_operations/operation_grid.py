"""One operation of a model of several, as the model of a modular task."""

import copy
from typing import cast

from torch import nn

from latebloom._errors import UsageError
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.models import Model, Transformer
from latebloom.tasks import SeveralOperations


def operation_grid(model: Model, task: SeveralOperations, name: str) -> Grid:
    """The model on all pairs of one operation, with the operation's token in place, in the precision of its weights.

    The tokens of the other operations are left out, and the rest is a modular task ``x op y =``, so that clusters of
    neurons and key frequencies are those of any such task. Errors: UsageError for a model that is no transformer.
    """
    if not isinstance(model, Transformer):
        raise UsageError(f"model: got {type(model).__name__} for {task.name}, expected a Transformer")
    operation, tokens = task.operation(name)
    alone = copy.deepcopy(model)
    alone.embed.W_E = nn.Parameter(cast(nn.Parameter, model.embed.W_E).detach()[tokens], requires_grad=False)
    return modular_grid(alone, operation)
