"""Claims about the neurons."""

from math import log2

from latebloom.analysis import Analysis
from latebloom.circuits.modular.ablation import OWN_POLYNOMIALS, Ablation
from latebloom.circuits.modular.settings import FVE_THRESHOLD
from latebloom.claims.at_the_end import median_at_the_end
from latebloom.claims.claim import Claim, SweepClaim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.logits import NO_DIRECTION, loss_all_pairs, phase_sign_of
from latebloom.claims.quantity import Undefined, once, percent, quantity
from latebloom.claims.region import Above, AtLeast, AtMost, Below, Between, Ratio
from latebloom.claims.views import ablation, explanation, grid
from latebloom.published import filled

CLUSTERED = percent(FVE_THRESHOLD)
"""Share of a neuron's variance at one frequency from which on it belongs to that frequency's cluster: P's."""


@quantity("neurons", "the number of neurons that are ever active")
def live_neurons(analysis: Analysis) -> int:
    return explanation(analysis).neurons.live


@quantity(
    "share", f"the share of the live neurons that have over {CLUSTERED} (P's number) of their variance at one frequency"
)
def clustered_fraction(analysis: Analysis) -> float:
    share = explanation(analysis).neurons.clustered_fraction
    if share is None:
        raise Undefined("the model has no live neurons")
    return share


@quantity("", "the frequencies that have a cluster of neurons")
def cluster_frequencies(analysis: Analysis) -> list[float]:
    return list(map(float, explanation(analysis).neurons.clusters))


def _polynomials(analysis: Analysis) -> Ablation:
    row = ablation(analysis, OWN_POLYNOMIALS)
    if row is None:
        raise Undefined(NO_DIRECTION)
    return row


@quantity(
    "nats", "the loss with every clustered neuron replaced by its degree-2 Fourier polynomial at its own frequency"
)
def polynomial_loss(analysis: Analysis) -> float:
    return _polynomials(analysis).loss


def _ratio(analysis: Analysis, loss: float) -> float:
    unchanged = explanation(analysis).loss.all
    if not unchanged:
        raise Undefined("the model's loss is 0 or undefined")
    return loss / unchanged


@quantity("times", "the loss with neurons replaced by their degree-2 Fourier polynomials, over the loss without that,")
def polynomial_loss_ratio(analysis: Analysis) -> float:
    return _ratio(analysis, _polynomials(analysis).loss)


@quantity(
    "doublings",
    "the binary logarithm of the loss with neurons replaced by their polynomials over the loss without that",
)
def polynomial_loss_doublings(analysis: Analysis) -> float:
    return log2(_ratio(analysis, _polynomials(analysis).loss))


@quantity("nats", "the mean loss with neurons replaced by polynomials at random frequencies")
def polynomial_loss_random(analysis: Analysis) -> float:
    return _random_loss(analysis)


def _random_loss(analysis: Analysis) -> float:
    control = _polynomials(analysis).control
    if control is None:
        raise Undefined("too few frequencies are left for a control")
    return control.mean


@quantity(
    "doublings",
    "the binary logarithm of the mean loss with neurons replaced by polynomials at random frequencies over the loss "
    "without that",
)
def polynomial_random_doublings(analysis: Analysis) -> float:
    return log2(_ratio(analysis, _random_loss(analysis)))


@once
def _read_outs(analysis: Analysis) -> list[float]:
    from latebloom.circuits.modular.unembedding import read_outs

    sign = phase_sign_of(analysis)
    fves = [found.fve for found in read_outs(grid(analysis), keys_of(analysis), sign) if found.fve is not None]
    if not fves:
        raise Undefined("the read-out directions carry nothing")
    return fves


@quantity("directions", "the number of directions in which W_logit reads the neurons, two for each key frequency")
def read_out_directions(analysis: Analysis) -> int:
    return len(_read_outs(analysis))


@quantity(
    "share",
    "the smallest share of variance that cos w(x+y) and sin w(x+y) explain in any direction in which W_logit reads the "
    "neurons",
)
def read_out_fve_min(analysis: Analysis) -> float:
    return min(_read_outs(analysis))


@quantity("share", "the largest share of variance that these waves explain in any of these directions")
def read_out_fve_max(analysis: Analysis) -> float:
    return max(_read_outs(analysis))


@quantity(
    "share",
    "the share of the Frobenius norm of W_logit outside the directions cos wz and sin wz of the key frequencies",
)
def unembedding_residual_share(analysis: Analysis) -> float:
    from latebloom.circuits.modular.unembedding import unembedding_residual

    residual = unembedding_residual(grid(analysis), keys_of(analysis))
    if residual is None:
        raise Undefined("the model has no neurons to read, or W_logit is 0")
    return residual


DOUBLINGS = median_at_the_end("median_polynomial_loss_doublings", polynomial_loss_doublings)
RANDOM_DOUBLINGS = median_at_the_end("median_polynomial_random_doublings", polynomial_random_doublings)

_MATTER = Above(
    Ratio(
        polynomial_loss_random,
        loss_all_pairs,
        "the loss with polynomials at random frequencies, over the loss without that,",
    ),
    2.0,
    "otherwise the neurons matter too little for a change to show",
)
_POLYNOMIALS = (
    "loss {loss_all_pairs:.2g} becomes {polynomial_loss:.2g}; {polynomial_loss_random:.2g} at random frequencies"
)

register(
    Claim(
        id="neurons-cluster",
        sentence="Most neurons compute with a single frequency, and form clusters.",
        place=f'W, "Calculating 2D products of waves"; P, clusters at {CLUSTERED} of variance',
        published=filled("{mainline.clustered_fraction} of {mainline.neurons} (P)"),
        region=Above(clustered_fraction, 0.5, "half is what “most” means"),
        finding="{clustered_fraction:.1%} of {live_neurons:.0f} live neurons, clusters at {cluster_frequencies:.0f}",
    ),
    SweepClaim(
        id="neurons-are-polynomials",
        sentence="Replacing neurons by their degree-2 Fourier polynomials leaves the loss unchanged.",
        place="W, footnote 26",
        published=filled("{mainline.loss:P} becomes {ablation.neuron_polynomials} (P)"),
        region=Between(DOUBLINGS, -1.0, 1.0, "a factor of 2 either way, arbitrary"),
        provided=Above(RANDOM_DOUBLINGS, 1.0, "otherwise the neurons matter too little for a change to show"),
        finding=f"the median loss changes by a factor of 2 to the power {{{DOUBLINGS.name}:+.2f}} "
        f"({{{DOUBLINGS.name}.low:+.2f}} to {{{DOUBLINGS.name}.high:+.2f}}); at random frequencies, to the power "
        f"{{{RANDOM_DOUBLINGS.name}:+.1f}}",
        statistics=(DOUBLINGS, RANDOM_DOUBLINGS),
    ),
    Claim(
        id="neurons-polynomials-suffice",
        sentence="What the degree-2 Fourier polynomials leave out of the neurons is noise: it lowers no loss.",
        place="W, footnote 26",
        published=filled("just noise (W); {mainline.loss:P} becomes {ablation.neuron_polynomials} (P)"),
        region=AtMost(polynomial_loss_ratio, 2.0, "arbitrary"),
        provided=_MATTER,
        finding=_POLYNOMIALS,
    ),
    Claim(
        id="neurons-read-as-waves",
        sentence="The directions in which W_logit reads the neurons carry cos w(x+y) and sin w(x+y).",
        place="P",
        published=filled("{mainline.read_out_fve} of variance (P)"),
        region=AtLeast(read_out_fve_min, 0.9, filled("arbitrary; P has {mainline.read_out_fve}")),
        finding="{read_out_fve_min:.1%} to {read_out_fve_max:.1%} over {read_out_directions:.0f} directions",
    ),
    Claim(
        id="w-logit-low-rank",
        sentence="W_logit is close to rank 2 per key frequency: it writes only cos wz and sin wz.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"; P',
        published=filled("residual {mainline.w_logit_residual} of the norm (P)"),
        region=Below(unembedding_residual_share, 0.05, "arbitrary, ten times P's"),
        finding="{unembedding_residual_share:.2%} of the norm lies outside the key directions",
    ),
)
