"""Each tracker that is installed, used for real and offline: what it stored are the metrics of the run.

`benchmarks/trackers.py` makes an environment with all of them, and runs this file there.
"""

import json
import struct
import warnings

import pytest

from latebloom.cli import main
from latebloom.runs import Run

OFFLINE = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "HF_HUB_OFFLINE": "1"}


@pytest.fixture
def tracked(tmp_path, monkeypatch):
    """Trains by command with a tracker, and returns the run and its metrics as {step: {name: value}}."""
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)

    def train(tracker):
        model = ["--model.d_model", "16", "--model.n_heads", "2", "--model.d_head", "8", "--model.d_mlp", "8"]
        rest = ["--task.p", "7", "--steps", "10", "--recording.metrics", "5"]
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="--track")
            assert main(["train", "small", "--name", "tracked", "--track", tracker, *model, *rest]) == 0
        run = Run(tmp_path / "runs" / "tracked")
        rows = {row.pop("step"): row for row in run.metrics.to_pylist()}
        assert list(rows) == [0, 5, 10]
        return run, rows

    return train


def test_tensorboard(tracked):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run, rows = tracked("tensorboard")
    events = EventAccumulator(str(run.path / "tensorboard")).Reload()
    for name in rows[0]:
        found = {event.step: event.value for event in events.Scalars(name.replace(".", "/"))}
        assert found == pytest.approx({step: row[name] for step, row in rows.items()}, rel=1e-6)  # it keeps float32


def test_mlflow(tracked):
    pytest.importorskip("mlflow")
    pytest.importorskip("sqlalchemy")
    _, rows = tracked("mlflow")
    from mlflow import MlflowClient

    client = MlflowClient()
    (stored,) = client.search_runs([client.get_experiment_by_name("latebloom").experiment_id])
    assert (stored.info.run_name, stored.info.status) == ("tracked", "FINISHED")
    assert stored.data.params["task.p"] == "7"
    for name in rows[0]:
        found = {point.step: point.value for point in client.get_metric_history(stored.info.run_id, name)}
        assert found == {step: row[name] for step, row in rows.items()}


def test_trackio(tracked):
    pytest.importorskip("trackio")
    _, rows = tracked("trackio")
    from trackio.sqlite_storage import SQLiteStorage

    logs = SQLiteStorage.get_logs("latebloom", "tracked")
    assert {log["step"]: {name: log[name] for name in rows[0]} for log in logs} == rows


def test_wandb(tracked):
    pytest.importorskip("wandb")
    from wandb.proto.wandb_internal_pb2 import Record

    run, rows = tracked("wandb")
    (file,) = run.path.glob("wandb/offline-run-*/*.wandb")
    found = {}
    for content in _records(file.read_bytes()):
        record = Record.FromString(content)
        if record.HasField("history"):
            items = {item.key or item.nested_key[0]: json.loads(item.value_json) for item in record.history.item}
            found[items["_step"]] = {name: items[name] for name in rows[0]}
    assert found == rows


def _records(content):
    """The records of a file of wandb: a header of 7 bytes, then a log as LevelDB writes it."""
    block, place, parts = 32768, 7, b""
    while place + 7 <= len(content):
        if block - place % block < 7:
            place += block - place % block
        _, length, kind = struct.unpack_from("<IHB", content, place)
        parts += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield parts
            parts = b""
