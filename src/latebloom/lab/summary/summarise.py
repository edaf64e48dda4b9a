"""The data of a report, for any run."""

import dataclasses
import json
from typing import Any

from latebloom._errors import UsageError
from latebloom.analysis import Analysis, analyse
from latebloom.circuits import explain
from latebloom.figures import FIGURES, Figure
from latebloom.figures.theme import key_colours
from latebloom.lab.comparison import compare
from latebloom.lab.summary.facts import facts
from latebloom.phases.components import ComponentChange
from latebloom.runs import Run

FINAL = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
"""Series whose last value is shown on the page."""


def summarise(run: Run | Analysis) -> dict[str, Any]:
    """The report's data as plain JSON with text keys; an undefined value is None or is replaced by the reason.

    Keys: run, final (last logged metrics), phases, and the keys of the task's family: for a modular task explanation,
    colours (of the key frequencies), comparison (with published numbers), heads, ablations; for any other task changes
    (of its parts) and weights. Then figures (name, chapter, title, caption, and ``says`` or ``reason``), layout, words
    and tables of the page. Errors: UsageError for a run without checkpoints.
    """
    analysis = analyse(run)
    family = analysis.family
    own = family.page(analysis.final)
    fresh = analysis.run.experiment.data.fixed is False
    summary = {
        "run": facts(analysis),
        "final": _final(analysis),
        "phases": {**analysis.phases.to_dict(), "complete": analysis.phases.complete},
        **(_pairs(analysis, own) if family.layout == "pairs" else {**own, **_examples(analysis)}),
        "figures": [_entry(figure, analysis) for figure in FIGURES.values() if figure.is_for(analysis)],
        "layout": family.layout,
        "words": dataclasses.asdict(family.words_for(analysis.task, fresh)),
        "tables": [dataclasses.asdict(table) for table in family.tables(analysis.final)],
    }
    return json.loads(json.dumps(summary))


def _pairs(analysis: Analysis, own: dict[str, Any]) -> dict[str, Any]:
    return {
        "explanation": own["explanation"],
        "colours": key_colours(own["explanation"]["key_frequencies"]),
        "comparison": compare(analysis, own["numbers"]),
        "heads": own["heads"],
        "ablations": own["ablations"],
    }


def _examples(analysis: Analysis) -> dict[str, Any]:
    """changes: when each part of the task changed; None for a task of one part, or without losses yet.

    weights: the explanation of the final weights as rows of quantity and value, or the reason why it is missing; both
    are None if the family has no circuit to look for.
    """
    return {"changes": _changes(analysis), "weights": _weights(analysis)}


def _changes(analysis: Analysis) -> dict[str, Any] | None:
    figure = FIGURES["component-losses"]
    try:
        losses = figure.data_of(analysis)
    except UsageError:
        return None
    return {
        "kind": losses.kind,
        "says": figure.says(losses),
        "rows": [_part(change) for change in losses.changes.parts],
    }


def _part(part: ComponentChange) -> dict[str, Any]:
    at = part.step
    step = None if at is None else {"step": at.step, "low": at.low, "high": at.high}
    return {"name": part.name.replace("_", " "), "change": step, "share": part.share, "reason": part.reason}


def _weights(analysis: Analysis) -> dict[str, Any]:
    if analysis.family.explain is None:
        return {"rows": None, "reason": None}
    try:
        rows = explain(analysis.final).rows()
    except UsageError as error:
        return {"rows": None, "reason": str(error)}
    return {"rows": [row for row in rows if row[0] != "task"], "reason": None}


def _final(analysis: Analysis) -> dict[str, float]:
    """The last value of each loss and accuracy that was logged."""
    named = {name: analysis.series(name) for name in FINAL}
    return {name: float(series.value[-1]) for name, series in named.items() if series is not None}


def _entry(figure: Figure[Any], analysis: Analysis) -> dict[str, str]:
    entry = {"name": figure.name, "chapter": figure.chapter, "title": figure.title, "caption": figure.caption}
    try:
        return {**entry, "says": figure.says(figure.data_of(analysis))}
    except UsageError as error:
        # The page may be read on another machine, where a path on this one has no meaning.
        return {**entry, "reason": str(error).replace(str(analysis.run.path), analysis.run.manifest.name)}
