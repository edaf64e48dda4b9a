"""The page on seeds, from stored studies: no number in it is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from latebloom.figures import SWEEP_FIGURES
from latebloom.lab.seeds.frame import draw_study, figures_of, seed_frame
from latebloom.lab.seeds.leads import EXCLUDED_RULE, RESTRICTED_RULE
from latebloom.lab.seeds.pooled import Moment
from latebloom.lab.seeds.stored import read_study
from latebloom.lab.seeds.study import SeedStudy
from latebloom.lab.seeds.table import estimate, moment_rows, number, rows

QUESTION = """# Seeds: what every run has in common, and how early its outcome can be told

The write-up asks whether grokking starts from a lottery ticket: whether the circuit that wins is already there,
faintly, in the initial weights. Here the winners are a run's key frequencies (by its final neurons), the ticket is a
frequency's norm in the embedding, and the question is how well norms tell winners from losers at each step: the area
under the ROC curve (AUC), 0.5 for guessing, 1 where every winner is above every loser. The control asks the same norms
for the winners of another run. None of it says that a large norm makes a frequency win, only that it comes before; nor
does it look at tickets in other weights than the embedding.

Intervals are 95 %, over runs (`latebloom.statistics`), each for one number by itself. Every number below is made from
`results/seeds/*.json` by `docs/generate.py pages`, the pictures by `docs/generate.py seeds`."""

READING = f"""## How to read it

- **Gradient symmetricity** and **distance irrelevance** (Zhong et al. 2023) tell a clock, which multiplies waves (0 and
  near 1), from a pizza, which adds operands first (1 and 0); weights planted by hand come out so
  (`tests/circuits/modular`). Untrained models are at 1 and 1: their attention is even, which makes them symmetric, but
  no pizzas. **Circularity** is high in both; in noise it is 0.24 mod 31 and 0.08 mod 113.
- **Restricted before test loss.** {RESTRICTED_RULE}
  A tie of checkpoints is undecided.
- **Excluded before test loss.** {EXCLUDED_RULE}
  Undecided where that start was not found, or lies between the same two checkpoints.
- The start of the fall is read off test loss alone. Where memorisation and generalisation overlap, as in many small
  runs, there may be no such corner, or it marks an early wobble; the step of 99 % test accuracy is the sturdier clock.
- Moments by step are those that every run has a checkpoint of; what comes after the first run ended is not shown."""


def seeds_page(studies: Mapping[str, SeedStudy]) -> str:
    """Markdown of docs/seeds.md; one chapter per study, by the name of its file."""
    chapters = [_chapter(name, study) for name, study in studies.items()]
    return "\n\n".join([QUESTION, *chapters, READING]) + "\n"


def read_studies(folder: Path) -> dict[str, SeedStudy]:
    """Every study in a folder by name, the smaller modulus first."""
    found = {path.stem: read_study(path) for path in folder.glob("*.json")}
    return dict(sorted(found.items(), key=lambda item: (item[1].p, item[0])))


def draw_images(studies: Mapping[str, SeedStudy], folder: Path) -> list[Path]:
    """The pictures that the page shows, as PNG."""
    return [path for name, study in studies.items() for path in draw_study(study, folder, f"{name}-", "png")]


def _chapter(name: str, study: SeedStudy) -> str:
    pooled = study.pooled
    made = (
        f"{pooled.n} seeds mod {study.p}, trained by `{study.trained}`, studied by `{study.command}` on {study.date} "
        f"(latebloom {study.versions['latebloom']}, torch {study.versions['torch']}, {study.device['system']}, "
        f"commit {study.commit or 'unknown'}). {study.rule}"
    )
    quantities = _table(("", f"{name}, {pooled.n} seeds"), rows(study))
    moments = _table(("moment", "AUC", "control"), moment_rows(study))
    parts = [f"## {name}", made, _told(pooled.by_step), quantities, moments, *_pictures(name, study), _each(study)]
    return "\n\n".join(parts)


def _told(moments: Sequence[Moment]) -> str:
    """The answer in a sentence, as far as the data give it."""
    if not moments or moments[0].at != 0 or moments[0].auc.low is None or moments[0].auc.high is None:
        return "Whether anything can be told at step 0 is not defined for these runs."
    first = moments[0].auc
    if moments[0].auc.low > 0.5:
        start = "The initial norms already say something, and far from everything"
    elif moments[0].auc.high < 0.5:
        start = "The initial norms point the wrong way"
    else:
        start = "The initial norms say nothing that these runs could show"
    told = next((m for m in moments if m.auc.value is not None and m.auc.value >= 0.95), None)
    later = (
        "the mean never reaches 0.95"
        if told is None
        else f"the mean AUC passes 0.95 by step {told.at:.0f}: {estimate(told.auc)}"
    )
    return f"**{start}: AUC {estimate(first)} at step 0; {later}.**"


def _pictures(name: str, study: SeedStudy) -> list[str]:
    table, shown = seed_frame(study), []
    for figure in (SWEEP_FIGURES[one] for one in figures_of(table)):
        says = figure.says(figure.data_of(table))
        shown.append(f"![{figure.title}](images/{name}-{figure.name}.png)\n\n{says} {figure.caption}")
    return shown


def _each(study: SeedStudy) -> str:
    """Every seed in one line."""
    header = ("seed", "keys (rank at step 0)", "neurons", "99 %", "fall", "symmetricity", "irrelevance", "leads by")
    lines = [
        (
            str(seed.seed),
            ", ".join(f"{k} ({(seed.initial_ranks or {}).get(k, '–')})" for k in seed.key_frequencies) or "none",
            ", ".join(str(size) for size in seed.cluster_sizes.values()),
            number(seed.test_learned_at, 0),
            number(seed.test_loss_falls, 0),
            number(seed.final.gradient_symmetricity),
            number(seed.final.distance_irrelevance),
            f"{number(seed.restricted.steps, 0)} / {number(seed.excluded.steps, 0)}",
        )
        for seed in study.seeds
    ]
    return "Each seed; the last column is restricted / excluded, in steps.\n\n" + _table(header, lines)


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *lines))
