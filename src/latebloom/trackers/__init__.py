"""Trackers: experiment pages of others that mirror a run's metrics while it trains. Parquet stays the source."""

from latebloom.trackers.tracker import TRACKERS, Tracked, Tracker, TrackerKind

from latebloom.trackers.wandb import WANDB  # isort: skip (registration order is the order of listing)
from latebloom.trackers.trackio import TRACKIO  # isort: skip
from latebloom.trackers.mlflow import MLFLOW  # isort: skip
from latebloom.trackers.tensorboard import TENSORBOARD  # isort: skip

__all__ = ["MLFLOW", "TENSORBOARD", "TRACKERS", "TRACKIO", "WANDB", "Tracked", "Tracker", "TrackerKind"]
