"""Kill one of two nodes of a Ray cluster in the middle of a sweep, and check the names and bits of its runs.

    python benchmarks/sweep_ray.py --out benchmarks/results/sweep_ray.json

The nodes are Ray's own test cluster on this machine: real processes, one core each, killed without warning.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in a worker: the number of threads is part of a run's bits

import argparse
import json
import platform
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import ray
import torch
from kill_sweep import GRID, MODEL, RECORD, contents, state
from ray.cluster_utils import Cluster

from latebloom.runs import train_run
from latebloom.store import find_runs
from latebloom.sweeps.expand import expand
from latebloom.sweeps.place import Folder
from latebloom.sweeps.spec import make_spec
from latebloom.sweeps.train import train_sweep


def lose_node(cluster: Cluster, node: object, sweep: Path, begun: int, moment: dict[str, int]) -> None:
    """Kill the node as soon as ``begun`` runs have started."""
    while (there := len(find_runs(sweep))) < begun:
        time.sleep(0.02)
    cluster.remove_node(node, allow_graceful=False)
    moment["runs_begun_when_the_node_died"] = there


def main() -> None:
    """Train, lose a node, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:16")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = [*MODEL, *RECORD, "--training.steps", str(options.steps)]
    jobs = expand(make_spec("small", [GRID], options.seeds, settings))
    moment: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        alone = {job.name: contents(train_run(job.experiment, job.name, root / "alone").path) for job in jobs}
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
        _, doomed = (cluster.add_node(num_cpus=1) for _ in range(2))
        ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
        arguments = (cluster, doomed, root / "sweep", len(jobs) // 2, moment)
        threading.Thread(target=lose_node, args=arguments, daemon=True).start()
        start = time.monotonic()
        tally = train_sweep(Folder(root / "sweep"), jobs, engine="ray", quiet=True)
        seconds = time.monotonic() - start
        found = state(root, alone)
        ray.shutdown()
        cluster.shutdown()
    result = {
        "command": f"python benchmarks/sweep_ray.py --seeds {options.seeds} --steps {options.steps}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "ray": ray.__version__,
        "nodes": 2,
        "nodes_killed": int(bool(moment)),
        **moment,
        "runs": len(jobs),
        "finished": tally.count("finished"),
        "failed": tally.count("failed"),
        **found,
        "seconds": round(seconds, 1),
    }
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    raise SystemExit(int(not moment or any(found.values()) or tally.left > 0))


if __name__ == "__main__":
    main()
