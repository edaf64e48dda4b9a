"""Trackio, which keeps its tables on this machine."""

from collections.abc import Mapping

from latebloom.trackers.tracker import PROJECT, TRACKERS, Tracked, Tracker, TrackerKind


class _Trackio:
    def __init__(self, tracked: Tracked) -> None:
        import trackio

        self._run = trackio.init(project=PROJECT, name=tracked.name, config=dict(tracked.settings))

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        self._run.log(dict(metrics), step=step)

    def finish(self, succeeded: bool) -> None:
        self._run.finish()


def _start(tracked: Tracked) -> Tracker:
    return _Trackio(tracked)


TRACKIO = TRACKERS.register(TrackerKind("trackio", "trackio", _start))
