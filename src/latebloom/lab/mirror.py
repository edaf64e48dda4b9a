"""Mirroring a training to a tracker, which can neither stop nor change it."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from latebloom._errors import UsageError, first_line
from latebloom.runs import Observer
from latebloom.trackers import TRACKERS, Tracked, Tracker, TrackerKind
from latebloom.training import Experiment, Record


@contextmanager
def mirrored(experiment: Experiment, name: str, root: str | Path, track: str | None) -> Iterator[Observer | None]:
    """An observer that mirrors the metrics to the tracker of this name, for the duration of the block.

    Errors: UsageError for an unknown tracker, and for one that cannot be started, such as without its library.
    """
    if track is None:
        yield None
        return
    kind = TRACKERS[track]
    mirror = _Mirror(kind, Tracked(name, experiment.model_dump(mode="json"), Path(root) / name))
    succeeded = False
    try:
        yield mirror.take
        succeeded = True
    finally:
        mirror.finish(succeeded)


class _Mirror:
    def __init__(self, kind: TrackerKind, tracked: Tracked) -> None:
        self._kind = kind
        self._tracker: Tracker | None = _started(kind, tracked)

    def take(self, record: Record) -> None:
        if record.metrics is not None:
            step, metrics = record.step, dict(record.metrics)
            self._try(lambda tracker: tracker.log(step, metrics))

    def finish(self, succeeded: bool) -> None:
        self._try(lambda tracker: tracker.finish(succeeded))

    def _try(self, action: Callable[[Tracker], None]) -> None:
        """Do it; after the first failure nothing more is tried."""
        if self._tracker is None:
            return
        try:
            action(self._tracker)
        except (Exception, SystemExit) as error:
            self._tracker = None
            warnings.warn(
                f"--track {self._kind.name} failed ({type(error).__name__}: {_reason(error)}); training goes on "
                "without it, and the run stores every metric",
                stacklevel=2,
            )


def _started(kind: TrackerKind, tracked: Tracked) -> Tracker:
    try:
        return kind.start(tracked)
    except ImportError:
        raise UsageError(
            f"--track {kind.name}: {kind.package} is not installed; install it with `pip install {kind.package}`"
        ) from None
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"--track {kind.name}: it did not start ({type(error).__name__}: {_reason(error)}); nothing was trained"
        ) from None


def _reason(error: BaseException) -> str:
    return first_line(error) if isinstance(error, Exception) else str(error)


def both(first: Observer | None, second: Observer | None) -> Observer | None:
    """One observer that calls those that there are, in this order."""
    observers = [observer for observer in (first, second) if observer is not None]
    if not observers:
        return None

    def observe(record: Record) -> None:
        for observer in observers:
            observer(record)

    return observe
