"""Waves for the sum of a column, a line for the carry: what attention brings to each digit of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.digits.family import DIGITS
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.tasks import DigitAddition

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from latebloom.circuits.digits import Moved

SUMS = 4096
"""Sampled sums: about 40 for the rarest sum of a column."""

LINE = "line"
OWN, RIGHT = "own", "right"
_COLUMNS = {OWN: ("its own column", "#d55e00"), RIGHT: ("the column on its right", "#0072b2")}
_BAR = 0.38


@dataclass(frozen=True)
class DigitCarry:
    """Means over the digits of the answer that have a column above them and one on their right, but for ``attention``.

    attention: by such a digit and by the digit on its right that is looked at. further: the share of the attention to
    both that goes to the one further from 4.5. moved, logit: how far what attention moves from the right, and the logit
    of the carry, have come at each sum 0 … 18. shares: of the variance of what attention moves from a column, of a
    straight line in its sum, and of waves by frequency.
    """

    attention: Mapping[int, Sequence[float]]
    further: float
    moved: Sequence[float]
    logit: Sequence[float]
    shares: Mapping[str, Mapping[str, float]]


def data(analysis: Analysis) -> DigitCarry:
    """Of the final model. Errors: UsageError for another task, other models than a transformer of one layer with
    neurons, and sums of one digit."""
    from latebloom.circuits.digits import Moved, attention_by_digit, attention_share, carry_logit, course, run_sums
    from latebloom.circuits.digits.carry import from_the_middle

    task = analysis.final.task_as(DigitAddition)
    places = range(1, task.digits)
    if not places:
        raise UsageError("figure digit-carry: got sums of one digit, expected two or more, so that a carry can enter")
    model = analysis.final.exact.model
    known = Moved.of(model, run_sums(model, task, SUMS))

    def mean(rows: Sequence[Sequence[float]]) -> list[float]:
        return list(map(fmean, zip(*rows)))

    digits = {place: known.digits(RIGHT, place) for place in places}
    parts = {place: known.received_from(RIGHT, place) for place in places}
    return DigitCarry(
        attention={place: attention_by_digit(known, place).tolist() for place in places},
        further=fmean(attention_share(known, place, from_the_middle) for place in places),
        moved=mean([course(parts[place], *digits[place]).tolist() for place in places]),
        logit=mean([course(carry_logit(known, place), *digits[place]).tolist() for place in places]),
        shares={column: _shares(known, column, places) for column in _COLUMNS},
    )


def _shares(known: Moved, column: str, places: Sequence[int]) -> dict[str, float]:
    from latebloom.circuits.digits import line, share_of, waves
    from latebloom.fourier import frequencies
    from latebloom.tasks.digit_addition import BASE

    found: dict[str, list[float]] = {}
    for place in places:
        x, y = known.digits(column, place)
        values = known.received_from(column, place)
        features = {LINE: line(x, y), **{str(k): waves(x, y, (k,)) for k in frequencies(BASE)}}
        for name, one in features.items():
            found.setdefault(name, []).append(share_of(values, one))
    return {name: fmean(shares) for name, shares in found.items()}


def says(carry: DigitCarry) -> str:
    """Where attention goes, how sharply the carry turns, and the line and the waves."""
    from latebloom.circuits.digits.carry import AFTER, BEFORE
    from latebloom.circuits.digits.settings import FEW

    own = {name: share for name, share in carry.shares[OWN].items() if name != LINE}
    best = sorted(sorted(own, key=own.__getitem__)[-FEW:])
    moved, logit = (percent(one[AFTER] - one[BEFORE]) for one in (carry.moved, carry.logit))
    return (
        f"The digit further from 4.5 gets {percent(carry.further)} of the attention to both digits on the right; "
        f"{moved} of the change of what attention moves from there lies between {BEFORE} and {AFTER}, and {logit} of "
        f"that of the carry's logit. A straight line makes {percent(carry.shares[RIGHT][LINE])} of what comes from the "
        f"right, and waves of frequencies {' and '.join(best)} make {percent(sum(own[k] for k in best))} of what comes "
        "from a digit's own column."
    )


def draw(figure: matplotlib.figure.Figure, carry: DigitCarry) -> None:
    """Attention on the left, the step in the middle, lines and waves on the right."""
    left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1.25, 1.25])
    _attention(left, carry)
    _step(middle, carry)
    _parts(right, carry)
    for axes in (left, middle, right):
        axes.grid(axis="y")
        axes.set_axisbelow(True)


def _attention(axes: matplotlib.axes.Axes, carry: DigitCarry) -> None:
    for i, (place, by_digit) in enumerate(carry.attention.items()):
        colour = theme.SEQUENTIAL[2 + i % (len(theme.SEQUENTIAL) - 2)]
        axes.plot(by_digit, "o-", ms=3, color=colour, label=f"for digit {place}")
    axes.set_xticks(range(10))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("the digit that is looked at, on the right")
    axes.set_ylabel("attention")
    if len(carry.attention) <= 6:
        axes.legend(frameon=False, fontsize=8, loc="upper center")


def _step(axes: matplotlib.axes.Axes, carry: DigitCarry) -> None:
    last = len(carry.moved) - 1
    axes.axvline(9.5, color=theme.FAINT, lw=1, ls=(0, (3, 2)))
    axes.plot([0, last], [0, 1], color=theme.MUTED, lw=1, ls=(0, (3, 2)), label="a straight line")
    axes.plot(carry.moved, "o-", ms=3, color=theme.RESTRICTED, label="what attention moves")
    axes.plot(carry.logit, "s-", ms=3, color=theme.TEST, label="the carry's logit")
    axes.set_xticks(range(0, last + 1, 3))
    axes.set_xlabel("sum of the column on the right")
    axes.set_ylabel("how far from its value at 0 to that at 18")
    axes.legend(frameon=False, fontsize=8, loc="upper left")


def _parts(axes: matplotlib.axes.Axes, carry: DigitCarry) -> None:
    for i, (column, (label, colour)) in enumerate(_COLUMNS.items()):
        shares = carry.shares[column]
        at = [j + (i - 0.5) * _BAR for j in range(len(shares))]
        axes.bar(at, list(shares.values()), width=0.92 * _BAR, color=colour, label=f"from {label}")
    axes.set_xticks(range(len(carry.shares[OWN])), list(carry.shares[OWN]))
    axes.set_xlabel("a straight line, or waves of a frequency")
    axes.set_ylabel("share of the variance that it makes")
    axes.set_ylim(0, 1)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


FIGURE = Figure(
    name="digit-carry",
    chapter="circuit",
    title="Waves for the sum of a column, a line for the carry",
    caption=(
        "How each digit of an answer gets the carry from the column on its right. Left: attention to a digit there, by "
        "its value, of the head that looks there most. If it looks at the digit further from 4.5, that digit's side of "
        "4.5 tells whether the column adds up to ten. Middle: how what attention moves from there, and the logit of "
        "the digit with the carry over that of the digit without one, change with the column's sum; dashed, a straight "
        "line. Right: how much of what attention moves from a column is a straight line in the sum of its digits, and "
        "how much waves of each frequency in them; a line and waves of frequency 1 overlap."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(11.5, 3.6),
    family=DIGITS.name,
)
