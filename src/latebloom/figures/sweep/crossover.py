"""The steps at which train and test set are learned, over the size of the train set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom._text import whole
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.sweep.columns import levels, maybe_numbers, outcomes, with_values
from latebloom.figures.sweep.figure import SweepFigure, log_steps
from latebloom.phases.outcome import DELAY
from latebloom.statistics.crossover import EDGES, Edge, find_edge

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

_BANDS = {"does not generalise": "#fbeed2", "groks": "#e3effa", "generalises at once": "#dff1ea"}
_SPREAD = 0.012
"""Distance between runs of one size, and between train and test, as a part of the axis."""


@dataclass(frozen=True, eq=False)
class CrossoverRuns:
    """The size, the steps at which train and test set were learned (NaN: not by step ``done``) of each run, and
    both edges.
    """

    field: str
    size: Float[np.ndarray, " run"]
    train: Float[np.ndarray, " run"]
    test: Float[np.ndarray, " run"]
    done: Float[np.ndarray, " run"]
    lower: Edge
    upper: Edge

    @property
    def counted(self) -> bool:
        """Whether sizes are counts, shown on a log scale, instead of shares."""
        return bool((self.size > 1).all())

    def bands(self) -> Iterator[tuple[str, float, float]]:
        """The most frequent outcomes with the first and last size of each; none inside the brackets."""
        first, last = float(self.size.min()), float(self.size.max())
        lower, upper = _reach(self.lower, first, last), _reach(self.upper, first, last)
        bands = {
            "does not generalise": (first, lower[0]),
            "groks": (lower[1], upper[0]),
            "generalises at once": (upper[1], last),
        }
        yield from ((name, low, high) for name, (low, high) in bands.items() if low <= high)


def _reach(edge: Edge, first: float, last: float) -> tuple[float, float]:
    """The last size at which the statement of the edge is false, and the first at which it is true; infinite where
    there is none.
    """
    if edge.standing == "always":
        return -np.inf, first
    if edge.standing == "never":
        return last, np.inf
    return (-np.inf if edge.low is None else edge.low), (np.inf if edge.high is None else edge.high)


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> CrossoverRuns:
    """From ``step``, ``training.steps``, ``outcome``, ``train_learned_at``, ``test_learned_at``.

    Errors: UsageError for a field of text.
    """
    (field,) = fields
    table = with_values(table, ["step", "training.steps", field])
    sizes = levels(table, field)
    if any(isinstance(size, str) or size <= 0 for size in sizes):
        raise UsageError(
            f"figure crossover: got {field}, expected a field of numbers above 0, for example data.fraction"
        )
    by_size: dict[float, list[Any]] = {}
    for size, name in zip(sizes, outcomes(table)):
        by_size.setdefault(float(size), []).append(name)
    lower, upper = (find_edge(name, by_size) for name in EDGES)
    train, test = (_with_nan(maybe_numbers(table, f"{name}_learned_at")) for name in ("train", "test"))
    return CrossoverRuns(field, np.array(sizes, float), train, test, table["step"].to_numpy(dtype=float), lower, upper)


def _with_nan(values: list[float | None]) -> Float[np.ndarray, " run"]:
    return np.array([np.nan if value is None else value for value in values])


def says(runs: CrossoverRuns) -> str:
    """Both edges and the number of runs."""
    places = len(np.unique(runs.size))
    return (
        f"{len(runs.size)} runs at {places} sizes. {_edge_sentence('Generalises', runs.lower)} "
        f"{_edge_sentence('Generalises at once', runs.upper)} At once: test before {DELAY:g} times the step of train."
    )


def _edge_sentence(what: str, edge: Edge) -> str:
    if edge.standing != "found":
        return f"{what}: no edge edge, {edge.reason}."
    against = f", against the order at {', '.join(f'{size:g}' for size in edge.against)}" if edge.against else ""
    return f"{what}: not up to {edge.low:g}, from {edge.high:g}{against}."


def draw(figure: matplotlib.figure.Figure, runs: CrossoverRuns) -> None:
    """A marker per run and set at the step from which it is learned, or an open triangle at the run's last step; bands
    for the most frequent outcomes, and hatched brackets that contain an edge."""
    axes = figure.subplots()
    _scales(axes, runs)
    for name, low, high in runs.bands():
        axes.axvspan(low, high, color=_BANDS[name], lw=0, zorder=0)
        _name_band(axes, runs, name, low, high)
    for edge in (runs.lower, runs.upper):
        if edge.low is not None and edge.high is not None:
            axes.axvspan(edge.low, edge.high, facecolor="none", edgecolor=theme.FAINT, hatch="////", lw=0, zorder=1)
            for end in (edge.low, edge.high):
                axes.axvline(end, color=theme.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=1)
    _draw_runs(axes, runs, "train", runs.train, theme.TRAIN, "o", -1)
    _draw_runs(axes, runs, "test", runs.test, theme.TEST, "D", 1)
    figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=8.5)


def _name_band(axes: matplotlib.axes.Axes, runs: CrossoverRuns, name: str, low: float, high: float) -> None:
    """Write the name above the middle of its band; the middle band may be narrow, so its name is one row higher."""
    middle = np.sqrt(low * high) if runs.counted else (low + high) / 2
    style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 8, "color": theme.MUTED, "style": "italic"}
    axes.text(middle, 1.06 if name == "groks" else 1.015, name, transform=axes.get_xaxis_transform(), **style)


def _draw_runs(
    axes: matplotlib.axes.Axes,
    runs: CrossoverRuns,
    name: str,
    reached: Float[np.ndarray, " run"],
    colour: str,
    marker: str,
    side: int,
) -> None:
    """A filled marker where the set was learned; else an open triangle at the last step."""
    never = np.isnan(reached)
    x = _beside(runs, side)
    style: dict[str, Any] = {"ls": "", "color": colour, "zorder": 4, "clip_on": False}
    if (~never).any():
        label = f"{name} set learned (99 %)"
        axes.plot(x[~never], reached[~never], marker=marker, ms=4.5, mec="white", mew=0.5, label=label, **style)
    if never.any():
        axes.plot(
            x[never],
            runs.done[never],
            marker="^",
            ms=6,
            mfc="white",
            mew=1.2,
            label=f"{name} set not learned by the last step",
            **style,
        )


def _beside(runs: CrossoverRuns, side: int) -> Float[np.ndarray, " run"]:
    """Shift sizes to one side, and spread the runs of one size, so that all are visible."""
    place = np.log(runs.size) if runs.counted else runs.size
    reach = _SPREAD * (float(np.ptp(place)) or 1.0)
    moved = place.copy()
    for size in np.unique(runs.size):
        members = np.flatnonzero(runs.size == size)
        moved[members] += side * reach * np.linspace(0.25, 1, len(members))
    return np.exp(moved) if runs.counted else moved


def _scales(axes: matplotlib.axes.Axes, runs: CrossoverRuns) -> None:
    from matplotlib.ticker import FuncFormatter

    log_steps(axes, "step (log scale)")
    if runs.counted:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, position: whole(value)))
    axes.set_xlabel(f"{runs.field} (log scale)" if runs.counted else runs.field)


FIGURE = SweepFigure(
    name="crossover",
    title="How much data it takes to grok",
    caption=(
        "For every run, the steps from which train and test accuracy stay at 99 %, over the size of its train set; an"
        " open triangle, at the run's last step, marks a set that was not learned. Each band shows the outcome of "
        "most runs of a size: not generalising (left), grokking (middle), or generalising at once (right). Each "
        "hatched bracket contains an edge; inside it, no size was tried or none had a majority."
    ),
    fields=(1, 1),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.4),
)
