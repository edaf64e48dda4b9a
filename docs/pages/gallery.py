"""docs/gallery.md: every figure, with a committed picture of it and the command that draws it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latebloom.figures import FIGURES, SWEEP_FIGURES

from .paths import DRAWINGS, IMAGES
from .reproduction import read_results
from .templating import render

CHAPTERS = {
    "training": "How training went",
    "circuit": "What the model computes",
    "growth": "How the circuit grew",
    "sweep": "Many runs",
}
"""The chapters of the report, and one for figures of sweeps."""

S5 = "`latebloom train s5_mlp --seed 110`, drawn by `python docs/generate.py groups RUN`."
SMALL_SEEDS = "48 models of x + y mod 31; see the page of seeds."
ELSEWHERE = {
    "few-sums": ("few-sums.svg", "", "`latebloom train addition_few --seed 100`."),
    "crossover": (
        "crossover-skip_trigrams_limited.svg",
        "--by data.train_size",
        "Skip trigrams; see the page of crossover.",
    ),
    "phase-diagram": (
        "phase-diagram.svg",
        "--by data.fraction --by optimiser.weight_decay",
        "`latebloom sweep small --grid data.fraction=0.3,0.5,0.7,0.9 --grid optimiser.weight_decay=0.1,0.3,1 "
        "--seeds 0:2 --task.p 23 --model.d_model 32 --model.d_head 8 --model.d_mlp 64 --optimiser.lr 0.003 "
        "--training.steps 3000 --recording.metrics 20`.",
    ),
    "seed-auc": ("small-seed-auc.png", "", SMALL_SEEDS),
    "seed-circuits": ("small-seed-circuits.png", "", SMALL_SEEDS),
    "group-representations": ("group-representations.svg", "", S5),
    "group-growth": ("group-growth.svg", "", S5),
    "seed-leads": ("small-seed-leads.png", "", SMALL_SEEDS),
}
"""Figures that `latebloom reproduce` does not draw: the picture, the fields that they compare, and what was drawn."""

FIELDS = {"survival": "--by optimiser.weight_decay", "field-effect": "--by optimiser.weight_decay"}
"""The fields in the commands of the other figures of sweeps."""


@dataclass(frozen=True)
class Shown:
    """A figure: its picture relative to docs, where it comes from, and the command."""

    name: str
    title: str
    caption: str
    picture: str | None
    of: str
    command: str


def gallery_page() -> str:
    """docs/gallery.md."""
    chapters: dict[str, list[Shown]] = {chapter: [] for chapter in CHAPTERS}
    for name, figure in FIGURES.items():
        chapters[figure.chapter].append(shown_figure(name))
    for name, sweep_figure in SWEEP_FIGURES.items():
        fields = ELSEWHERE[name][1] if name in ELSEWHERE else FIELDS.get(name, "")
        command = f"latebloom figure {name} SWEEP {fields}".rstrip()
        chapters["sweep"].append(_shown(name, sweep_figure.title, sweep_figure.caption, command))
    return render("gallery", chapters={CHAPTERS[key]: shown for key, shown in chapters.items()})


def shown_figure(name: str) -> Shown:
    """A figure of a run, as the gallery shows it."""
    figure = FIGURES[name]
    return _shown(name, figure.title, figure.caption, f"latebloom figure {name} RUN")


def _shown(name: str, title: str, caption: str, command: str) -> Shown:
    picture, of = _picture(name)
    return Shown(name, title, caption, picture and str(picture.relative_to(IMAGES.parent)), of, command)


def _picture(name: str) -> tuple[Path | None, str]:
    """The committed picture of a figure, of the largest budget that has one, and what it shows; None without one."""
    if name in ELSEWHERE:
        return IMAGES / ELSEWHERE[name][0], ELSEWHERE[name][2]
    for result in read_results():
        for system in result.systems:
            for picture in system.pictures:
                if picture.name == name and picture.file:
                    return DRAWINGS / Path(picture.file).name, f"{system.title}. {picture.says}"
    return None, ""
