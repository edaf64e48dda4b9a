"""MLflow. MLFLOW_TRACKING_URI chooses the server or the database, as usual.

By default that is a database in the current folder, for which its small package needs sqlalchemy and alembic.
"""

from collections.abc import Mapping
from typing import Any

from latebloom.trackers.tracker import PROJECT, TRACKERS, Tracked, Tracker, TrackerKind

MOST = 500
"""Characters of a parameter that every version of MLflow accepts."""


class _MLflow:
    def __init__(self, tracked: Tracked) -> None:
        from mlflow import MlflowClient

        self._client = MlflowClient()
        found = self._client.get_experiment_by_name(PROJECT)
        experiment = found.experiment_id if found is not None else self._client.create_experiment(PROJECT)
        self._run = self._client.create_run(experiment, run_name=tracked.name).info.run_id
        for name, value in flat(tracked.settings).items():
            self._client.log_param(self._run, name, str(value)[:MOST])

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        for name, value in metrics.items():
            self._client.log_metric(self._run, name, value, step=step)

    def finish(self, succeeded: bool) -> None:
        self._client.set_terminated(self._run, "FINISHED" if succeeded else "FAILED")


def flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as SECTION.FIELD."""
    pairs: dict[str, Any] = {}
    for name, value in settings.items():
        pairs |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return pairs


def _start(tracked: Tracked) -> Tracker:
    return _MLflow(tracked)


MLFLOW = TRACKERS.register(TrackerKind("mlflow", "mlflow-skinny sqlalchemy alembic", _start))
