"""Claims about the neurons."""

from latebloom.circuits.modular.unembedding import read_outs, unembedding_residual
from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence

_NO_KEYS = "the model has no key frequency, or its task no direction cos w(x ± y)"


def _clustered(evidence: Evidence) -> Verdict:
    figures = evidence.explanation.neurons
    if figures.clustered_fraction is None:
        return undecided("the model has no live neurons")
    share = figures.clustered_fraction
    return judged(share > 0.5, share, f"{share:.1%} of {figures.live} live neurons, clusters {figures.clusters}")


def _polynomials(evidence: Evidence, least: float) -> Verdict:
    """Whether the loss is at least ``least`` times and at most twice what it was."""
    ablation = evidence.ablations.get("neurons: own polynomials")
    loss = evidence.explanation.loss.all
    if ablation is None or not loss:
        return undecided(_NO_KEYS)
    control = ablation.control
    ratio, found = ablation.loss / loss, f"loss {loss:.2g} becomes {ablation.loss:.2g}"
    if control is None:
        return judged(least <= ratio <= 2, ratio, found)
    found += f"; at random frequencies {control.mean:.2g}"
    if control.mean <= 2 * loss:
        return undecided(f"{found}: these neurons matter too little for a change to show")
    return judged(least <= ratio <= 2, ratio, found)


def _read_out(evidence: Evidence) -> Verdict:
    sign = evidence.task.phase_sign
    if not evidence.keys or sign is None:
        return undecided(_NO_KEYS)
    fves = [found.fve for found in read_outs(evidence.grid, evidence.keys, sign) if found.fve is not None]
    if not fves:
        return undecided("the read-out directions carry nothing")
    return judged(min(fves) >= 0.9, min(fves), f"{min(fves):.1%} to {max(fves):.1%} over {len(fves)} directions")


def _rank(evidence: Evidence) -> Verdict:
    residual = unembedding_residual(evidence.grid, evidence.keys) if evidence.keys else None
    if residual is None:
        return undecided(_NO_KEYS)
    return judged(
        residual < 0.05, residual, f"{residual:.2%} of the norm lies off the {2 * len(evidence.keys)} directions"
    )


CLAIMS = (
    Claim(
        id="neurons-cluster",
        sentence="Most neurons compute with a single frequency, and form clusters.",
        place='W, "Calculating 2D products of waves"; P, clusters at 85 % of variance',
        write_up="84.6 % of 512 (P)",
        rule="More than half of the live neurons have over 85 % (P's figure) of their variance at one frequency.",
        judge=_clustered,
    ),
    Claim(
        id="neurons-are-polynomials",
        sentence="Replacing neurons by their degree-2 Fourier polynomials leaves the loss unchanged.",
        place="W, footnote 26",
        write_up="2.4e-7 becomes 2.5e-7 (P)",
        rule="Loss changes by less than a factor of 2 (arbitrary), but by more with polynomials at random frequencies.",
        judge=lambda evidence: _polynomials(evidence, least=0.5),
    ),
    Claim(
        id="neurons-polynomials-suffice",
        sentence="What is left of the neurons beside their degree-2 Fourier polynomials is noise: it lowers no loss.",
        place="W, footnote 26",
        write_up="just noise; 2.4e-7 becomes 2.5e-7 (P)",
        rule="Without it loss is at most twice what it was (arbitrary), with polynomials at random frequencies more.",
        judge=lambda evidence: _polynomials(evidence, least=0.0),
    ),
    Claim(
        id="neurons-read-as-waves",
        sentence="The directions in which W_logit reads the neurons carry cos w(x+y) and sin w(x+y).",
        place="P",
        write_up="93-98 % of variance (P)",
        rule="At least 90 % of variance in every direction (a little under P's 93 %, arbitrary).",
        judge=_read_out,
    ),
    Claim(
        id="w-logit-low-rank",
        sentence="W_logit is close to rank 2 per key frequency: it writes only cos wz and sin wz.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"; P',
        write_up="residual < 0.55 % of the norm (P)",
        rule="Residual under 5 % of the Frobenius norm (arbitrary: ten times P's).",
        judge=_rank,
    ),
)
