"""Random walks in weight space between two models of a run, for comparison with the path that training took."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._types import Each
from latebloom.circuits.modular.grid import masked
from latebloom.circuits.modular.lean_losses import lean_losses
from latebloom.circuits.modular.projections import phase_part
from latebloom.circuits.modular.views import keys, modular_task, phase, train_mask
from latebloom.measures import Snapshot

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class PathLosses:
    """Train loss and excluded loss (nats) at each point of a path in weight space."""

    train: Float[Tensor, " point"]
    excluded: Float[Tensor, " point"]


def path_losses(snapshots: Sequence[Snapshot], each: Each = map) -> PathLosses:
    """The losses of these models, all of one run, on its train set (all pairs for a stream).

    They need a task with a phase direction and key frequencies (`latebloom.circuits.modular.views.phase`). each:
    `map`, or what does the same in several threads.
    """
    return _path(each(_losses_of(snapshots[0]), snapshots))


def bridge_losses(path: Sequence[Snapshot], count: int, seed: int = 0, each: Each = map) -> list[PathLosses]:
    """The losses between the ends of ``count`` random walks that have the ends and step lengths of a path of models.

    each: as for `path_losses`; a thread computes a whole walk.
    """
    generator, points = torch.Generator().manual_seed(seed), [dict(one.model.named_parameters()) for one in path]
    losses_of = _losses_of(path[0])

    def losses(walk: Sequence[Weights]) -> PathLosses:
        return _path(losses_of(_with(path[0], weights)) for weights in walk[1:-1])

    return list(each(losses, (bridge(points, generator) for _ in range(count))))


def _path(losses: Iterable[tuple[float, float]]) -> PathLosses:
    found = torch.tensor(list(losses), dtype=torch.float64)
    return PathLosses(found[:, 0], found[:, 1])


def _losses_of(like: Snapshot) -> Callable[[Snapshot], tuple[float, float]]:
    """What computes train loss and excluded loss of models of this run."""
    lean = lean_losses(like.model, modular_task(like), like.get(keys), like.get(train_mask))
    return losses_on_grid if lean is None else lambda snapshot: lean.of(snapshot.model)


def losses_on_grid(snapshot: Snapshot) -> tuple[float, float]:
    """Train loss and excluded loss from the logits of all pairs: the reference, for any model."""
    # A view of all pairs takes tens of megabytes, so it is not left in the cache of each model of a path.
    snapshot = replace(snapshot, _cache={})
    grid_and_sign = snapshot.get(phase)
    assert grid_and_sign is not None, "the caller makes sure of key frequencies"
    whole, sign = grid_and_sign
    mask = snapshot.get(train_mask)
    rows, waves = masked(whole.logits, mask), phase_part(whole, snapshot.get(keys), sign).along(mask=mask)
    return float(whole.row_losses(rows, mask).mean()), float(whole.row_losses(rows - waves, mask).mean())


def _with(snapshot: Snapshot, weights: Weights) -> Snapshot:
    """The snapshot with other values of its weights."""
    model = copy.deepcopy(snapshot.model)
    model.load_state_dict(dict(weights), strict=False)
    return replace(snapshot, model=model, _cache={})


@torch.no_grad()
def bridge(path: Sequence[Weights], generator: torch.Generator) -> list[Weights]:
    """One random walk from the first to the last point of a path, with as long a step, in each tensor, as the path has.

    A walk whose steps have lengths r_i in random directions, given that it ends at w_0 + Δ, has steps

        e_i = s·(r_i / |Δ|)·Δ + sqrt(1 - s²)·r_i·u_i - (its share of the remainder),   s = |Δ| / Σ r_i,

    with random unit vectors u_i; the remainder, Σ of the random parts, is taken off in proportion to r_i², as in a
    Brownian bridge. In many dimensions u_i is orthogonal to Δ, so that |e_i| ≈ r_i. A straight path has s = 1: only a
    straight walk has its ends and step lengths, and the bridge is the path itself up to its speed.
    Limits: directions are isotropic, while those of an optimiser are not; the walk may leave the models that fit the
    train set.
    """
    walks = {name: _walk(torch.stack([point[name] for point in path]), generator) for name in path[0]}
    return [{name: walk[i] for name, walk in walks.items()} for i in range(len(path))]


def _walk(path: Float[Tensor, "point *shape"], generator: torch.Generator) -> Float[Tensor, "point *shape"]:
    """The bridge of one tensor."""
    points = path.flatten(1)
    length, span = points.diff(dim=0).norm(dim=1, keepdim=True), points[-1] - points[0]
    whole = length.sum()
    if whole == 0:
        return path
    noise = torch.randn(len(points) - 1, points.shape[1], generator=generator).to(points)
    straight = (span.norm() / whole).clamp(max=1)
    random = (1 - straight**2).sqrt() * length * noise / noise.norm(dim=1, keepdim=True)
    random = random - random.sum(0) * length**2 / (length**2).sum()
    steps = torch.cat([torch.zeros_like(points[:1]), length / whole * span + random])
    return (points[0] + steps.cumsum(0)).view_as(path)
