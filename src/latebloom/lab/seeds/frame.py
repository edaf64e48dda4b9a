"""A study as a data frame with one row per run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom.figures import render_sweep_figure
from latebloom.lab.seeds.facts import PROGRESS, SeedFacts
from latebloom.lab.seeds.study import SeedStudy
from latebloom.sweeps.export import needs_pandas

if TYPE_CHECKING:
    import pandas

OF_STUDIES = ("seed-auc", "seed-circuits", "seed-leads")
"""Figures that need a study."""

FIGURES = (*OF_STUDIES, "seed-frequencies")
"""Figures that show a study."""


def seed_frame(study: SeedStudy) -> pandas.DataFrame:
    """Columns: run, seed, task.p, outcome, test_learned_at, test_under_guessing, key_frequencies (a list),
    clustered_fraction; final.… and initial.… for clock or pizza; restricted.lead and excluded.lead in steps; and the
    lists step.at, step.auc, step.control, clean_up.at … Needs pandas."""
    return needs_pandas().DataFrame([_row(study, seed) for seed in study.seeds])


def _row(study: SeedStudy, seed: SeedFacts) -> dict[str, Any]:
    names = ("run", "seed", "step", "outcome", "test_learned_at", "test_under_guessing", "clustered_fraction")
    row: dict[str, Any] = {name: getattr(seed, name) for name in names}
    row |= {"task.p": study.p, "key_frequencies": list(seed.key_frequencies)}
    for which in ("final", "initial"):
        row |= {f"{which}.{name}": value for name, value in getattr(seed, which).model_dump().items()}
    row |= {"restricted.lead": seed.restricted.steps, "excluded.lead": seed.excluded.steps}
    for kind, at, foresight in (("step", study.steps, seed.by_step), ("clean_up", PROGRESS, seed.by_clean_up)):
        row |= {f"{kind}.at": list(at), f"{kind}.auc": list(foresight.auc), f"{kind}.control": list(foresight.control)}
    return row


def draw_study(study: SeedStudy, folder: Path, prefix: str = "", kind: str = "svg") -> list[Path]:
    """Draw every defined figure of a study into a folder; each file has the name of its figure."""
    table, written = seed_frame(study), []
    for name in figures_of(table):
        path = folder / f"{prefix}{name}.{kind}"
        render_sweep_figure(name, table, (), path)
        written.append(path)
    return written


def figures_of(table: pandas.DataFrame) -> tuple[str, ...]:
    """The figures defined for these seeds: clock or pizza is undefined without an embedding of each operand."""
    circuits = table["final.gradient_symmetricity"].notna().any()
    return tuple(name for name in FIGURES if circuits or name != "seed-circuits")
