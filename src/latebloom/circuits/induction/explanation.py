"""The induction circuit of a model as one report: its heads, their composition, and the loss without them."""

import copy
from collections.abc import Callable

import torch

from latebloom._config import Config
from latebloom._text import Shown
from latebloom.circuits.induction.ablation import Head, HeadAblations, head_increases, path_increases
from latebloom.circuits.induction.composition import INTO, Into, compositions
from latebloom.circuits.induction.scores import head_scores, previous_token_even
from latebloom.circuits.induction.sequences import Sequences, draw_sequences, transformer
from latebloom.circuits.induction.settings import SCORE
from latebloom.models import Model, Transformer
from latebloom.tasks import RepeatedSubsequences


class HeadReport(Config):
    """One head. Scores as in `HeadScores`; ``loss_increase``: nats, with the head's output at its mean."""

    layer: int
    head: int
    previous_token: float
    previous_token_everywhere: float
    induction: float
    induction_control: float
    loss_increase: float


class CompositionReport(Config):
    """One pair of heads. score, excess over random heads, and z as in `Composition`; None where a head is zero."""

    source: tuple[int, int]
    target: tuple[int, int]
    into: Into
    score: float | None
    excess: float | None
    z: float | None


class PathReport(Config):
    """Loss increase (nats) without one head's path into the queries, keys or values of all later heads."""

    source: tuple[int, int]
    into: Into
    loss_increase: float


class InductionCircuit(Shown, Config):
    """The circuit of a model; losses in nats on ``sequences`` sequences from ``seed``.

    pair: the previous-token and the induction head with the highest scores, the first in an earlier layer; None with
    the reason in ``undefined``. without_previous_token_heads, without_induction_heads: increase of the loss without all
    heads of that kind at once; None without any. previous_token_even: previous-token score of even attention.
    """

    task: str
    sequences: int
    seed: int
    loss: float
    previous_token_even: float
    heads: tuple[HeadReport, ...]
    compositions: tuple[CompositionReport, ...]
    paths: tuple[PathReport, ...]
    previous_token_heads: tuple[tuple[int, int], ...]
    induction_heads: tuple[tuple[int, int], ...]
    without_previous_token_heads: float | None
    without_induction_heads: float | None
    pair: tuple[tuple[int, int], tuple[int, int]] | None
    undefined: str | None

    def rows(self) -> list[tuple[str, str]]:
        """The circuit as (quantity, value) pairs, for printing; heads are written layer.head."""
        named = {"previous-token heads": self.previous_token_heads, "induction heads": self.induction_heads}
        rows = [("task", self.task), (f"loss, {self.sequences} sequences", f"{self.loss:.4g}")]
        rows += [(name, ", ".join(map(_name, heads)) or "none") for name, heads in named.items()]
        if self.pair is None:
            return [*rows, ("circuit", f"none: {self.undefined}")]
        source, target = (self.head(place) for place in self.pair)
        paths = {path.into: path.loss_increase for path in self.paths if path.source == self.pair[0]}
        without = (self.without_previous_token_heads, self.without_induction_heads)
        mine = [pair for pair in self.compositions if (pair.source, pair.target) == self.pair and pair.z is not None]
        return [
            *rows,
            ("circuit", f"{_name(self.pair[0])} into {_name(self.pair[1])}"),
            ("previous-token score (even attention)", f"{source.previous_token:.3f} ({self.previous_token_even:.3f})"),
            ("induction score (control)", f"{target.induction:.3f} ({target.induction_control:.3f})"),
            ("composition, deviations from random", ", ".join(f"{pair.into.upper()} {pair.z:.1f}" for pair in mine)),
            ("loss without the two heads", f"{source.loss_increase:+.3g}, {target.loss_increase:+.3g}"),
            ("loss without all of each kind", ", ".join(f"{more:+.3g}" for more in without if more is not None)),
            ("loss without the path into", ", ".join(f"{into.upper()} {more:+.3g}" for into, more in paths.items())),
        ]

    def head(self, place: tuple[int, int]) -> HeadReport:
        """The report of the head at (layer, number)."""
        return next(head for head in self.heads if (head.layer, head.head) == place)


@torch.no_grad()
def explain_induction(model: Model, task: RepeatedSubsequences, sequences: int = 64, seed: int = 0) -> InductionCircuit:
    """Look for previous-token heads, induction heads and the composition between them, in float64.

    Source: the circuit that the write-up expects. Errors: UsageError for a model without attention.
    """
    exact = transformer(copy.deepcopy(model).double())
    drawn = draw_sequences(task, sequences, seed)
    ablations = HeadAblations(exact, drawn)
    heads, even = _heads(exact, drawn, ablations), previous_token_even(drawn)
    previous = _named(heads, lambda head: head.previous_token - even)
    induction = _named(heads, lambda head: head.induction - head.induction_control)
    pair, undefined = _pair(previous, induction, len(exact.blocks))
    return InductionCircuit(
        task=task.name,
        sequences=sequences,
        seed=seed,
        loss=ablations.loss,
        previous_token_even=even,
        heads=heads,
        compositions=tuple(
            CompositionReport(**vars(pair)) for into in INTO for pair in compositions(exact, into, seed)
        ),
        paths=tuple(
            PathReport(source=(head.layer, head.head), into=into, loss_increase=increase)
            for head in heads
            for into, increase in path_increases(ablations, (head.layer, head.head)).items()
        ),
        previous_token_heads=previous,
        induction_heads=induction,
        without_previous_token_heads=ablations.heads(previous) - ablations.loss if previous else None,
        without_induction_heads=ablations.heads(induction) - ablations.loss if induction else None,
        pair=pair,
        undefined=undefined,
    )


def _name(head: Head) -> str:
    return f"{head[0]}.{head[1]}"


def _heads(model: Transformer, sequences: Sequences, ablations: HeadAblations) -> tuple[HeadReport, ...]:
    scores = {name: value.tolist() for name, value in vars(head_scores(model, sequences)).items()}
    places = [(layer, head) for layer in range(len(model.blocks)) for head in range(model.config.n_heads)]
    increases = head_increases(ablations, places)
    return tuple(
        HeadReport(
            layer=layer,
            head=head,
            loss_increase=increases[layer, head],
            **{name: value[layer][head] for name, value in scores.items()},
        )
        for layer, head in places
    )


def _named(heads: tuple[HeadReport, ...], lead: Callable[[HeadReport], float]) -> tuple[Head, ...]:
    """The heads that lead by `SCORE` or more, in descending order of lead."""
    ranked = sorted(heads, key=lead, reverse=True)
    return tuple((head.layer, head.head) for head in ranked if lead(head) >= SCORE)


def _pair(
    previous: tuple[Head, ...], induction: tuple[Head, ...], layers: int
) -> tuple[tuple[Head, Head] | None, str | None]:
    if layers < 2:
        return None, "one layer: a head can read another head's output only in a later layer"
    for name, heads in (("previous-token", previous), ("induction", induction)):
        if not heads:
            return None, f"no {name} head: no head's score leads by {SCORE}"
    pairs = [(source, target) for target in induction for source in previous if source[0] < target[0]]
    return (pairs[0], None) if pairs else (None, "no previous-token head in a layer before an induction head")
