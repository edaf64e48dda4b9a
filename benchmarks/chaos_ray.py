"""A Ray cluster on this machine whose nodes die without warning: a process of its own beside ``chaos_sweep.py``.

It prints the address, and then loses a random node and adds another for each line that it reads.
"""

import random
import sys

from ray.cluster_utils import Cluster

NODES = 2
TRIES = 5
"""To start a node, which Ray gives up after 30 seconds; on a busy machine it takes longer."""


def added(cluster: Cluster) -> object:
    """A new node."""
    for attempt in range(TRIES):
        try:
            return cluster.add_node(num_cpus=1)
        except Exception:
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def main() -> None:
    """Serve until standard input ends."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [added(cluster) for _ in range(NODES)]
    print(cluster.address, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(nodes.pop(random.randrange(len(nodes))), allow_graceful=False)
        nodes.append(added(cluster))
        print("lost", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
