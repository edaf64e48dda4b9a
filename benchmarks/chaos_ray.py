"""A Ray cluster on this machine whose nodes die without warning: a process of its own beside ``chaos_sweep.py``.

It prints the address, and then loses a random node and adds another for each line that it reads.
"""

import random
import sys

from ray.cluster_utils import Cluster

NODES = 2


def main() -> None:
    """Serve until standard input ends."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(NODES)]
    print(cluster.address, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(nodes.pop(random.randrange(len(nodes))), allow_graceful=False)
        nodes.append(cluster.add_node(num_cpus=1))
        print("lost", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
