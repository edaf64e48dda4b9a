"""How the bound of a certificate grows with its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.certificates.measures import ACCURACY_AT_LEAST
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed

if TYPE_CHECKING:
    import matplotlib.figure

    from latebloom.circuits.certificates import Certificate


def data(analysis: Analysis) -> list[Certificate]:
    """Of the final model, from few directions of the read-out to many."""
    from latebloom.circuits.certificates import frontier

    return frontier(analysis.final)


def says(found: list[Certificate]) -> str:
    """The cheapest bound among the best."""
    best = max(found, key=lambda one: (one.accuracy_at_least, -one.flops))
    return f"The best bound: {best.sentence}."


def draw(figure: matplotlib.figure.Figure, found: list[Certificate]) -> None:
    """The bound over the cost, with the number of directions at each point."""
    axes = figure.subplots()
    costs = [one.flops / one.brute_force_flops for one in found]
    axes.plot(costs, [one.accuracy_at_least for one in found], color=theme.RESTRICTED, lw=1.6, marker="o", ms=4)
    for cost, one in zip(costs, found):
        place = (cost, one.accuracy_at_least)
        axes.annotate(str(one.directions), place, (0, 5), textcoords="offset points", fontsize=7, ha="center")
    exact = found[-1].exact_flops / found[-1].brute_force_flops
    axes.axvline(exact, color=theme.MUTED, lw=0.8, ls=(0, (4, 3)))
    axes.text(exact, 0.5, " cheapest exact way", fontsize=7, color=theme.MUTED)
    axes.set_xscale("log")
    axes.set_xlabel("operations, of running the model on all pairs (log scale)")
    axes.set_ylabel("accuracy proved")
    axes.set_ylim(-0.05, 1.1)
    axes.grid(axis="y")


FIGURE = Figure(
    name="certificate",
    chapter="circuit",
    title="What the explanation proves, and at what cost",
    caption=(
        "A lower bound on the accuracy over all pairs follows from the read-out of the explanation and "
        "norms of what it leaves "
        "out. The numbers count the directions of the read-out that are computed: more of them cost more "
        "and leave less to "
        f"bound. At {percent(1.0)} the model itself is run on all pairs."
    ),
    data=data,
    says=says,
    draw=draw,
    needs=ACCURACY_AT_LEAST.name,
    size=fixed(7.6, 3.6),
    family="modular",
)
