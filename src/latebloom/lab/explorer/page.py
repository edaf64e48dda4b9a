"""The JSON of a run's page. ``web/src/page.ts`` declares its types."""

import base64
import json
from typing import Any

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits import explain
from latebloom.circuits.modular.positions import positions
from latebloom.lab.report import verdicts
from latebloom.lab.summary.facts import command
from latebloom.tasks import ModularTask


def page_of(analysis: Analysis, explained: bool = True, judged: bool = True) -> dict[str, Any]:
    """The page's data as plain JSON, with None for undefined numbers.

    explained: with the explanation of the final model, which takes seconds. judged: with the verdicts, which take
    minutes where the run's quantities are not stored. Without both it is made from the store alone."""
    run, manifest, task = analysis.run, analysis.run.manifest, analysis.task
    page = {
        "format": 1,
        "kind": "run",
        "pending": [name for name, there in (("explanation", explained), ("verdicts", judged)) if not there],
        "run": {
            "name": manifest.name,
            "recipe": manifest.recipe,
            "seed": manifest.seed,
            "status": run.status,
            "step": manifest.step,
            "steps_planned": manifest.steps_planned,
            "stopped_because": manifest.stopped_because,
            "created": manifest.created.isoformat(timespec="seconds"),
            "seconds": manifest.seconds,
            "command": command(manifest.recipe, manifest.seed, run.experiment.model_dump(mode="json")),
            "outcome": analysis.outcome.name,
            **{
                part: getattr(run.experiment, part).model_dump(mode="json")
                for part in ("model", "optimiser", "data", "training")
            },
            "versions": manifest.versions,
        },
        "task": {
            "name": task.name,
            "family": {"skip_trigrams": "trigrams"}.get(analysis.family.name, analysis.family.name),
            "summary": task.summary,
            **(
                {"p": task.p, "sign": analysis.family.facts(task)["phase_sign"]}
                if isinstance(task, ModularTask)
                else {}
            ),
            "settings": task.model_dump(mode="json", exclude={"name"}),
        },
        "metrics": table(analysis, "metrics"),
        "measures": table(analysis, "measures"),
        "phases": analysis.phases.to_dict(),
        "verdicts": [{"id": "", "views": [], **row} for row in (verdicts(analysis) if judged else [])],
        "captions": {},
        "modular": modular(analysis, explained) if isinstance(task, ModularTask) else None,
        "examples": None,
        "extra": {},
    }
    return json.loads(json.dumps(page))


def table(analysis: Analysis, name: str) -> dict[str, Any]:
    """A table of the run by columns, with None for NaN."""
    stored = analysis.run.directory.read_table(name)
    columns = {column: stored[column].to_pylist() for column in stored.column_names if column != "step"}
    clean = {c: [None if v is None or not np.isfinite(v) else v for v in values] for c, values in columns.items()}
    return {"step": stored["step"].to_pylist() if "step" in stored.column_names else [], "columns": clean}


def modular(analysis: Analysis, explained: bool = True) -> dict[str, Any]:
    """What the views of a modular task need: the train pairs as bits, and what explains the final model. Where it is
    not explained, the key frequencies are those that the run was measured with."""
    p = analysis.task.p
    trained = np.zeros(p * p, dtype=bool)
    if analysis.train_rows is not None:
        x, y = analysis.task.pairs()
        trained[(x * p + y)[analysis.train_rows]] = True
    order = positions(analysis.task)
    known = explained and analysis.run.checkpoints
    explanation = explain(analysis.final).model_dump(mode="json") if known else None
    keys = (
        (analysis.measured_basis or {}).get("key_frequencies", [])
        if explanation is None
        else explanation["key_frequencies"]
    )
    return {
        "train": base64.b64encode(np.packbits(trained).tobytes()).decode(),
        "key_frequencies": keys,
        "order": {axis: getattr(order, axis).tolist() for axis in "xyz"},
        "labels": order.labels(analysis.task).flatten().tolist(),
        "explanation": explanation,
    }
