"""Weights & Biases. Its own environment variables apply: WANDB_MODE=offline keeps everything on this machine."""

from collections.abc import Mapping

from latebloom.trackers.tracker import PROJECT, TRACKERS, Tracked, Tracker, TrackerKind


class _Wandb:
    def __init__(self, tracked: Tracked) -> None:
        import wandb

        self._run = wandb.init(
            project=PROJECT, name=tracked.name, config=dict(tracked.settings), dir=str(tracked.folder)
        )

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        self._run.log(dict(metrics), step=step)

    def finish(self, succeeded: bool) -> None:
        self._run.finish(exit_code=0 if succeeded else 1)


def _start(tracked: Tracked) -> Tracker:
    return _Wandb(tracked)


WANDB = TRACKERS.register(TrackerKind("wandb", "wandb", _start))
