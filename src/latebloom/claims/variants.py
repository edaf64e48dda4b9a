"""Claims about the mainline's variants: the two-layer MLP and subtraction."""

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.logits import explain_little, fve_cos_fit, fve_cos_fit_other_sign, fve_cos_fit_random
from latebloom.claims.neurons import CLUSTERED
from latebloom.claims.quantity import Undefined, quantity
from latebloom.claims.region import AllOf, AtLeast, AtMost, Between, Ratio
from latebloom.claims.views import explanation, modular_task
from latebloom.published import filled, published


@quantity("frequencies", "the number of frequencies, (p - 1) / 2")
def frequencies(analysis: Analysis) -> int:
    return (modular_task(analysis).p - 1) // 2


@quantity(
    "frequencies", f"the number of frequencies with a neuron that has {CLUSTERED} (P's number) of its energy there"
)
def clusters(analysis: Analysis) -> int:
    return len(explanation(analysis).neurons.clusters)


def _sizes(analysis: Analysis) -> list[int]:
    sizes = list(explanation(analysis).neurons.clusters.values())
    if not sizes:
        raise Undefined("no neuron belongs to a frequency")
    return sizes


@quantity("neurons", "the median size of a cluster")
def cluster_size(analysis: Analysis) -> float:
    return float(np.median(_sizes(analysis)))


@quantity("neurons", "the size of the smallest cluster")
def cluster_size_min(analysis: Analysis) -> int:
    return min(_sizes(analysis))


@quantity("neurons", "the size of the largest cluster")
def cluster_size_max(analysis: Analysis) -> int:
    return max(_sizes(analysis))


_FVE = published("mainline.fve_cos_fit").number
_FEW, _MANY = published("mlp.neurons_per_frequency").numbers

register(
    Claim(
        id="mlp-every-frequency",
        sentence="In a two-layer MLP the neurons form a cluster for every single frequency.",
        place='W, "Notable Observations", 2L MLPs can grok',
        published=filled("every frequency, width {mlp.width}"),
        region=AtLeast(
            Ratio(
                clusters,
                frequencies,
                f"the share of frequencies with a neuron that has {CLUSTERED} (P's number) of its energy there",
                "share",
            ),
            0.9,
            "arbitrary",
        ),
        finding="{clusters:.0f} of {frequencies:.0f} frequencies have a neuron of their own",
        system="mlp",
        figure="neurons-fourier",
    ),
    Claim(
        id="mlp-few-neurons",
        sentence=filled("Typically such a cluster has {mlp.neurons_per_frequency} neurons."),
        place='W, "Notable Observations", 2L MLPs can grok',
        published=filled("{mlp.neurons_per_frequency}"),
        region=Between(cluster_size, _FEW, _MANY, "W's numbers"),
        finding="{cluster_size_min:.0f} to {cluster_size_max:.0f} neurons, median {cluster_size:g}",
        system="mlp",
        figure="neurons-fourier",
    ),
    Claim(
        id="subtraction-same-algorithm",
        sentence="Modular subtraction is learned by the analogous algorithm, cos w(x - y - z).",
        place='W, "Future Directions", the starter project',
        published="expected",
        region=AllOf(
            AtLeast(fve_cos_fit, _FVE, "W's number for addition"),
            AtMost(fve_cos_fit_other_sign, 1 - _FVE, "what that number leaves"),
            explain_little(fve_cos_fit_random, fve_cos_fit),
        ),
        finding=f"cos w(x - y - z) at k = {{{key_frequencies.name}:.0f}} explains {{fve_cos_fit:.1%}} of the logits' "
        "variance, cos w(x + y - z) {fve_cos_fit_other_sign:.1%}, as many random frequencies {fve_cos_fit_random:.1%}",
        system="subtraction",
        figure="logits-fourier",
    ),
)
