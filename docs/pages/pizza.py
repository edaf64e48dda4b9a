"""The measured parts of docs/pizza.md: our sweep of the mix of attention beside rows of the published one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latebloom.claims import Record
from latebloom.claims.attention_mix import mix_of, symmetricity_growth
from latebloom.figures import theme
from latebloom.figures.canvas import picture
from latebloom.lab.reproduce import SystemRuns
from latebloom.phases.outcome import GENERALISED
from latebloom.statistics import Quartiles, quartiles

from .paths import IMAGES, ROOT
from .stored import Stored
from .systems import system_runs, system_verdicts
from .templating import render

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

SYSTEM, LATER = "clock-or-pizza", "clock-or-pizza-later"
CLAIMS = {
    "one layer": "mix-makes-clocks",
    "one layer, ten times as many steps": "mix-makes-clocks-later",
    "two to four layers": "mix-makes-clocks-deep",
}
PUBLISHED = ROOT / "results" / "pizza" / "published_sweep.json"
IMAGE = IMAGES / "pizza-sweep.svg"
WIDTH = 0.25
"""Of the bins of the mix in which published models are counted."""

_WIDTHS: dict[str, Callable[[int], bool]] = {
    "under 128": lambda width: width < 128,
    "128": lambda width: width == 128,
    "over 128": lambda width: width > 128,
}
"""Of published models, which have any width from 32 to 512."""

SYMMETRICITY, IRRELEVANCE = "gradient_symmetricity", "distance_irrelevance"
CIRCULARITY, FREQUENCIES = "embedding_circularity", "key_frequency_count"
INITIAL = "initial_gradient_symmetricity"
QUANTITIES = (SYMMETRICITY, INITIAL, IRRELEVANCE, CIRCULARITY, FREQUENCIES)


@dataclass(frozen=True)
class Model:
    """One trained model. width: d_model. values: of `QUANTITIES`, None where undefined."""

    mix: float
    layers: int
    width: int
    values: dict[str, float | None]


@dataclass(frozen=True)
class Row:
    """Models of one mix, or of one bin of it. whose: here or published, and the width. quartiles: of `QUANTITIES`."""

    mix: str
    whose: str
    models: int
    quartiles: dict[str, Quartiles]


class PublishedSweep(Stored):
    """Rows of the published table. columns: what the numbers of a row are."""

    source: str
    sample: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    @property
    def models(self) -> list[Model]:
        """The models of the sample."""
        named = [dict(zip(self.columns, row)) for row in self.rows]
        return [
            Model(
                one["attention_mix"],
                int(one["n_layers"]),
                int(one["d_model"]),
                {name: one.get(name) for name in QUANTITIES},
            )
            for one in named
        ]


def published_sweep() -> PublishedSweep:
    """The stored rows."""
    return PublishedSweep.model_validate_json(PUBLISHED.read_bytes())


def pizza_blocks() -> dict[str, str]:
    """What stands between the marks of docs/pizza.md, by the name of the mark."""
    runs, later, published = system_runs(SYSTEM), system_runs(LATER), published_sweep()
    verdicts = system_verdicts(SYSTEM) | system_verdicts(LATER)
    records, ours = runs.records(), _generalised(runs)
    objects: dict[str, Any] = {
        "verdicts": {layers: verdicts[claim] for layers, claim in CLAIMS.items()},
        "trained": len(records),
        "asked": len(runs.jobs),
        "generalised": len(ours),
        "minutes": sum(one.seconds or 0.0 for one in records) / 60,
        "published": published,
        "depths": {
            layers: _rows(_deep(ours, layers), _deep(published.models, layers))
            for layers in sorted({one.layers for one in ours})
        },
        "later": _rows(_generalised(later), ()),
        "shapes": _shapes(records),
        "image": IMAGE.name if IMAGE.exists() else None,
    }
    return {part: render(f"pizza_{part}", **objects) for part in ("answer", "measured")}


def draw_pizza() -> None:
    """Draw every model that generalised beside the published ones."""
    ours, later = (_generalised(system_runs(name)) for name in (SYSTEM, LATER))
    if ours:
        IMAGE.write_bytes(picture("pizza-sweep", (10.0, 6.0), lambda paper: _draw(paper, ours, later), "svg"))


def _generalised(runs: SystemRuns) -> list[Model]:
    return [_model(one) for one in runs.records() if one.value("outcome") in GENERALISED]


def _model(record: Record) -> Model:
    growth = record.value(symmetricity_growth.name)
    values = {name: record.value(name) for name in QUANTITIES if name != INITIAL}
    values[INITIAL] = None if growth is None else values[SYMMETRICITY] / growth
    return Model(
        mix_of(record),
        record.setting("model.n_layers"),
        record.setting("model.d_model"),
        values,
    )


def _deep(models: Sequence[Model], layers: int) -> list[Model]:
    return [one for one in models if one.layers == layers]


def _shallow(models: Sequence[Model]) -> list[Model]:
    return _deep(models, 1)


def _deeper(models: Sequence[Model]) -> list[Model]:
    return [one for one in models if one.layers > 1]


def _rows(ours: Sequence[Model], published: Sequence[Model]) -> list[Row]:
    """Ours by mix and width, and after each mix the published ones between it and the next."""
    kinds = sorted({(one.mix, one.width) for one in ours})
    rows = [
        (mix, _row(f"{mix:g}", f"here, {width}", [one for one in ours if (one.mix, one.width) == (mix, width)]))
        for mix, width in kinds
    ]
    for index in range(round(1 / WIDTH)):
        low, high = index * WIDTH, (index + 1) * WIDTH
        inside = [one for one in published if low <= one.mix < high]
        for name, within in _WIDTHS.items():
            some = [one for one in inside if within(one.width)]
            rows.append((low + WIDTH / 2, _row(f"{low:g} to {high:g}", f"published, {name}", some)))
    return [row for _, row in sorted(rows, key=lambda item: item[0]) if row.models]


def _row(mix: str, whose: str, models: Sequence[Model]) -> Row:
    return Row(mix, whose, len(models), {name: _quartiles(models, name) for name in QUANTITIES})


def _quartiles(models: Sequence[Model], name: str) -> Quartiles:
    return quartiles([value for one in models if (value := one.values[name]) is not None])


def _shapes(records: Sequence[Record]) -> list[dict[str, Any]]:
    """How many models of each width and depth generalised, and what one took."""
    shapes = sorted({(one.setting("model.n_layers"), one.setting("model.d_model")) for one in records})
    rows = []
    for layers, width in shapes:
        of = [r for r in records if (r.setting("model.n_layers"), r.setting("model.d_model")) == (layers, width)]
        seconds = sorted(one.seconds or 0.0 for one in of)[len(of) // 2]
        able = sum(one.value("outcome") in GENERALISED for one in of)
        rows.append({"layers": layers, "width": width, "runs": len(of), "generalised": able, "seconds": seconds})
    return rows


_PANELS: tuple[tuple[str, str], ...] = (
    (SYMMETRICITY, "gradient symmetricity"),
    (IRRELEVANCE, "distance irrelevance"),
)


def _draw(paper: matplotlib.figure.Figure, ours: Sequence[Model], later: Sequence[Model]) -> None:
    """A row of panels for each number, a column for each claim."""
    published = published_sweep().models
    columns = [_shallow(ours), later, _deeper(ours)]
    beside = [_shallow(published), _shallow(published), _deeper(published)]
    for axes_row, (name, title) in zip(paper.subplots(2, 3, sharex=True, sharey="row"), _PANELS):
        for axes, models, others, heading in zip(axes_row, columns, beside, CLAIMS):
            _dots(axes, name, others, theme.CHANCE, "published")
            _dots(axes, name, models, theme.TEST, "here")
            axes.set_title(heading.replace(", ", ",\n"))
            axes.set(xlabel="mix of attention", ylabel=title)
            axes.label_outer()
    handles, labels = axes.get_legend_handles_labels()
    paper.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False)


def _dots(axes: matplotlib.axes.Axes, name: str, models: Sequence[Model], colour: str, label: str) -> None:
    known = [(one.mix, value) for one in models if (value := one.values[name]) is not None]
    axes.plot(*zip(*known) if known else ((), ()), "o", ms=5, color=colour, mec="white", mew=0.6, label=label)
