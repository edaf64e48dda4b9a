"""The measured parts of docs/certificates.md: what was proved of which model, through training, and how the bound was
attacked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from latebloom.claims.certificates import CHEAP, PROVED
from latebloom.figures import theme
from latebloom.figures.canvas import picture

from .paths import CERTIFICATES, IMAGES
from .stored import Stored
from .templating import render

if TYPE_CHECKING:
    import matplotlib.figure

FIRST = 100
"""The step from which on the axis of the picture is logarithmic."""


class Proof(Stored):
    """One certificate: `benchmarks/certified_runs.py`. share: of running the model on all pairs."""

    accuracy_at_least: float
    share: float
    share_of_exact: float
    directions: int
    from_explanation: int
    pairs: int


class At(Proof):
    """A model and its certificate. explained: share of the logits' variance that the explanation gives."""

    accuracy: float
    explained: float | None
    all_pairs: int


class Moment(At):
    """A checkpoint."""

    step: int


class Certified(At):
    """A model with its frontier, and its course where it is a run."""

    name: str
    date: str
    recipe: str | None = None
    frontier: tuple[Proof, ...]
    course: tuple[Moment, ...] = ()

    @property
    def fewest(self) -> Proof | None:
        """The cheapest proof of as much as any number of directions proves; None where nothing is proved."""
        best = max(self.frontier, key=lambda one: (one.accuracy_at_least, -one.share))
        return best if best.accuracy_at_least else None

    @property
    def proved(self) -> bool:
        """Whether the claim about certificates would hold of it."""
        return self.accuracy_at_least > PROVED and self.share < CHEAP

    def first(self, of: str, level: float) -> int | None:
        """The first step of the course from which on this number stays at the level or above."""
        step = None
        for moment in reversed(self.course):
            if (value := getattr(moment, of)) is None or value < level:
                break
            step = moment.step
        return step


class Kind(Stored):
    """Counts of tries."""

    models: int
    in_float64_too: int
    bound_above_accuracy: int
    bound_above_0: int
    bound_is_accuracy: int


class Soundness(Kind):
    """All tries: `benchmarks/certified_models.py`."""

    command: str
    date: str
    kinds: dict[str, Kind]


def certified_models() -> list[Certified]:
    """What is stored of each model."""
    stored = json.loads((CERTIFICATES / "models.json").read_bytes())
    return [Certified.model_validate({"name": name, **one}) for name, one in stored.items()]


def certificate_blocks() -> dict[str, str]:
    """What stands between the marks of docs/certificates.md, by mark."""
    models = certified_models()
    mainline = [one for one in models if one.recipe == "mainline"]
    soundness = Soundness.model_validate_json((CERTIFICATES / "soundness.json").read_bytes())
    return {
        "answer": render("certificates_answer", mainline=mainline, asked=(PROVED, CHEAP)),
        "models": render("certificates_models", models=models),
        "course": render("certificates_course", models=[one for one in models if one.course]),
        "soundness": render("certificates_soundness", tried=soundness),
    }


def draw_certificates() -> None:
    """docs/images/certificates.svg: bound and accuracy through training, and bound by variance explained."""
    courses = [one for one in certified_models() if one.course]

    def draw(paper: matplotlib.figure.Figure) -> None:
        through, tight = paper.subplots(1, 2)
        for number, one in enumerate(courses):
            colour = f"C{number}"
            steps = [moment.step for moment in one.course]
            through.plot(steps, [moment.accuracy for moment in one.course], color=colour, lw=0.9, ls=(0, (4, 3)))
            bounds = [moment.accuracy_at_least for moment in one.course]
            through.plot(steps, bounds, color=colour, lw=1.6, label=one.name.replace("`", ""))
            known = [moment for moment in one.course if moment.explained is not None]
            explained = [moment.explained for moment in known]
            tight.plot(explained, [moment.accuracy_at_least for moment in known], color=colour, marker="o", ms=3, lw=0)
        through.set_xscale("symlog", linthresh=FIRST)
        through.set_xlim(0)
        through.set_xlabel(f"step (log scale from {FIRST})")
        through.set_ylabel("accuracy proved (dashed: true)")
        paper.legend(loc="outside lower center", ncols=2, fontsize=7)
        tight.set_xlabel("share of the logits' variance explained")
        tight.set_ylabel("accuracy proved")
        for axes in (through, tight):
            axes.grid(axis="y", color=theme.GRID)

    drawn = picture("certificates", (8.6, 4.4), draw, "svg")
    (IMAGES / "certificates.svg").write_bytes(drawn)
