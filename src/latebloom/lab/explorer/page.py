"""The JSON of a run's page. ``web/src/page.ts`` declares its types."""

import json
from typing import Any

import numpy as np

import latebloom.lab.explorer.groups  # noqa: F401 - it registers
from latebloom._registry import suggested
from latebloom._text import nats, percent
from latebloom.analysis import Analysis
from latebloom.lab.explorer.captions import captions_of
from latebloom.lab.explorer.captions.learning import headline
from latebloom.lab.explorer.captions.words import with_commas
from latebloom.lab.explorer.claims import verdict_rows
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.examples import examples_of
from latebloom.lab.explorer.extra import extra_of
from latebloom.lab.explorer.modular import beyond_page, modular_of
from latebloom.lab.summary.facts import command
from latebloom.phases.outcome import LEARNED_ACCURACY, LEARNED_LOSS_SHARE
from latebloom.runs import Run
from latebloom.tasks import ModularTask

FORMAT = 1

FAMILIES = {"skip_trigrams": "trigrams"}
"""Families that the page calls by another name."""

ROWS = ("train_rows", "test_rows")

SECTIONS = ("model", "optimiser", "data", "training")
"""Sections of the experiment that the page shows."""


def page_of(run: Analysis | Evidence, explained: bool = True, judged: bool = True) -> dict[str, Any]:
    """The page's data as plain JSON, with None for undefined numbers, and ``missing``: why an entry is empty.

    explained: with the explanation of the final model and the captions, which take seconds. judged: with the verdicts,
    on the quantities of the evidence, or on those that are stored; nothing is measured. A run without checkpoints,
    measures, metrics or claims has a page too.
    """
    evidence = run if isinstance(run, Evidence) else Evidence(run)
    evidence = evidence.limited(explained, judged)
    analysis = evidence.analysis
    page: dict[str, Any] = {
        "format": FORMAT,
        "kind": "run",
        "pending": [name for name, there in (("explanation", explained), ("verdicts", judged)) if not there],
        "run": _run(evidence),
        "task": _task(analysis),
        "metrics": table(analysis.run, "metrics"),
        "measures": table(analysis.run, "measures"),
        "phases": _phases(analysis),
        "verdicts": verdict_rows(evidence),
        "captions": captions_of(evidence) if explained else {},
        "modular": modular_of(evidence),
        "examples": examples_of(analysis),
        "extra": extra_of(evidence),
        "missing": _missing(analysis),
    }
    plain: dict[str, Any] = json.loads(json.dumps(finite(page)))
    return plain


def _run(evidence: Evidence) -> dict[str, Any]:
    """What was trained, how far, and what became of it. ``outcome`` is None where the record cannot decide.

    ``imported``: where an imported run comes from; its sections lack what is unknown. None for other runs.
    """
    run, manifest = evidence.analysis.run, evidence.analysis.run.manifest
    experiment = run.experiment.model_dump(mode="json")
    return {
        "name": manifest.name,
        "recipe": manifest.recipe,
        "seed": manifest.seed,
        "status": run.status,
        "step": manifest.step,
        "steps_planned": manifest.steps_planned,
        "stopped_because": manifest.stopped_because,
        "created": manifest.created.isoformat(timespec="seconds"),
        "seconds": manifest.seconds,
        "command": command(manifest.recipe, manifest.seed, experiment),
        "outcome": evidence.analysis.outcome.name,
        "headline": with_commas(headline(evidence)),
        "learned": _learned(evidence.analysis),
        **{section: _settings(experiment.get(section, {})) for section in SECTIONS},
        "versions": manifest.versions,
        "imported": None if manifest.imported is None else manifest.imported.model_dump(),
    }


def _learned(analysis: Analysis) -> dict[str, Any] | None:
    """The steps from which the sets stay learned, and the bar in words; None where one of them was not learned."""
    outcome, guessing = analysis.outcome, analysis.phases.guessing
    if outcome.train_learned_at is None or outcome.test_learned_at is None:
        return None
    bar = f"{percent(LEARNED_ACCURACY)} accuracy"
    if outcome.by_loss and guessing is not None:
        bar = f"a loss of {nats(LEARNED_LOSS_SHARE * guessing)} nats"
    return {"train": outcome.train_learned_at, "test": outcome.test_learned_at, "bar": bar}


def _settings(section: dict[str, Any]) -> dict[str, Any]:
    """The settings of a section without the rows that an imported run lists, which are no text to read."""
    return {name: value for name, value in section.items() if name not in ROWS}


def _phases(analysis: Analysis) -> dict[str, Any]:
    """What ``latebloom phases --json`` prints, with steps as everywhere on the page."""
    phases = analysis.phases.to_dict()
    return {**phases, "reason": with_commas(phases["reason"])}


def _task(analysis: Analysis) -> dict[str, Any]:
    """The task; ``p`` and ``sign`` where its family has them."""
    task, facts = analysis.task, analysis.family.facts(analysis.task)
    return {
        "name": task.name,
        "family": FAMILIES.get(analysis.family.name, analysis.family.name),
        "summary": task.summary,
        **{key: facts[fact] for key, fact in (("p", "p"), ("sign", "phase_sign")) if fact in facts},
        "guessing": analysis.phases.guessing,
        "settings": task.model_dump(mode="json", exclude={"name"}),
    }


def _missing(analysis: Analysis) -> dict[str, str]:
    """Why entries are empty that every finished and measured run has."""
    run, name = analysis.run, analysis.run.manifest.name
    reasons = {}
    if not run.checkpoints:
        reasons["weights"] = f"{name} has no checkpoints, so nothing can be computed from its weights."
    if not len(run.directory.read_table("metrics")):
        reasons["metrics"] = f"No losses were recorded in {name}."
    if run.checkpoints and not len(run.directory.read_table("measures")):
        reasons["measures"] = (
            f"{name} is not measured yet: `{suggested('measure', name)}` adds measures at every checkpoint."
        )
    beyond = beyond_page(run.experiment.model, analysis.task) if isinstance(analysis.task, ModularTask) else []
    if beyond:
        reasons["modular"] = (
            "This page computes all pairs for the transformer and the MLP of the write-up alone. The run has "
            f"{', '.join(beyond)}, so the views of neurons, circles, logits and cuts are left out."
        )
    return reasons


def table(run: Run, name: str) -> dict[str, Any]:
    """A table of the run by columns, with None for NaN and infinity."""
    stored = run.directory.read_table(name)
    steps = stored["step"].to_pylist() if "step" in stored.column_names else []
    return {"step": steps, "columns": {c: stored[c].to_pylist() for c in stored.column_names if c != "step"}}


def finite(value: Any) -> Any:
    """JSON with None in place of NaN and infinity, which JSON cannot represent."""
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
