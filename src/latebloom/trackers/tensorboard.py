"""TensorBoard: event files in the folder ``tensorboard`` of the run."""

from collections.abc import Mapping

from latebloom.trackers.tracker import TRACKERS, Tracked, Tracker, TrackerKind


class _TensorBoard:
    def __init__(self, tracked: Tracked) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(tracked.folder / "tensorboard"))

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        for name, value in metrics.items():
            self._writer.add_scalar(name.replace(".", "/"), value, step)
        self._writer.flush()

    def finish(self, succeeded: bool) -> None:
        self._writer.close()


def _start(tracked: Tracked) -> Tracker:
    return _TensorBoard(tracked)


TENSORBOARD = TRACKERS.register(TrackerKind("tensorboard", "tensorboard", _start))
