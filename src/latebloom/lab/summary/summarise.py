"""What a report says of any run, with the part that only its kind of task has."""

import json
from typing import Any

from latebloom._errors import UsageError
from latebloom.figures import FIGURES, Figure, FigureSource
from latebloom.lab.summary.examples import of_examples
from latebloom.lab.summary.facts import facts
from latebloom.lab.summary.pairs import of_pairs
from latebloom.runs import Run
from latebloom.tasks import ModularTask


def summarise(run: Run | FigureSource) -> dict[str, Any]:
    """The report's data, JSON-able and with text as keys; what is undefined is None or comes with its reason.

    Keys: run, final (last logged metrics), phases, figures (name, chapter, title, caption, and ``says`` or
    ``reason``), and those of `of_pairs` for a modular task, of `of_examples` for any other.
    Errors: UsageError for a run without checkpoints.
    """
    source = run if isinstance(run, FigureSource) else FigureSource(run)
    part = of_pairs if isinstance(source.run.task, ModularTask) else of_examples
    summary = {
        "run": facts(source),
        "final": _final(source),
        "phases": source.phases.to_dict(),
        **part(source),
        "figures": [_entry(figure, source) for figure in FIGURES.values() if figure.fits(source.run.task)],
    }
    return json.loads(json.dumps(summary))


def _final(source: FigureSource) -> dict[str, float]:
    """The last value of each loss and accuracy that was logged."""
    names = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    found = {name: source.maybe_series(name) for name in names}
    return {name: float(series.value[-1]) for name, series in found.items() if series is not None}


def _entry(figure: Figure[Any], source: FigureSource) -> dict[str, str]:
    told = {"name": figure.name, "chapter": figure.chapter, "title": figure.title, "caption": figure.caption}
    try:
        return {**told, "says": figure.says(source.data_of(figure))}
    except UsageError as error:
        # The page may travel; a path on this machine means nothing elsewhere.
        return {**told, "reason": str(error).replace(str(source.run.path), source.run.manifest.name)}
