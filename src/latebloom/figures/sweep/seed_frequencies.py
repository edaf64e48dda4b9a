"""Which key frequencies the runs chose, and how many each run chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.sweep.columns import with_values
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.statistics import ChosenFrequencies, chosen_frequencies

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas


@dataclass(frozen=True, eq=False)
class SeedFrequencies:
    """The runs whose key frequencies are recorded; ``unknown``: the number of other runs."""

    p: int
    chosen: ChosenFrequencies
    unknown: int


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> SeedFrequencies:
    """From ``key_frequencies`` and ``task.p``. UsageError if runs differ in p."""
    usable = with_values(table, ["key_frequencies", "task.p"])
    moduli = sorted({int(p) for p in usable["task.p"]})
    if len(moduli) > 1:
        raise UsageError(f"figure seed-frequencies: got runs with task.p {moduli}, expected the same p in all of them")
    runs = [[int(k) for k in run] for run in usable["key_frequencies"]]
    return SeedFrequencies(moduli[0], chosen_frequencies(runs, moduli[0] // 2), len(table) - len(usable))


def says(frequencies: SeedFrequencies) -> str:
    """How many frequencies runs have, which is most frequent, and whether uniform choice explains the counts."""
    chosen, even = frequencies.chosen, frequencies.chosen.evenness
    numbers = list(chosen.number)
    k = max(chosen.chosen, key=lambda frequency: chosen.chosen[frequency])
    omitted = f" {frequencies.unknown} runs without a record of them are left out." if frequencies.unknown else ""
    first = (
        f"{chosen.n} runs have {numbers[0]} to {numbers[-1]} key frequencies; the most frequent is {k}, "
        f"in {chosen.chosen[k]} runs"
    )
    if even.p_value is None:
        return f"{first}. Uniform choice cannot be tested: {even.reason}.{omitted}"
    return (
        f"{first}. If all were equally likely, counts this uneven would have probability {even.p_value:.2g}.{omitted}"
    )


def draw(figure: matplotlib.figure.Figure, frequencies: SeedFrequencies) -> None:
    """Left: runs by frequency with the band of uniform choice. Right: runs by number of frequencies."""
    which, how_many = figure.subplots(1, 2, width_ratios=[3.4, 1])
    chosen, even = frequencies.chosen, frequencies.chosen.evenness
    bars = which.bar(list(chosen.chosen), list(chosen.chosen.values()), width=0.75, color=theme.RESTRICTED, zorder=2)
    bars.set_label(f"runs (n = {chosen.n})")
    mean = sum(chosen.chosen.values()) / len(chosen.chosen)
    if even.low is not None:
        name = "if all were chosen alike: mean, and 95 % for one k"
        which.axhspan(even.low, even.high, color=theme.CHANCE, alpha=0.22, lw=0, zorder=1)
        which.axhline(mean, color=theme.INK, lw=1, ls=(0, (4, 3)), zorder=3, label=name)
    which.set_xlim(0.2, len(chosen.chosen) + 0.8)
    which.set_xlabel(f"frequency k (1 … {len(chosen.chosen)}, for p = {frequencies.p})")
    which.set_ylabel("runs that have k as a key frequency")
    how_many.bar(list(chosen.number), list(chosen.number.values()), width=0.75, color=theme.CHANCE)
    how_many.set_xlabel("number of key frequencies")
    how_many.set_ylabel("runs")
    for axes in (which, how_many):
        axes.locator_params(integer=True)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8.5)


FIGURE = SweepFigure(
    name="seed-frequencies",
    title="Which frequencies the runs chose",
    caption=(
        "Left: how many runs have each frequency among their key frequencies. The band contains a count "
        "with probability 95 % if every run chose its number of frequencies uniformly; a few of many bars leave it by "
        "chance. Right: how many key frequencies the runs have."
    ),
    fields=(0, 0),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 3.6),
)
