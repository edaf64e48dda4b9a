"""How many neurons compute a single frequency, and how each key frequency's cluster grows."""

from latebloom.circuits.modular.neurons import neuron_clusters
from latebloom.measures.snapshot import Snapshot


def neurons(snapshot: Snapshot) -> dict[str, float]:
    """``live_neurons``; ``clustered_fraction``: the share of them in any cluster, key or not; ``cluster_size.k6``:
    neurons in each key frequency's cluster.

    Source: the write-up's clusters, at 85 % of variance (Nanda et al., 2023). Nothing for a model
    without neurons; no fraction where none is live.
    """
    grid = snapshot.grid
    if grid is None or grid.neurons.shape[-1] == 0:
        return {}
    clusters = neuron_clusters(grid)
    share, sizes = clusters.clustered_fraction, clusters.sizes
    return {
        "live_neurons": float(clusters.live.sum()),
        **({} if share is None else {"clustered_fraction": share}),
        **{f"cluster_size.k{k}": float(sizes.get(k, 0)) for k in snapshot.keys},
    }
