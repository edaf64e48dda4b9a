"""The outcome of a run: whether it grokked, and if not, what it did instead. The only definition of these words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float

from latebloom.phases.series import Series
from latebloom.phases.stays import final_score, stays_from

OutcomeName = Literal["grokked", "generalised at once", "partly generalised", "memorised", "learned nothing"]
OUTCOMES: tuple[OutcomeName, ...] = get_args(OutcomeName)
"""From most to least delayed generalisation, then by how much was learned."""

GENERALISED: tuple[OutcomeName, ...] = ("grokked", "generalised at once")
"""The outcomes of runs that learned their test set."""

LEARNED_ACCURACY = 0.99
"""A set is learned at this accuracy. Our choice: runs reach 99 % at up to twice the step of 90 %, but 99 % separates
the end of generalisation from its middle."""

LEARNED_LOSS_SHARE = 0.2
"""Where accuracy is missing, a set is learned at a loss under this share of the loss of guessing. Chosen to recognise
the published runs that grok: they pass it at steps 194 (train) and 1 727 (test) on skip trigrams, and at 328 and 12 646
on 5-digit addition; at one half, the two sets pass at nearly the same step."""

DELAY = 2.0
"""A run grokked if its test set was learned at this many times the step of its train set, or later. A ratio, because
learning rate and batch size stretch both steps alike. Our choice; 16 runs of x + y mod 59 on 40 % of the
pairs have ratios of 12 to 66."""

FEW_STEPS = 10
"""With fewer steps between the two sets, the reason says that the delay is short. It does not change the outcome."""

MARGIN = 0.15
"""A run is partly generalised if its test accuracy ends at least this far above what guessing and memorising explain
(for a loss: this share of guessing below guessing). Our choice, just above a control: a model trained without weight
decay on 40 % of the pairs of x + y mod 59 only memorises, and it answers 13 % of the test set correctly: 35 % of the
pairs whose mirror image (y, x) is in the train set, and 0.2 % of the others. Weight decay raises the first share to
90 % before the second changes, so where the share of mirrored pairs is known, include it in `memorised_accuracy`.
"""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run, as of its last recorded step.

    name: None where the record cannot decide, for example without a test set. train_learned_at, test_learned_at: first
    recorded step from which the set stays learned; None if there is none. by_loss: whether losses decided because
    accuracies were missing. reason: one sentence with the rule and the numbers that decided.
    """

    name: OutcomeName | None
    train_learned_at: float | None
    test_learned_at: float | None
    by_loss: bool
    reason: str

    @property
    def grokked(self) -> bool:
        """Whether the run learned the test set, and learned it late."""
        return self.name == "grokked"

    @property
    def generalised(self) -> bool:
        """Whether the run learned the test set, late or at once."""
        return self.name in GENERALISED

    def to_dict(self) -> dict[str, Any]:
        """For JSON; the key of ``name`` is ``outcome``."""
        fields = asdict(self)
        return {"outcome": fields.pop("name"), **fields}


@dataclass(frozen=True)
class _Scale:
    """One set's record on a scale where higher is better: accuracy, or minus the loss."""

    step: Float[np.ndarray, " n"]
    score: Float[np.ndarray, " n"]
    bar: float
    unit: Literal["accuracy", "loss"]

    @property
    def learned(self) -> Bool[np.ndarray, " n"]:
        """Whether the score of each record reaches the bar."""
        return self.score >= self.bar

    @property
    def rule(self) -> str:
        """The bar in words."""
        if self.unit == "accuracy":
            return f"{_percent(self.bar)} accuracy"
        return f"a loss of {-self.bar:.3g} nats ({LEARNED_LOSS_SHARE:g} of guessing)"

    def text(self, score: float) -> str:
        """A score in words."""
        return f"{_percent(score)} accuracy" if self.unit == "accuracy" else f"a loss of {-score:.3g} nats"


def outcome_of(
    series: Mapping[str, Series], *, guessing_loss: float | None = None, memorised_accuracy: float | None = None
) -> Outcome:
    """The outcome of a run, computed from its record alone.

    Args:
        series: ``train_accuracy`` and ``test_accuracy`` (0 to 1), or, where one of them is missing or empty,
            ``train_loss`` and ``test_loss`` (nats). Other names and values that are not finite are ignored.
        guessing_loss: loss in nats of a model that predicts only the frequency of each answer (ln p for p equally
            likely answers). None: the first recorded test loss.
        memorised_accuracy: test accuracy of a model that memorised the train set and nothing else. None:
            exp(-guessing_loss), the accuracy of guessing.

    A set is learned where its accuracy reaches `LEARNED_ACCURACY`, or, by loss, where its loss is under
    `LEARNED_LOSS_SHARE` of guessing. It is learned *from* a step by the rule of `stays_from`, which forgives dips. For
    the train set the rule ends at `DELAY` times the step, where the test set is compared with it; later dips do not
    undo memorisation.

    The outcome is the first of these that is true: *grokked*, train and test set learned, test at `DELAY` times the
    step of train or later; *generalised at once*, test set learned; *partly generalised*, test accuracy ends more than
    `MARGIN` above ``memorised_accuracy`` (above the part of it that the train accuracy has, where the train set was not
    learned); *memorised*, train set learned; *learned nothing*.

    Limits: the spacing of the records limits the accuracy of the steps, so thinning the records may move a ratio across
    `DELAY`. The steps do not change when records are added after a run has settled. If a memorising model already
    answers more than 1 - `MARGIN` of the test set correctly, the run cannot be partly generalised.
    """
    by_loss = _by_loss(series)
    guessing = guessing_loss if guessing_loss is not None else _first(series.get("test_loss", _EMPTY))
    train, test = (_scale(series, name, by_loss, guessing) for name in _SETS)
    train_at = None if train is None else _learned_at(train, horizon=DELAY)
    if train is None or test is None:
        return Outcome(None, train_at, None, by_loss, _undecided(series))
    test_at = _learned_at(test)
    memorised = _memorised_score(test, guessing, memorised_accuracy)
    if train_at is None and guessing is not None and memorised is not None and not by_loss:
        memorised = _memorised_in_part(train, guessing, memorised)
    name, reason = _judged(train, test, train_at, test_at, memorised)
    note = "; losses decide, because accuracy was not recorded for both sets" if by_loss else ""
    return Outcome(name, train_at, test_at, by_loss, f"{reason}{note}.")


def _by_loss(series: Mapping[str, Series]) -> bool:
    """Whether losses decide, because some recorded set has a loss and no accuracy."""
    recorded = {name: [len(series.get(f"{name}_{what}", _EMPTY)) for what in ("accuracy", "loss")] for name in _SETS}
    return any(loss and not accuracy for accuracy, loss in recorded.values())


_SETS = ("train", "test")
_EMPTY = Series(np.zeros(0), np.zeros(0))


def _first(series: Series) -> float | None:
    return float(series.value[0]) if len(series) else None


def _scale(series: Mapping[str, Series], name: str, by_loss: bool, guessing: float | None) -> _Scale | None:
    """The record of one set that decides the outcome; None where there is none."""
    record = series.get(f"{name}_loss" if by_loss else f"{name}_accuracy", _EMPTY)
    if not len(record) or (by_loss and guessing is None):
        return None
    if not by_loss:
        return _Scale(record.step, record.value, LEARNED_ACCURACY, "accuracy")
    assert guessing is not None
    return _Scale(record.step, -record.value, -LEARNED_LOSS_SHARE * guessing, "loss")


def _undecided(series: Mapping[str, Series]) -> str:
    missing = [
        name for name in _SETS if not any(len(series.get(f"{name}_{what}", _EMPTY)) for what in ("accuracy", "loss"))
    ]
    if not missing:
        return "No outcome: accuracy or loss was recorded for one of the two sets only, so they cannot be compared."
    return f"No outcome: no accuracy or loss was recorded on a {' and '.join(missing)} set."


def _learned_at(scale: _Scale, horizon: float = np.inf) -> float | None:
    """The first recorded step from which the set stays learned, up to ``horizon`` times that step."""
    first = stays_from(scale.step, scale.score, scale.bar, horizon=horizon)
    return None if first is None else float(scale.step[first])


def _memorised_score(test: _Scale, guessing: float | None, memorised_accuracy: float | None) -> float | None:
    """The score of a model that only memorised, on the scale of the test set; None where it is unknown."""
    if test.unit == "loss":
        return None if guessing is None else -guessing
    if memorised_accuracy is not None:
        return memorised_accuracy
    return None if guessing is None else float(np.exp(-guessing))


def _memorised_in_part(train: _Scale, guessing: float, memorised: float) -> float:
    """The test accuracy of a model that memorised the part of the train set which it answers at the end."""
    guessed = float(np.exp(-guessing))
    return guessed + (memorised - guessed) * final_score(train.step, train.score)


def _judged(
    train: _Scale, test: _Scale, train_at: float | None, test_at: float | None, memorised: float | None
) -> tuple[OutcomeName, str]:
    """The outcome, and the sentence with the reason, without its full stop."""
    end = float(max(train.step[-1], test.step[-1]))
    if test_at is not None and train_at is None:
        return "generalised at once", (
            f"Generalised at once: the test set reached {test.rule} at step {test_at:.10g}, and the train set "
            f"did not by step {end:.10g}"
        )
    if test_at is not None and train_at is not None:
        late = test_at >= DELAY * max(train_at, 1.0)
        return ("grokked" if late else "generalised at once"), (
            f"{'Grokked' if late else 'Generalised at once'}: the train set reached {train.rule} at step "
            f"{train_at:.10g} and the test set at step {test_at:.10g} ({_delay(train_at, test_at)})"
        )
    return _not_learned(train, test, train_at, memorised, end)


def _delay(train_at: float, test_at: float) -> str:
    """The ratio that decides, and that it says little where only a few steps lie between the two sets."""
    ratio = test_at / max(train_at, 1.0)
    times = "the same step" if test_at == train_at else f"{_times(ratio)} times the step"
    few = f"; a delay of {test_at - train_at:.10g} steps says little" if 0 < test_at - train_at < FEW_STEPS else ""
    return f"{times}; {DELAY:g} times or more counts as grokking{few.replace(' 1 steps', ' 1 step')}"


def _not_learned(
    train: _Scale, test: _Scale, train_at: float | None, memorised: float | None, end: float
) -> tuple[OutcomeName, str]:
    """The outcome of a run that did not learn its test set."""
    ending = final_score(test.step, test.score)
    # Where the score of guessing is unknown, the first record stands for it.
    reference = float(test.score[0]) if memorised is None else memorised
    least = reference + MARGIN * (abs(reference) if test.unit == "loss" else 1.0)
    above = bool(ending > least)
    ends = f"the test set ends at {test.text(ending)} at step {end:.10g}"
    bound = _bound(test, reference, least, above)
    dipped = " (it reached this earlier and did not stay there)" if test.learned.any() else ""
    if above:
        return "partly generalised", f"Partly generalised: {ends}, {bound}, and short of {test.rule}{dipped}"
    if train_at is not None:
        return "memorised", f"Memorised: the train set reached {train.rule} at step {train_at:.10g}; {ends}, {bound}"
    return "learned nothing", (
        f"Learned nothing: the train set did not reach {train.rule} by step {end:.10g}, and {ends}, {bound}"
    )


def _bound(test: _Scale, reference: float, least: float, above: bool) -> str:
    """Where the end lies beside what memorising explains."""
    explained = f"what memorising explains, {test.text(reference)}"
    if test.unit == "loss":
        return f"{'under' if above else 'not under'} {test.text(least)} ({explained}, and a margin of {MARGIN:g} of it)"
    points = f"{100 * MARGIN:g} points"
    if least >= 1:
        return f"which is no evidence of more ({explained}, is within {points} of 100 %)"
    return f"{'above' if above else 'not above'} {test.text(least)} ({explained}, and a margin of {points})"


def _percent(share: float) -> str:
    """A share as a percentage with one decimal, rounded down, so that 98.97 % does not read as 99 %."""
    return f"{np.floor(1000 * share + 1e-9) / 10:g} %"


def _times(ratio: float) -> str:
    """A ratio with three digits, or all before the point."""
    return f"{ratio:.3g}" if ratio < 1000 else f"{ratio:.0f}"
