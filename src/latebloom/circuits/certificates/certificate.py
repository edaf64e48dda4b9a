"""A lower bound on accuracy over all pairs: the explained read-out of the neurons, and norms of what it leaves out.

The explanation says that the logits are read out of the neurons in a few directions over the answers: cos wz and sin wz
of each key frequency, or the functions of a group's key representations. From these, power iteration finds as many
directions Q, and a few more, in which the read-out W is largest. With W = W Q Qᵀ + E, and for the neurons n of a pair
with right answer t,

    L[t] - L[z] ≥ (n W Q) · (Q[t] - Q[z]) + n̄ · (E[t] - E[z]) - |n - n̄| (|E[t]| + |E[z]|) - R

by Cauchy and Schwarz, for any fixed n̄; R is the range of what goes around the neurons outside Q. The pair is certified
if this is positive for every z. The explanation also says that the model treats both operands alike: where the task
does, a pair stands for the swapped one, whose neurons differ by no more than the tables and the attention of the two
operands do. Nothing of this needs the explanation to be right: a wrong one gives a small bound.

Rounding: the certificate holds for exact arithmetic on the stored weights. Everything is computed in float64, and
margins must exceed `ROUNDING` times the size of the numbers in them. It does not hold for the model's own float32
arithmetic where huge terms cancel: what is common to all answers is taken out of the read-out first, so it does not
count in that size, but the model rounds it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._config import Config
from latebloom.circuits.certificates.cost import exact_flops, neuron_flops, plain_flops, table_flops
from latebloom.circuits.certificates.directions import EXTRA, ROUNDS, explained_directions, read_out_directions
from latebloom.circuits.certificates.mixed import Mixed, mixed_of
from latebloom.measures import Snapshot
from latebloom.tasks import ModularTask
from latebloom.tasks.base import IGNORE

ROUNDING = 2.0**-13
"""Over 2000 float32 roundings in a row, of the numbers in a margin; not of terms that cancel between answers."""


class Certificate(Config):
    """What `latebloom certify --json` gives.

    accuracy_at_least: over all pairs on which the operation is defined, in exact arithmetic on the stored weights.
    flops: of the bound, tables included. brute_force_flops: of the model's usual forward pass on every pair. how: in
    words. exact_flops: of the cheapest exact evaluation that we know. directions: of the read-out, of which
    ``explained`` come from the explanation. pairs: for which neurons were computed. swapped: whether others may follow
    from swapping the operands.
    """

    accuracy_at_least: float
    flops: int
    brute_force_flops: int
    how: str
    exact_flops: int
    directions: int
    explained: int
    pairs: int
    swapped: bool

    @property
    def sentence(self) -> str:
        """The bound and its cost, in a few words."""
        share = self.flops / self.brute_force_flops
        return (
            f"accuracy at least {self.accuracy_at_least:.4g}: {self.directions} directions, {share:.1%} of brute force"
        )

    def rows(self) -> list[tuple[str, str]]:
        """The certificate as (quantity, value) pairs, for printing."""
        return [
            ("accuracy at least", f"{self.accuracy_at_least:.6g}"),
            ("floating-point operations", f"{self.flops:.4g}"),
            ("of the model on all pairs", f"{self.brute_force_flops:.4g} ({self.flops / self.brute_force_flops:.1%})"),
            ("of the cheapest exact way", f"{self.exact_flops:.4g} ({self.flops / self.exact_flops:.1%})"),
            ("how", self.how),
        ]


@torch.no_grad()
def certify(snapshot: Snapshot, extra: int = EXTRA, swap: bool = True) -> Certificate:
    """A lower bound on the accuracy of a model over all pairs, from its weights and its explanation.

    It holds for exact arithmetic on the stored weights, not for float32 where huge terms cancel.

    extra: directions beyond the explanation's. swap: whether to let a pair stand for the swapped one where the task
    allows it; that one is computed only where it cannot. Errors: UsageError for a model that is not one layer, see
    `mixed_of`, and for a task that is not on pairs.
    """
    task = snapshot.task_as(ModularTask)  # type: ignore[type-abstract]
    mixed = mixed_of(snapshot.exact.model, task)
    explained = explained_directions(snapshot)
    read_out = mixed.w_logit - mixed.w_logit.mean(1, keepdim=True)
    mixed = replace(mixed, w_logit=read_out)
    directions = read_out_directions(explained, read_out, extra)
    labels = torch.from_numpy(task.table())
    swapped = swap and mixed.slope is not None and not task.separate_operands and bool((labels == labels.T).all())
    certified, pairs = _Bound.of(mixed, directions, labels).pairs(swapped)
    return Certificate(
        accuracy_at_least=certified / int((labels != IGNORE).sum()),
        flops=_flops(snapshot, mixed, directions.shape[1], pairs, swapped),
        brute_force_flops=plain_flops(snapshot.model, task),
        exact_flops=exact_flops(snapshot.model, task, mixed.pre_x.shape[1], mixed.w_logit.shape[0]),
        how=_words(explained.shape[1], directions.shape[1], pairs, swapped),
        directions=directions.shape[1],
        explained=explained.shape[1],
        pairs=pairs,
        swapped=swapped,
    )


FRONTIER = (-6, -4, -2, -1, 0, 1, 2, 4, 8, 16)
"""Directions beyond those of the explanation at which `frontier` stops; below 0 some of those are left out."""


def frontier(snapshot: Snapshot) -> list[Certificate]:
    """Certificates with more and more directions of the read-out, each count once; see `certify`."""
    found = {one.directions: one for one in (certify(snapshot, extra) for extra in FRONTIER)}
    return [found[count] for count in sorted(found)]


def _words(explained: int, directions: int, pairs: int, swapped: bool) -> str:
    rest = "; where the operands' tables differ little enough, a pair stands for the swapped one" if swapped else ""
    return (
        f"the neurons of {pairs} pairs, read out in {directions} directions over the answers ({explained} of the "
        f"explanation), with norm bounds on the rest of the read-out{rest}"
    )


def _flops(snapshot: Snapshot, mixed: Mixed, directions: int, pairs: int, swapped: bool) -> int:
    task = snapshot.task_as(ModularTask)  # type: ignore[type-abstract]
    (p, heads, m), outputs = mixed.pre_x.shape, mixed.w_logit.shape[1]
    # The directions, what they leave of the read-out, and the operands' tables in them with their norms.
    once = 2 * m * outputs * (2 * ROUNDS * directions + 2 * directions + 1) + 2 * ROUNDS * outputs * directions**2
    once += 2 * p * heads * (4 * outputs * directions + 8 * (m + outputs)) + 2 * m * outputs**2
    each = neuron_flops(heads, m) + 2 * m * directions + 3 * m
    each += 4 * heads * directions + 2 * directions * outputs + 4 * outputs + heads * (8 + 40 * swapped)
    # The neurons of the pairs (x, x) give n̄.
    return table_flops(snapshot.model, task) + once + pairs * each + p * neuron_flops(heads, m)


@dataclass(frozen=True, eq=False)
class _Bound:
    """What the margins of a row of pairs are bounded with; names as in the module's formula.

    read: W Q. answers: Q. centre: n̄. offset: n̄ E and the constant of the logits, by answer. rest: |E[z]|. widest,
    difference: the largest |W[z]| and |W[t] - W[z]|. around_x, around_y: the operands' part of the logits around the
    neurons in the directions Q; range_x, range_y: the range of what is left of it; size_x, size_y: of the whole.
    """

    mixed: Mixed
    labels: Int[Tensor, "p p"]
    read: Float[Tensor, "m r"]
    answers: Float[Tensor, "c r"]
    centre: Float[Tensor, " m"]
    offset: Float[Tensor, " c"]
    rest: Float[Tensor, " c"]
    widest: float
    difference: float
    around_x: Float[Tensor, "p head r"]
    around_y: Float[Tensor, "p head r"]
    range_x: Float[Tensor, "p head"]
    range_y: Float[Tensor, "p head"]
    size_x: Float[Tensor, "p head"]
    size_y: Float[Tensor, "p head"]
    neuron_swap: "_Swap"
    around_swap: "_Swap"

    @classmethod
    def of(cls, mixed: Mixed, q: Float[Tensor, "c r"], labels: Int[Tensor, "p p"]) -> "_Bound":
        left = mixed.w_logit - (mixed.w_logit @ q) @ q.T
        diagonal = torch.arange(len(labels))
        centre = mixed.apply(_pre(mixed, diagonal, diagonal)).mean(0)
        around_x, around_y = mixed.out_x @ q, mixed.out_y @ q
        return cls(
            mixed=mixed,
            labels=labels,
            read=mixed.w_logit @ q,
            answers=q,
            centre=centre,
            offset=centre @ left + mixed.out_constant,
            rest=left.norm(dim=0),
            widest=float(mixed.w_logit.norm(dim=0).max()),
            difference=_largest_difference(mixed.w_logit),
            around_x=around_x,
            around_y=around_y,
            range_x=_range(mixed.out_x - around_x @ q.T),
            range_y=_range(mixed.out_y - around_y @ q.T),
            size_x=_range(mixed.out_x),
            size_y=_range(mixed.out_y),
            neuron_swap=_Swap.of(mixed.pre_x, mixed.pre_y, lambda table: table.norm(dim=-1)),
            around_swap=_Swap.of(mixed.out_x, mixed.out_y, _range),
        )

    def pairs(self, swapped: bool) -> tuple[int, int]:
        """How many pairs are certified, and of how many the neurons were computed.

        swapped: each pair (x, y) with y > x first stands for (y, x), which is computed only where that does not do.
        """
        defined = self.labels != IGNORE
        certified, computed = torch.zeros_like(defined), torch.zeros_like(defined)
        for first in (True, False) if swapped else (True,):
            wanted = defined.triu() if swapped and first else defined & ~certified & ~computed
            for x in range(len(defined)):
                y = wanted[x].nonzero().flatten()
                if not len(y):
                    continue
                margin, size = self._margins(x, y)
                computed[x, y], certified[x, y] = True, margin > ROUNDING * size
                if swapped and first:
                    certified[y, x] |= margin - self._apart(torch.full_like(y, x), y) > ROUNDING * size
        return int(certified.sum()), int(computed.sum())

    def _margins(self, x: int, y: Int[Tensor, " pair"]) -> tuple[Float[Tensor, " pair"], Float[Tensor, " pair"]]:
        """The smallest margin of each pair over the other answers, and the size of the numbers in it."""
        mixed = self.mixed
        weight_x, weight_y = mixed.weight_x[x, y], mixed.weight_y[x, y]
        neurons = mixed.apply(_pre(mixed, torch.full_like(y, x), y))
        around = weight_x @ self.around_x[x] + torch.einsum("yh,yhr->yr", weight_y, self.around_y[y])
        score = (neurons @ self.read + around) @ self.answers.T + self.offset
        away = (neurons - self.centre).norm(dim=1)
        left = (weight_x * self.range_x[x]).sum(1) + (weight_y * self.range_y[y]).sum(1)
        right = self.labels[x, y][:, None]
        own = score.gather(1, right)[:, 0] - away * self.rest[right[:, 0]] - left
        rivals = (score + away[:, None] * self.rest).scatter(1, right, -torch.inf)
        whole = (weight_x * self.size_x[x]).sum(1) + (weight_y * self.size_y[y]).sum(1)
        size = (away + self.centre.norm()) * self.widest + whole + mixed.out_constant.abs().max()
        return own - rivals.max(1).values, size

    def _apart(self, x: Int[Tensor, " pair"], y: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The most by which a margin can change if the operands are swapped."""
        slope = self.mixed.slope
        assert slope is not None
        neurons = self.neuron_swap.bound(self.mixed, x, y)
        return self.difference * slope * neurons + self.around_swap.bound(self.mixed, x, y)


@dataclass(frozen=True, eq=False)
class _Swap:
    """How far a mix of two tables changes if the operands are swapped, in some norm.

    With the mean M of the tables of x and of y, and half of their difference D = δ + rest, the change is
    Σ_h a M[x] + b M[y] + (a' - b') δ + a' rest[x] - b' rest[y], where a = weight_x[x, y] - weight_y[y, x],
    a' = weight_x[x, y] + weight_y[y, x], and b, b' are the same with weight_y[x, y] and weight_x[y, x].
    """

    mean: Float[Tensor, "p head"]
    delta: Float[Tensor, " head"]
    rest: Float[Tensor, "p head"]

    @classmethod
    def of(
        cls, of_x: Float[Tensor, "p head n"], of_y: Float[Tensor, "p head n"], norm: Callable[[Tensor], Tensor]
    ) -> "_Swap":
        half = (of_x - of_y) / 2
        delta = half.mean(0, keepdim=True)
        return cls(norm((of_x + of_y) / 2), norm(delta)[0], norm(half - delta))

    def bound(self, mixed: Mixed, x: Int[Tensor, " pair"], y: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """By the triangle inequality, for each pair."""
        own_x, own_y = mixed.weight_x[x, y], mixed.weight_y[x, y]
        other_x, other_y = mixed.weight_y[y, x], mixed.weight_x[y, x]
        changes = (own_x - other_x).abs() * self.mean[x] + (own_y - other_y).abs() * self.mean[y]
        shared = (own_x + other_x - own_y - other_y).abs() * self.delta
        return (changes + shared + (own_x + other_x) * self.rest[x] + (own_y + other_y) * self.rest[y]).sum(1)


def _largest_difference(columns: Float[Tensor, "m c"]) -> float:
    """The largest distance between two columns."""
    products = columns.T @ columns
    squares = products.diagonal()
    return float((squares[:, None] + squares - 2 * products).max().clamp(min=0).sqrt())


def _pre(mixed: Mixed, x: Int[Tensor, " pair"], y: Int[Tensor, " pair"]) -> Float[Tensor, "pair m"]:
    """Pre-activations of some pairs."""
    of_x = torch.einsum("bh,bhm->bm", mixed.weight_x[x, y], mixed.pre_x[x])
    return mixed.pre_constant + of_x + torch.einsum("bh,bhm->bm", mixed.weight_y[x, y], mixed.pre_y[y])


def _range(values: Float[Tensor, "*table c"]) -> Float[Tensor, "*table"]:
    """The largest difference between two answers."""
    return values.amax(-1) - values.amin(-1)
