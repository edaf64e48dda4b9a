"""The cost of a sweep on a Ray cluster of two nodes, with a shared directory and with an object store.

    python benchmarks/sweep_cluster.py --s3 PYTHON --out benchmarks/results/sweep_cluster.json

The nodes are Ray's own test cluster on this machine: real processes, one core each. PYTHON has moto installed
(`pip install 'moto[server]'`), whose local S3 server is the object store; it shares the two cores with the nodes.
Every run is small (x + y mod 7, a model of width 16). Each place trains a sweep of the smaller and one of the larger
size; what a run costs is the difference between them. Then the same sweep is asked for again, which finds it finished.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in a worker: the number of threads is part of a run's bits

import argparse
import json
import platform
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ray
import torch
from kill_sweep import GRID, MODEL, RECORD, contents
from pyarrow import fs
from ray.cluster_utils import Cluster

from latebloom.runs import Job, train_run
from latebloom.store import Manifest
from latebloom.store.sweep_documents import FAILURES
from latebloom.sweeps.expand import expand
from latebloom.sweeps.place import Place, place_of
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.spec import make_spec
from latebloom.sweeps.train import train_sweep

NODES = 2
PORT = 5057
STORE = (
    f"s3://test:test@latebloom?region=us-east-1&scheme=http&endpoint_override=127.0.0.1:{PORT}&allow_delayed_open=true"
)
ACCESS = {"access_key": "test", "secret_key": "test", "scheme": "http", "region": "us-east-1"}
COMPARED = 4
"""Runs of each sweep whose files are compared with those of the same run trained alone."""

PLANNED = 2000
"""Runs that are only planned, for the memory that a planned run takes."""

MANY = 100_000


@contextmanager
def cluster_of_nodes() -> Iterator[None]:
    """A head that trains nothing, and nodes with one core each."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _ in range(NODES):
        cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
    try:
        yield
    finally:
        ray.shutdown()
        cluster.shutdown()


@contextmanager
def object_store(python: str) -> Iterator[str]:
    """A local S3 server with an empty bucket; gives the URI of the bucket."""
    command = [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                address = f"127.0.0.1:{PORT}"
                system = fs.S3FileSystem(endpoint_override=address, allow_bucket_creation=True, **ACCESS)
                system.create_dir("latebloom")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        yield STORE
    finally:
        server.terminate()
        server.wait()


def stored(place: Place) -> tuple[Any, str, list[Any]]:
    """The file system of a place, the path in it, and all files of its runs."""
    uri = str(place)
    system, path = (fs.LocalFileSystem(), uri)
    if uri.startswith("s3://"):  # the server lists ten thousand files more slowly than a request may take by default
        system = fs.S3FileSystem(endpoint_override=f"127.0.0.1:{PORT}", request_timeout=120, **ACCESS)
        path = uri.partition("@")[2].partition("?")[0]
    files = [file for file in system.get_file_info(fs.FileSelector(path, recursive=True)) if file.is_file]
    runs = [file for file in files if file.path.removeprefix(f"{path}/").count("/") and file.base_name[0] != "."]
    return system, path, runs


def different(place: Place, jobs: list[Job]) -> int:
    """Of some runs, how many differ in a byte from the same run trained alone."""
    system, path, files = stored(place)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs[:: -(-len(jobs) // COMPARED)]:
            alone = contents(train_run(job.experiment, job.name, Path(folder)).path)
            prefix = f"{path}/{job.name}/"
            there = {}
            for file in files:
                if file.path.startswith(prefix) and file.base_name != "manifest.json":
                    with system.open_input_stream(file.path) as stream:
                        there[file.path.removeprefix(prefix)] = stream.read()
            wrong += there != alone
    return wrong


def training_seconds(place: Place) -> float:
    """The time that all runs spent in training, by their own records."""
    system, _, files = stored(place)
    total = 0.0
    for file in files:
        if file.base_name == "manifest.json":
            with system.open_input_stream(file.path) as stream:
                total += Manifest.model_validate_json(stream.read()).seconds or 0.0
    return total


def peak() -> int:
    """Peak memory of this process, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def swept(place: Place, jobs: list[Job]) -> dict[str, Any]:
    """Train the jobs on the cluster, and measure."""
    first: list[float] = []
    memory, processor, start = peak(), time.process_time(), time.monotonic()
    ends = lambda result: first.append(time.monotonic() - start)  # noqa: E731
    tally = train_sweep(place, jobs, engine="ray", quiet=True, on_end=ends)
    seconds, processor = time.monotonic() - start, time.process_time() - processor
    if tally.count("finished") < len(jobs):
        raise SystemExit(f"{place}: not every run finished: {place.read(FAILURES)}")
    trained, (_, _, files) = training_seconds(place), stored(place)
    again = time.monotonic()
    left = len(make_plan(place, jobs).left)
    # Before `different` trains runs in this process.
    found, more = time.monotonic() - again, peak() - memory
    return {
        "runs": len(jobs),
        "finished": tally.count("finished"),
        "left": left,
        "different": different(place, jobs),
        "seconds": round(seconds, 1),
        "seconds_to_first_result": round(first[0], 1),
        "training_core_seconds": round(trained, 1),
        "share_not_training": round(1 - trained / (NODES * seconds), 3),
        "runs_an_hour": round(3600 * len(jobs) / seconds),
        "coordinator_core_seconds": round(processor, 2),
        "coordinator_megabytes_more": round(more / 1024, 1),
        "seconds_to_find_all_finished": round(found, 2),
        "files": len(files),
        "megabytes": round(sum(file.size for file in files) / 1e6, 2),
    }


def of_a_run(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """What one more run costs: the difference between the two sweeps."""
    more = large["runs"] - small["runs"]

    def each(name: str) -> float:
        return (large[name] - small[name]) / more

    return {
        "milliseconds": round(1000 * each("seconds"), 2),
        "training_core_milliseconds": round(1000 * each("training_core_seconds"), 2),
        "share_not_training": round(1 - each("training_core_seconds") / (NODES * each("seconds")), 3),
        "coordinator_core_milliseconds": round(1000 * each("coordinator_core_seconds"), 3),
        "milliseconds_to_find_it_finished": round(1000 * each("seconds_to_find_all_finished"), 2),
        "files": round(each("files"), 2),
        "kilobytes": round(1000 * each("megabytes"), 2),
    }


def planned(settings: list[str]) -> dict[str, float]:
    """Seconds and memory of the plan of many runs, none of which exists."""
    memory, start = peak(), time.monotonic()
    jobs = expand(make_spec("small", [GRID], f"0:{PLANNED // 2}", settings))
    with tempfile.TemporaryDirectory() as folder:
        make_plan(place_of(folder, "sweep"), jobs)
    seconds, more = time.monotonic() - start, peak() - memory
    return {"milliseconds": round(1000 * seconds / len(jobs), 3), "kilobytes": round(more / len(jobs), 2)}


def extrapolated(run: dict[str, float], plan: dict[str, float]) -> dict[str, float]:
    """100 000 such runs on two cores, from what one costs."""
    coordinator = run["coordinator_core_milliseconds"]
    return {
        "runs": MANY,
        "hours": round(MANY * (run["milliseconds"] + plan["milliseconds"]) / 3.6e6, 2),
        "coordinator_core_minutes": round(MANY * (coordinator + plan["milliseconds"]) / 6e4, 1),
        "coordinator_megabytes_more": round(MANY * plan["kilobytes"] / 1024),
        "minutes_to_find_all_finished": round(MANY * run["milliseconds_to_find_it_finished"] / 6e4, 1),
        "files": round(MANY * run["files"]),
        "gigabytes": round(MANY * run["kilobytes"] / 1e6, 1),
        "cores_that_one_coordinator_keeps_busy": round(run["training_core_milliseconds"] / coordinator),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="200,1000", help="runs in the two sweeps of each place")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--s3", metavar="PYTHON", help="a Python with moto; without it the object store is left out")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = [*MODEL, *RECORD, "--training.steps", str(options.steps)]
    sizes = [int(size) for size in options.sizes.split(",")]
    sweeps = [expand(make_spec("small", [GRID], f"0:{size // 2}", settings)) for size in sizes]
    plan = planned(settings)
    with tempfile.TemporaryDirectory() as folder:
        train_run(sweeps[0][0].experiment, "once", Path(folder))  # compiled before the measurements

    result: dict[str, Any] = {
        "command": f"python benchmarks/sweep_cluster.py --sizes {options.sizes} --steps {options.steps} --s3 PYTHON",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "ray": ray.__version__,
        "nodes": NODES,
        "steps": options.steps,
        "planning": plan,
        "places": {},
    }

    def measure(name: str, runs: str) -> None:
        """Written after each place, since the second one takes long."""
        rows = [swept(place_of(runs, f"sweep-{len(jobs)}"), jobs) for jobs in sweeps]
        run = of_a_run(*rows)
        result["places"][name] = {"sweeps": rows, "of_a_run": run, "extrapolated": extrapolated(run, plan)}
        text = json.dumps(result, indent=1) + "\n"
        print(text, flush=True)
        if options.out:
            options.out.write_text(text)

    with cluster_of_nodes(), tempfile.TemporaryDirectory() as folder:
        measure("a shared directory", folder)
        if options.s3:
            with object_store(options.s3) as uri:
                measure("an object store", uri)


if __name__ == "__main__":
    main()
