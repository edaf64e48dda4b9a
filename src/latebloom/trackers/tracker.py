"""What a tracker does, and the registry of all kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from latebloom._registry import Registry

PROJECT = "latebloom"
"""The project, or experiment, that runs are listed under in a tracker."""


@dataclass(frozen=True)
class Tracked:
    """What a tracker is told of a run before it starts. settings: the experiment as JSON values.

    folder: the run's directory, for trackers that write files; they use a subfolder of their own name.
    """

    name: str
    settings: Mapping[str, Any]
    folder: Path


@runtime_checkable
class Tracker(Protocol):
    """One run in a tracker. Any exception is a failure: it is reported once, and training goes on without it."""

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Mirror the metrics of one step. Steps ascend; a resumed run may repeat the last ones."""

    def finish(self, succeeded: bool) -> None:
        """Close the run."""


@dataclass(frozen=True)
class TrackerKind:
    """One kind of tracker. package: what pip installs. start: imports its library, and opens a run."""

    name: str
    package: str
    start: Callable[[Tracked], Tracker]


TRACKERS: Registry[TrackerKind] = Registry("tracker")
"""Every kind of tracker by name."""
