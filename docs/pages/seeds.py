"""docs/seeds.md: what every seed has in common, and how soon its outcome shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from latebloom.figures import SWEEP_FIGURES
from latebloom.lab.seeds.frame import draw_study, figures_of, seed_frame
from latebloom.lab.seeds.leads import EXCLUDED_RULE, RESTRICTED_RULE
from latebloom.lab.seeds.pooled import Moment
from latebloom.lab.seeds.stored import read_study
from latebloom.lab.seeds.study import SeedStudy
from latebloom.lab.seeds.table import estimate, moment_rows, number, rows

from .paths import IMAGES, SEEDS
from .templating import render

HIGH = 0.95
"""The AUC from which the winners count as nearly known (arbitrary)."""


@dataclass(frozen=True)
class Drawing:
    """A figure of a study: the file, without folder, and the text below it."""

    title: str
    file: str
    text: str


@dataclass(frozen=True)
class Chapter:
    """A study, by the name of its file."""

    name: str
    study: SeedStudy

    @property
    def quantities(self) -> list[tuple[str, str]]:
        """Name and value of each pooled quantity."""
        return rows(self.study)

    @property
    def moments(self) -> list[tuple[str, str, str]]:
        """Moment, AUC and control."""
        return moment_rows(self.study)

    @property
    def initial(self) -> Moment | None:
        """Step 0, where its AUC has an interval."""
        first = next(iter(self.study.pooled.by_step), None)
        defined = first is not None and first.at == 0 and first.auc.low is not None and first.auc.high is not None
        return first if defined else None

    @property
    def high(self) -> Moment | None:
        """The first step at which the mean AUC is `HIGH`."""
        return first_high(self.study.pooled.by_step)

    @property
    def drawings(self) -> list[Drawing]:
        """The figures that are defined for this study."""
        table = seed_frame(self.study)
        figures = [SWEEP_FIGURES[name] for name in figures_of(table)]
        return [
            Drawing(one.title, f"{self.name}-{one.name}.png", f"{one.says(one.data_of(table))} {one.caption}")
            for one in figures
        ]


def seeds_page(studies: dict[str, SeedStudy]) -> str:
    """docs/seeds.md, one chapter per study."""
    chapters = [Chapter(name, study) for name, study in studies.items()]
    rules = {"restricted_rule": RESTRICTED_RULE, "excluded_rule": EXCLUDED_RULE}
    return render("seeds", chapters=chapters, high=HIGH, estimate=estimate, number=number, **rules)


def first_high(moments: Sequence[Moment]) -> Moment | None:
    """The first moment at which the mean AUC is `HIGH`."""
    return next((moment for moment in moments if moment.auc.value is not None and moment.auc.value >= HIGH), None)


def read_studies() -> dict[str, SeedStudy]:
    """Every committed study by the name of its file, the smaller modulus first."""
    studies = {path.stem: read_study(path) for path in SEEDS.glob("*.json")}
    return dict(sorted(studies.items(), key=lambda item: (item[1].p, item[0])))


def draw_images() -> list[Path]:
    """Draw the pictures of the page, as PNG."""
    return [path for name, study in read_studies().items() for path in draw_study(study, IMAGES, f"{name}-", "png")]
