"""Views of one model that several analyses of a modular task share. `Snapshot.get` computes each of them once."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latebloom.circuits.modular.basis import DEFAULT_RULE
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.circuits.modular.neurons import NeuronClusters, neuron_clusters
from latebloom.circuits.modular.positions import positions
from latebloom.circuits.modular.sum_losses import LessTables
from latebloom.measures import Basis, Snapshot
from latebloom.models import Examples
from latebloom.tasks import ModularTask


def modular_task(snapshot: Snapshot) -> ModularTask:
    """The task. Errors: UsageError for a task that is not modular."""
    return snapshot.task_as(ModularTask)  # type: ignore[type-abstract]


def grid(snapshot: Snapshot) -> Grid:
    """The model on all pairs, in the precision of its weights; ``snapshot.exact.get(grid)`` is in float64."""
    return modular_grid(snapshot.model, modular_task(snapshot))


def clusters(snapshot: Snapshot) -> NeuronClusters:
    """The neurons by frequency."""
    return neuron_clusters(snapshot.get(grid))


def keys(snapshot: Snapshot) -> tuple[int, ...]:
    """The key frequencies of the basis; may be empty."""
    return tuple(snapshot.basis.get("key_frequencies", ()))


def basis(snapshot: Snapshot, rule: str | None) -> Basis:
    """The key frequencies of this model by the rule of that name (neurons by default), with the rule."""
    chosen = rule or DEFAULT_RULE
    return {"rule": chosen, "key_frequencies": key_frequencies(snapshot.exact.get(grid), chosen)}


def phase(snapshot: Snapshot) -> tuple[Grid, int] | None:
    """The grid and the sign s of cos w(x + s·y), if the task has such a direction and there are key frequencies; None
    otherwise, because measures of the wave algorithm are then undefined."""
    whole = snapshot.get(grid)
    return None if whole.sign is None or not snapshot.get(keys) else (whole, whole.sign)


def train_less(snapshot: Snapshot) -> LessTables:
    """The losses over the train set (all pairs for a stream) of logits less functions of x + s·y."""
    return LessTables(snapshot.get(grid), snapshot.get(train_mask))


def trained_rows(snapshot: Snapshot) -> Bool[Tensor, " row"] | None:
    """Which rows of the task's universe were trained on; None where that is unknown or not defined."""
    if snapshot.train_rows is None:
        return None
    mask = torch.zeros(len(modular_task(snapshot).pairs()[0]), dtype=torch.bool)
    mask[torch.as_tensor(snapshot.train_rows)] = True
    return mask


def train_mask(snapshot: Snapshot) -> Bool[Tensor, "x y"] | None:
    """Which pairs of a `Grid` were trained on, in its order; None where that is unknown or not defined."""
    task, rows = modular_task(snapshot), trained_rows(snapshot)
    if rows is None:
        return None
    x, y = (torch.from_numpy(values)[rows] for values in task.pairs())
    by_value = torch.zeros(task.p, task.p, dtype=torch.bool)
    by_value[x, y] = True
    return positions(task).of_pairs(by_value)


def looked_up(snapshot: Snapshot, examples: Examples) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
    """The logits of some examples, taken from the forward pass on all pairs."""
    x, y = map(torch.from_numpy, modular_task(snapshot).operands(examples.tokens.cpu().numpy()))
    return snapshot.get(grid).outputs[x, y][:, None]
