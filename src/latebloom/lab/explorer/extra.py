"""Data of single views of a run's page that the page cannot compute from the packed weights.

A view's data are added by registering their maker in `EXTRAS`.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.lab.explorer.evidence import Evidence
from latebloom.phases.components import ComponentChange
from latebloom.phases.location import Location
from latebloom.tasks import RepeatedSubsequences, SharedFeature


@dataclass(frozen=True)
class Extra:
    """Data of the view of this name. make: plain JSON, or None for a run to which the view does not apply; UsageError
    where it applies but something is undefined."""

    name: str
    make: Callable[[Evidence], dict[str, Any] | None]


EXTRAS: Registry[Extra] = Registry("extra data")
"""Makers by the name of their view."""


def extra_of(evidence: Evidence) -> dict[str, Any]:
    """The data of all views to which the run has some. What is undefined is left out."""
    made: dict[str, Any] = {}
    for name, extra in EXTRAS.items():
        try:
            data = extra.make(evidence)
        except UsageError:
            continue
        if data is not None:
            made[name] = data
    return made


def components(evidence: Evidence) -> dict[str, Any] | None:
    """The phase change of each part of the task, and its loss of guessing (nats). ``kind``, ``column``: the set, and
    the column of the page's metrics with the losses. ``explained``: share of the whole loss's fall that they make
    up."""
    if len(evidence.analysis.task.components) < 2:
        return None
    losses = evidence.analysis.parts
    return {
        "kind": losses.kind,
        "parts": [
            {
                "name": change.name.replace("_", " "),
                "column": f"{losses.kind}_loss.{change.name}",
                "chance": losses.chance[change.name],
                **_change(change),
            }
            for change in losses.changes.parts
        ],
        "explained": losses.explained,
    }


def _change(part: ComponentChange) -> dict[str, Any]:
    """The middle of a phase change with its 95 % interval, and its ends; the reason where there is none."""
    ends = (None, None) if part.change is None else (part.change.onset, part.change.completion)
    named = {"change": part.step, "onset": ends[0], "completion": ends[1]}
    return {**{name: _location(at) for name, at in named.items()}, "reason": part.reason}


def _location(at: Location | None) -> dict[str, float] | None:
    return None if at is None else {"step": at.step, "low": at.low, "high": at.high}


def induction_circuit(evidence: Evidence) -> dict[str, Any] | None:
    """What `latebloom explain --json` prints: losses (nats) without each head and path, and the pair of heads."""
    return evidence.explanation if isinstance(evidence.analysis.task, RepeatedSubsequences) else None


def shared_feature(evidence: Evidence) -> dict[str, Any] | None:
    """``train``: base64 of one bit per example, most significant first: 1 where it is in the training set."""
    task, rows = evidence.analysis.task, evidence.analysis.train_rows
    if not isinstance(task, SharedFeature):
        return None
    trained = np.zeros(task.examples, dtype=bool)
    if rows is not None:
        trained[rows] = True
    return {"train": base64.b64encode(np.packbits(trained).tobytes()).decode()}


EXTRAS.register(Extra("components", components))
EXTRAS.register(Extra("induction-circuit", induction_circuit))
EXTRAS.register(Extra("shared-feature", shared_feature))
