"""Claims about the mainline's variants: the two-layer MLP and subtraction."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence


def _every_frequency(evidence: Evidence) -> Verdict:
    frequencies = (evidence.task.p - 1) // 2
    clusters = evidence.explanation.neurons.clusters
    share = len(clusters) / frequencies
    return judged(share >= 0.9, share, f"{len(clusters)} of {frequencies} frequencies have a neuron of their own")


def _few_neurons(evidence: Evidence) -> Verdict:
    sizes = sorted(evidence.explanation.neurons.clusters.values())
    if not sizes:
        return undecided("no neuron belongs to a frequency")
    middle = float(np.median(sizes))
    return judged(3 <= middle <= 7, middle, f"{sizes[0]} to {sizes[-1]} neurons, median {middle:g}")


def _same_algorithm(evidence: Evidence) -> Verdict:
    fit = evidence.explanation.logits.fve_cos_fit
    if fit is None:
        return undecided("the final model has no key frequencies")
    keys = ", ".join(map(str, evidence.keys))
    return judged(fit >= 0.95, fit, f"cos w(x - y - z) at k = {keys} explains {fit:.1%} of the logits' variance")


CLAIMS = (
    Claim(
        id="mlp-every-frequency",
        sentence="In a two-layer MLP the neurons form a cluster for every single frequency.",
        place='W, "Notable Observations", 2L MLPs can grok',
        write_up="every frequency, width 256",
        rule="Nine of ten frequencies (arbitrary) have a neuron with 85 % of its energy on it (P's share).",
        judge=_every_frequency,
        system="mlp",
        figure="neurons-fourier",
    ),
    Claim(
        id="mlp-few-neurons",
        sentence="Typically such a cluster has 3 to 7 neurons.",
        place='W, "Notable Observations", 2L MLPs can grok',
        write_up="3 to 7",
        rule="The median size lies in that range.",
        judge=_few_neurons,
        system="mlp",
        figure="neurons-fourier",
    ),
    Claim(
        id="subtraction-same-algorithm",
        sentence="Modular subtraction is learned by the analogous algorithm, cos w(x - y - z).",
        place='W, "Future Directions", the starter project',
        write_up="expected",
        rule="Cosines at the key frequencies explain 95 % of the logits' variance, as W has it for addition.",
        judge=_same_algorithm,
        system="subtraction",
        figure="logits-fourier",
    ),
)
