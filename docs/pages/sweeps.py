"""The measured part of docs/sweeps.md: what sweeps cost, and what they survive."""

from __future__ import annotations

from .paths import BENCHMARKS
from .stored import Stored
from .templating import render

HOW = {
    "one by one": "one by one, in one process",
    "separate commands": "one by one, a command each",
    "sweep, 1 worker": "sweep, 1 worker",
    "sweep, 2 workers": "sweep, 2 workers",
}
"""What the ways to train the same runs are called on the page."""


class Benchmark(Stored):
    """The command and the date of a benchmark."""

    command: str
    date: str


class Coordinator(Stored):
    """The cost of the coordinating process for a number of runs."""

    runs: int
    wall_seconds: float
    coordinator_milliseconds_per_run: float
    coordinator_kilobytes_per_run: float


class Sweep(Benchmark):
    """The same runs in several ways: ``benchmarks/sweep.py``."""

    cores: int
    runs: int
    steps: int
    seconds_one_by_one: float
    seconds_1_workers: float
    seconds_2_workers: float
    runs_an_hour: dict[str, float]
    scaling_from_1_to_2_workers: float
    coordinator: tuple[Coordinator, ...]

    @property
    def ways(self) -> list[tuple[str, float | None, float]]:
        """How, seconds (None where not measured as a whole), runs an hour."""
        seconds = {
            "one by one": self.seconds_one_by_one,
            "sweep, 1 worker": self.seconds_1_workers,
            "sweep, 2 workers": self.seconds_2_workers,
        }
        return [(HOW[name], seconds.get(name), rate) for name, rate in self.runs_an_hour.items()]


class Killed(Benchmark):
    """Sweeps killed at random moments: ``benchmarks/kill_sweep.py``."""

    killed: int
    runs_each: int
    runs_finished_when_killed: int
    lost: int
    doubled_or_strange: int
    different: int


class LostNode(Benchmark):
    """A Ray cluster that loses a node: ``benchmarks/sweep_ray.py``."""

    ray: str
    nodes: int
    nodes_killed: int
    runs: int
    runs_begun_when_the_node_died: int
    finished: int
    lost: int
    doubled_or_strange: int
    different: int


class ClusterSweep(Stored):
    """One sweep on a cluster. What is None is to be measured again."""

    runs: int
    finished: int
    left: int
    different: int
    seconds: float
    seconds_to_first_result: float
    share_not_training: float
    runs_an_hour: float
    coordinator_core_seconds: float
    seconds_to_find_all_finished: float | None = None


class OfARun(Stored):
    """What one more run of a sweep costs."""

    milliseconds: float
    training_core_milliseconds: float
    share_not_training: float
    coordinator_core_milliseconds: float
    files: float
    kilobytes: float


class Extrapolated(Stored):
    """Many such runs, by what one costs."""

    runs: int
    hours: float
    coordinator_core_minutes: float
    coordinator_megabytes_more: float
    minutes_to_find_all_finished: float | None = None
    files: int
    gigabytes: float
    cores_that_one_coordinator_keeps_busy: float


class ClusterPlace(Stored):
    """The sweeps at one place."""

    sweeps: tuple[ClusterSweep, ...]
    of_a_run: OfARun
    extrapolated: Extrapolated


class SweptCluster(Benchmark):
    """Sweeps on a Ray cluster: ``benchmarks/sweep_cluster.py``."""

    cores: int
    ray: str
    nodes: int
    steps: int
    planning: dict[str, float]
    places: dict[str, ClusterPlace]


def cluster_measured() -> SweptCluster | None:
    """None until the script has been run."""
    file = BENCHMARKS / "sweep_cluster.json"
    return SweptCluster.model_validate_json(file.read_bytes()) if file.exists() else None


def sweeps_block() -> str:
    """What stands between the marks of docs/sweeps.md."""
    sweep, killed, node = ((BENCHMARKS / f"{name}.json").read_bytes() for name in ("sweep", "kill_sweep", "sweep_ray"))
    return render(
        "sweeps_measured",
        sweep=Sweep.model_validate_json(sweep),
        killed=Killed.model_validate_json(killed),
        node=LostNode.model_validate_json(node),
        cluster=cluster_measured(),
    )
