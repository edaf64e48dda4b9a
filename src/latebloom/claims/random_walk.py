"""Claims that compare the path of the weights with random walks that have the same ends and step lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Int

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.learning import span, train_mask_of
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.region import AtMost, Below, Ratio

if TYPE_CHECKING:
    from latebloom.circuits.modular.bridges import PathLosses


STEPS = 10
"""Steps of a walk, from the end of memorisation until test loss stays under guessing."""

WALKS = 20
"""Random walks: with one path among 21, the smoothest is so by chance in 1 of 21 runs, under the usual 5 %."""

_BETWEEN = "from the end of memorisation until test loss stays under guessing"


class _Walks(NamedTuple):
    """The losses of a run's path at its points, and of each random walk at the points between the same ends."""

    path: PathLosses
    walks: list[PathLosses]

    def roughness(self, losses: PathLosses) -> float:
        """The total variation of log excluded loss over its net change; 1 where it only rises or only falls."""
        ends = self.path.excluded[[0, -1]].log().numpy()
        inner = losses.excluded.log().numpy()
        course = np.concatenate([ends[:1], inner, ends[1:]])
        return float(np.abs(np.diff(course)).sum() / abs(ends[1] - ends[0]))

    @property
    def inner(self) -> PathLosses:
        """The path's own losses between its ends."""
        from latebloom.circuits.modular.bridges import PathLosses

        return PathLosses(self.path.train[1:-1], self.path.excluded[1:-1])


@once
def _walks(analysis: Analysis) -> _Walks:
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.bridges import bridge_losses, path_losses
    from latebloom.runs.threads import one_thread_each

    (start, end), _ = span(analysis), keys_of(analysis)
    if analysis.final.exact.get(views.phase) is None:
        raise Undefined("the answer is no function of a sum or difference of positions, so there is no excluded loss")
    train_mask_of(analysis.final)  # as excluded loss is one over the train set
    snapshots = [analysis.snapshot(step) for step in _points(np.array(analysis.course), start, end)]
    with one_thread_each() as each:
        found = _Walks(path_losses(snapshots, each), bridge_losses(snapshots, WALKS, each=each))
    if found.path.excluded[0] == found.path.excluded[-1]:
        raise Undefined("excluded loss is the same at both ends")
    return found


def _points(steps: Int[np.ndarray, " n"], start: float, end: float) -> list[int]:
    """The checkpoints nearest to the ends of `STEPS` equal parts, each once."""
    inside = steps[(steps >= start) & (steps <= end)]
    if len(inside) <= STEPS:
        raise Undefined(f"needs {STEPS + 1} checkpoints between steps {start:.0f} and {end:.0f}, and has {len(inside)}")
    nearest = {int(inside[np.abs(inside - at).argmin()]) for at in np.linspace(inside[0], inside[-1], STEPS + 1)}
    return sorted(nearest)


@quantity(
    "times",
    f"the total variation of log excluded loss {_BETWEEN}, at {STEPS + 1} checkpoints, over its net change",
)
def path_roughness(analysis: Analysis) -> float:
    found = _walks(analysis)
    return found.roughness(found.inner)


@quantity(
    "times",
    f"the same along a random walk in weight space with the same ends and step lengths, in the median of {WALKS} walks",
)
def walk_roughness(analysis: Analysis) -> float:
    found = _walks(analysis)
    return float(np.median([found.roughness(walk) for walk in found.walks]))


@quantity(
    "share",
    "the share of random walks in weight space with the path's ends and step lengths along which excluded loss is at "
    f"least as smooth (its total variation is no greater) as along the path, (b + 1) / (m + 1) with m = {WALKS},",
)
def walks_as_smooth(analysis: Analysis) -> float:
    found = _walks(analysis)
    own = found.roughness(found.inner)
    return (sum(found.roughness(walk) <= own * (1 + 1e-9) for walk in found.walks) + 1) / (WALKS + 1)


@quantity("nats", f"the largest train loss of the path {_BETWEEN}")
def path_train_loss(analysis: Analysis) -> float:
    return float(_walks(analysis).path.train.max())


@quantity("nats", f"the largest train loss of a random walk with the same ends, in the best of {WALKS} walks")
def walk_train_loss(analysis: Analysis) -> float:
    return min(float(walk.train.max()) for walk in _walks(analysis).walks)


register(
    Claim(
        id="circuit-smoother-than-walk",
        sentence="Excluded loss rises more smoothly than along random walks in weight space between the same models.",
        place='W, "Key Claims"; "Evolution of Circuits During Training"',
        published="no random walk in model space (a picture)",
        region=AtMost(walks_as_smooth, 0.05, "the usual level"),
        finding="total variation {path_roughness:.2f} times the net change, {walk_roughness:.2f} times along walks; "
        "{walks_as_smooth:.0%} of walks are as smooth",
        figure="excluded-loss",
    ),
    Claim(
        id="performance-retained",
        sentence="Training passes from one circuit to the other while it retains good performance on the train set, "
        "and random walks between the same models do not.",
        place='W, "Evolution of Circuits During Training", interpolation',
        published="surprising (W)",
        region=Below(
            Ratio(
                path_train_loss,
                walk_train_loss,
                "the largest train loss of the path over that of the best random walk with the same ends and step "
                "lengths",
            ),
            0.1,
            "arbitrary: a factor of ten",
        ),
        finding="train loss at most {path_train_loss:.2g} along the path, {walk_train_loss:.2g} along the best of "
        f"{WALKS} random walks",
        figure="training-curve",
    ),
)
