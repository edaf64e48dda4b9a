"""Digits as waves, and the factors that each answer digit's neurons and logits depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.digits.family import DIGITS
from latebloom.figures import theme
from latebloom.figures.figure import Figure
from latebloom.tasks import DigitAddition

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from latebloom.circuits.digits import DigitExplanation, Shares

SUMS = 2048
"""Sampled sums for the shares of variance: about 10 for each pair of digits with or without a carry."""

_FACTORS = {
    "pair": ("both digits above", "#0072b2"),
    "carry": ("carry", "#d55e00"),
    "both": ("digits and carry", "#009e73"),
    "answer": ("right answer", "#b0589a"),
}
_BAR = 0.2


@dataclass(frozen=True)
class DigitFourier:
    """Explanations of the final model and, for comparison, of the first checkpoint (untrained if it is step 0)."""

    step: int
    first: int
    final: DigitExplanation
    before: DigitExplanation


def data(analysis: Analysis) -> DigitFourier:
    """Explain the final and the first checkpoint on the same sums. Errors: UsageError for another task."""
    from latebloom.circuits.digits import explain_digits

    task = analysis.final.task_as(DigitAddition)
    final, before = (
        explain_digits(analysis.run.checkpoint(step).model, task, SUMS) for step in (analysis.step, analysis.steps[0])
    )
    return DigitFourier(analysis.step, analysis.steps[0], final, before)


def says(digits: DigitFourier) -> str:
    """The strongest wave, and the share of the logits' variance that digits and carry explain together."""
    fraction, above = digits.final.embedding.fraction, digits.final.embedding.above
    parts = []
    if fraction:
        k = max(fraction, key=lambda k: fraction[k])
        often = f"{percent(above[k])} of" if above[k] > 0 else "none of 1 000"
        parts.append(
            f"frequency {k} holds {percent(fraction[k])} of the digits' embedding, and at least as much in {often} "
            "random orders"
        )
    both = [place.logits.both for place in digits.final.places[1:] if place.logits.both is not None]
    if both:
        low, high = (percent(max(0.0, share)) for share in (min(both), max(both)))
        parts.append(
            f"digits and carry together explain {low} to {high} of the logits' variance at the digits after digit 0"
        )
    return "; ".join(parts).capitalize() + "." if parts else "The embedding and the logits do not vary."


def draw(figure: matplotlib.figure.Figure, digits: DigitFourier) -> None:
    """Draw the spectrum on the left, and neurons above logits on the right."""
    grid = figure.add_gridspec(2, 2, width_ratios=[1, 2.6])
    _spectrum(figure.add_subplot(grid[:, 0]), digits)
    top = figure.add_subplot(grid[0, 1])
    bottom = figure.add_subplot(grid[1, 1], sharex=top)
    _bars(top, "neurons", digits)
    _bars(bottom, "logits", digits)
    top.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(_FACTORS), frameon=False, fontsize=8.5)
    top.tick_params(labelbottom=False)


def _spectrum(axes: matplotlib.axes.Axes, digits: DigitFourier) -> None:
    final, before = digits.final.embedding, digits.before.embedding
    axes.bar(list(final.fraction), list(final.fraction.values()), width=0.62, color=theme.RESTRICTED)
    axes.plot(list(before.fraction), list(before.fraction.values()), "o", ms=5, mfc="white", mec=theme.INK)
    for k, share in final.expected.items():
        axes.plot([k - 0.4, k + 0.4], [share, share], color=theme.MUTED, lw=1, ls=(0, (3, 2)))
    axes.set_ylabel("share of the digits' embedding")
    axes.set_xlabel("frequency k")
    axes.grid(axis="y")
    axes.set_axisbelow(True)


def _bars(axes: matplotlib.axes.Axes, kind: str, digits: DigitFourier) -> None:
    places = digits.final.places
    for i, (factor, (label, colour)) in enumerate(_FACTORS.items()):
        shift = (i - (len(_FACTORS) - 1) / 2) * _BAR
        final = {place: share for place, share in enumerate(_share(digits.final, kind, factor)) if share is not None}
        before = {place: share for place, share in enumerate(_share(digits.before, kind, factor)) if share is not None}
        axes.bar([p + shift for p in final], list(final.values()), width=0.9 * _BAR, color=colour, label=label)
        axes.plot([p + shift for p in before], list(before.values()), "o", ms=4, mfc="white", mec=theme.INK, mew=0.8)
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel(kind)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.set_xticks(range(len(places)), [place.component.replace("digit_", "") for place in places])
    axes.set_xlabel("answer digit (0 = first)" if kind == "logits" else "")


def _share(explanation: DigitExplanation, kind: str, factor: str) -> list[float | None]:
    by_place: list[Shares | None] = [getattr(place, kind) for place in explanation.places]
    return [None if shares is None else getattr(shares, factor) for shares in by_place]


def _size(digits: DigitFourier) -> tuple[float, float]:
    return min(14.0, 6.5 + 0.45 * len(digits.final.places)), 4.8


FIGURE = Figure(
    name="digit-fourier",
    chapter="circuit",
    title="Digits as waves, and what each answer digit depends on",
    caption=(
        "Left: the ten digits' embedding written as waves over 0 … 9 (bars); dashed lines are the average of the same "
        "vectors in random orders. Right: the share of the variance of neurons and logits, at the position that "
        "predicts each answer digit, that is explained by the two digits above it, by the carry into it, by both, and "
        "by the right answer alone. Circles are the run's first checkpoint. Digit 1 depends on its pair even in an "
        "untrained model, because its input is the answer's first digit, which is the carry of that pair."
    ),
    data=data,
    says=says,
    draw=draw,
    size=_size,
    family=DIGITS.name,
)
