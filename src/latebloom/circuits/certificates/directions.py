"""Directions over the answers in which, by the explanation, a model's logits are read out of its neurons."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.groups.matrices import functions_of
from latebloom.circuits.groups.views import keys as key_irreps
from latebloom.circuits.modular.positions import positions
from latebloom.circuits.modular.views import keys as key_frequencies
from latebloom.fourier import basis_rows, fourier_basis
from latebloom.measures import Snapshot
from latebloom.tasks import GroupComposition, ModularTask

EXTRA = 2
"""Directions beyond those of the explanation."""

ROUNDS = 3
"""Power iterations."""


def explained_directions(snapshot: Snapshot) -> Float[Tensor, "c r"]:
    """Orthonormal directions over the answers: cos wz and sin wz of the key frequencies, or the functions of the key
    representations of a group. None of them where the model has no key ones."""
    task = snapshot.task_as(ModularTask)  # type: ignore[type-abstract]
    if isinstance(task, GroupComposition):
        found = [torch.from_numpy(functions_of(task.group, one)) for one in snapshot.get(key_irreps)]
        rows = torch.cat(found, 1) if found else torch.zeros(task.p, 0, dtype=torch.float64)
    else:
        rows = _waves(task, snapshot)
    return torch.cat([rows, rows.new_zeros(task.d_vocab_out - task.p, rows.shape[1])])


def _waves(task: ModularTask, snapshot: Snapshot) -> Float[Tensor, "p r"]:
    order = positions(task)
    waves = torch.zeros(task.p, 0, dtype=torch.float64)
    chosen = [row for k in snapshot.get(key_frequencies) for row in basis_rows(k, len(order.z))]
    if chosen:
        waves = torch.zeros(task.p, len(chosen), dtype=torch.float64)
        waves[order.z] = fourier_basis(len(order.z), torch.float64)[chosen].T
    return waves


def read_out_directions(
    explained: Float[Tensor, "c r"], read_out: Float[Tensor, "m c"], extra: int
) -> Float[Tensor, "c s"]:
    """Orthonormal directions in which the read-out is largest: as many as explained and ``extra`` more.

    ``extra`` may be negative; at least one direction is left. The power iteration starts from the explained directions,
    which are nearly those of a trained model already.
    """
    count = max(1, min(explained.shape[1] + extra, *read_out.shape))
    random = np.random.default_rng(0).normal(size=(len(explained), count))
    found = torch.cat([explained, torch.from_numpy(random)], 1)[:, :count]
    for _ in range(ROUNDS):
        found, _ = torch.linalg.qr(read_out.T @ (read_out @ found))
    return found
