"""Ray: batches as tasks on a cluster that loses a node."""

import time
from collections import Counter
from pathlib import Path

import pytest

from latebloom.runs import train_run
from latebloom.store import find_runs
from latebloom.sweeps.conduct import Conductor
from latebloom.sweeps.engine import Event, Lost
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Folder, place_of
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.ray_engine import RayEngine
from latebloom.sweeps.tally import Tally
from latebloom.sweeps.train import train_sweep

ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'latebloom[ray]')")

PATIENCE = 300.0
"""Seconds for a worker of the cluster to begin and end; a worker that cannot begin sends no event."""


@pytest.fixture(scope="module")
def cluster():
    """A head node without training, and two nodes with one core each."""
    from ray.cluster_utils import Cluster

    try:
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
        made.nodes_to_lose = [made.add_node(num_cpus=1) for _ in range(2)]
        ray.init(address=made.address, log_to_driver=False, logging_level="error")
    except Exception as error:  # A cause that prevents Ray from running here (ports, memory) is not under test.
        pytest.skip(f"Ray does not run here: {error}")
    yield made
    ray.shutdown()
    made.shutdown()


class NodeLost(RayEngine):
    """Loses a node of its cluster once both nodes train."""

    node: object = None
    cluster: object = None

    def wait(self, seconds: float) -> list[Event]:
        if self.node is not None and len(find_runs(Path(self.root))) >= 2:  # type: ignore[attr-defined]
            self.cluster.remove_node(self.node, allow_graceful=False)  # type: ignore[attr-defined]
            self.node = None
        return super().wait(min(seconds, 0.1))


def test_a_lost_node_loses_no_run_and_changes_no_bit(cluster, jobs, bits, tmp_path: Path) -> None:
    planned = jobs(range(4), steps=60)
    place = Folder(tmp_path / "sweep")
    tally = Tally(4, Counter(), {job.name: 60 for job in planned})
    with place.lock(), NodeLost(place) as engine:
        engine.root, engine.cluster, engine.node = place.path, cluster, cluster.nodes_to_lose[1]
        batches = [Batch((job,)) for job in planned]
        Conductor(place, engine, tally, Failures(place), lambda tally: None).conduct(batches)
    assert engine.node is None
    assert (tally.count("finished"), tally.count("failed"), tally.left) == (4, 0, 0)
    assert sorted(run.path.name for run in find_runs(place.path)) == sorted(job.name for job in planned)
    for job in planned:
        alone = train_run(job.experiment, f"alone-{job.name}", tmp_path)
        assert bits(place.path / job.name) == bits(alone.path)


def test_a_stopped_run_ends_cleanly_and_resumes(cluster, jobs, tmp_path: Path) -> None:
    (job,) = jobs([7], steps=100_000)
    with RayEngine(Folder(tmp_path)) as engine:
        engine.submit(Batch((job,)))
        deadline = time.monotonic() + PATIENCE
        while Folder(tmp_path).status(job.name) == "new":
            assert engine.wait(0.05) == []  # it has not died before it began
            assert time.monotonic() < deadline
        events: list[Event] = []
        while not events:
            assert time.monotonic() < deadline
            engine.stop()
            events = engine.wait(1.0)
    assert Folder(tmp_path).status(job.name) == "interrupted"


def test_a_lost_task_without_a_message_is_named_by_its_error_class(cluster, jobs, tmp_path: Path, monkeypatch) -> None:
    batch = Batch(tuple(jobs([0])))

    def lost(task) -> None:
        raise ray.exceptions.RayError

    with RayEngine(Folder(tmp_path)) as engine:
        engine.submit(batch)
        monkeypatch.setattr(ray, "get", lost)
        events: list[Event] = []
        deadline = time.monotonic() + PATIENCE
        while not events:
            assert time.monotonic() < deadline
            events = engine.wait(1.0)
    assert events == [Lost(batch, "RayError: RayError")]


@pytest.mark.parametrize("store", ["", "file://"])
def test_the_engine_by_its_name_with_a_directory_and_an_object_store(cluster, jobs, tmp_path: Path, store: str) -> None:
    place = place_of(f"{store}{tmp_path}", "sweep")
    tally = train_sweep(place, jobs([0, 1]), engine="ray", quiet=True)
    assert (tally.count("finished"), tally.left) == (2, 0)
    assert make_plan(place, jobs([0, 1, 2])).statuses == {"finished": 2, "new": 1}
