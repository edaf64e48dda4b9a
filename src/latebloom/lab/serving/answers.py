"""What the explorer's server asks about a run: its outcome, its page, its weights, its phases; and about a sweep."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latebloom.analysis import Analysis
from latebloom.claims import complete_claims
from latebloom.explorer.maker import What
from latebloom.explorer.pack import pack
from latebloom.lab.explorer import page_of
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.weights import by_importance, packed_weights
from latebloom.lab.serving.diagrams import sweep_diagrams
from latebloom.runs import Run

BUDGET = 30_000_000
"""Largest size of the packed weights of a served page in bytes. A page on disk holds fewer, since it must be small."""

MOST_LATER = 100
"""A page that has missed more checkpoints than this gets the most important ones."""


def answer(what: What, path: Path, argument: int) -> bytes:
    """The answer about the run or sweep at ``path``; see `latebloom.explorer.maker.What`. Nothing is written.

    Errors: LatebloomError in one line."""
    return _ANSWERS[what](path, argument)


def _outcome(path: Path, _: int) -> bytes:
    return _json(Run(path).outcome.name)


def _page(path: Path, _: int) -> bytes:
    return _json(page_of(Analysis(Run(path)), explained=False, judged=False))


def _explained(path: Path, _: int) -> bytes:
    return _json(page_of(Analysis(Run(path)), judged=False))


def _complete(path: Path, _: int) -> bytes:
    """A run in training is not judged: its verdicts would be out of date when they are made."""
    analysis = Analysis(Run(path))
    if analysis.run.status == "running":
        return _json(page_of(analysis, judged=False))
    return _json(page_of(Evidence(analysis, complete_claims(analysis))))


def _weights(path: Path, after: int) -> bytes:
    """Checkpoints chosen by where things change; with ``after``, those that are later than that step. Empty where there
    are none."""
    analysis = Analysis(Run(path))
    if after < 0:
        return packed_weights(analysis, BUDGET) or b""
    later = [step for step in by_importance(analysis) if step > after][:MOST_LATER]
    read = analysis.run.directory.read_checkpoint
    return pack([(step, read(step)) for step in sorted(later)]) if later else b""


def _phases(path: Path, _: int) -> bytes:
    return _json(Run(path).phases.to_dict())


def _sweep(path: Path, _: int) -> bytes:
    return _json(sweep_diagrams(path))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


_ANSWERS: dict[What, Callable[[Path, int], bytes]] = {
    "outcome": _outcome,
    "page": _page,
    "explained": _explained,
    "complete": _complete,
    "weights": _weights,
    "phases": _phases,
    "sweep": _sweep,
}
