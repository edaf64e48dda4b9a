"""Claims about the logits."""

import math

from latebloom.circuits.modular.trig_variance import LogitStructure, logit_structure
from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence

_NO_KEYS = "the model has no key frequency, or its task no direction cos w(x ± y)"


def _structure(evidence: Evidence) -> LogitStructure | None:
    sign = evidence.task.phase_sign
    return logit_structure(evidence.grid, evidence.keys, sign) if evidence.keys and sign is not None else None


def _cancels(evidence: Evidence) -> Verdict:
    structure = _structure(evidence)
    if structure is None:
        return undecided(_NO_KEYS)
    if structure.neurons_linear == 0:
        return undecided("no neuron has terms in x or y alone, so nothing could cancel")
    ratio = structure.linear / structure.neurons_linear
    return judged(
        ratio <= 0.1,
        ratio,
        f"{structure.neurons_linear:.1%} of the neurons' energy, {structure.linear:.1%} of the logits'",
    )


def _uniform(evidence: Evidence) -> Verdict:
    structure = _structure(evidence)
    if structure is None or structure.uniform is None:
        return undecided(_NO_KEYS)
    return _ignorant(evidence) or judged(
        structure.uniform >= 0.9,
        structure.uniform,
        f"{structure.uniform:.1%} of the 2x2 blocks' energy on the two waves",
    )


def _fit(evidence: Evidence) -> Verdict:
    fve = evidence.explanation.logits.fve_cos_fit
    return undecided(_NO_KEYS) if fve is None else judged(fve >= 0.95, fve, f"{fve:.1%} of variance")


def _fit_loss(evidence: Evidence) -> Verdict:
    return _lowered(evidence, evidence.explanation.logits.loss_cos_fit)


def _restricted(evidence: Evidence) -> Verdict:
    return _lowered(evidence, evidence.explanation.restricted_loss.all)


def _lowered(evidence: Evidence, kept: float | None) -> Verdict:
    full = evidence.explanation.loss.all
    if kept is None or not full:
        return undecided(_NO_KEYS)
    return _ignorant(evidence) or judged(kept < full, kept / full, f"loss {full:.2g} becomes {kept:.2g}")


def _ignorant(evidence: Evidence) -> Verdict | None:
    """The verdict on a model that knows less than one that guesses: what it computes answers nothing, and as it is
    confidently wrong, anything taken from it would help."""
    full = evidence.explanation.loss.all
    if full is None or full < math.log(evidence.task.p):
        return None
    return undecided(f"the model's loss, {full:.2g}, is not below chance")


def _nothing_else(evidence: Evidence) -> Verdict:
    share = evidence.explanation.logits.fve_trig_directions
    if share is None:
        return undecided("the model has no key frequency, or its logits do not vary")
    return judged(share >= 0.95, share, f"{share:.1%} of the logits' energy lies along them")


CLAIMS = (
    Claim(
        id="logits-cancel",
        sentence="Terms in x alone and y alone are there in the neurons and cancel in the logits.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"',
        write_up="cancel (a picture)",
        rule="Their share of the logits' energy is at most a tenth of their share of the neurons' (arbitrary).",
        judge=_cancels,
    ),
    Claim(
        id="logits-uniform-blocks",
        sentence="The 2x2 blocks are uniform: of the products of waves only cos w(x+y) and sin w(x+y) are kept.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"',
        write_up="uniform (a picture)",
        rule="At least 90 % of the key blocks' energy lies on the two directions (arbitrary; chance is 1/2, or 2/3 "
        "where x and y enter alike).",
        judge=_uniform,
    ),
    Claim(
        id="logits-nothing-else",
        sentence="Everything in the logits but cos w(x+y) and sin w(x+y) of the key frequencies is essentially zero.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"',
        write_up="essentially zero (a picture)",
        rule="At least 95 % (arbitrary) of the logits' energy about their mean over the pairs lies along these.",
        judge=_nothing_else,
    ),
    Claim(
        id="logits-are-cosines",
        sentence="The logits are a sum of cos w(x+y-z) over the key frequencies.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"',
        write_up="95 % of variance",
        rule="R² of the fit is at least the write-up's 0.95.",
        judge=_fit,
    ),
    Claim(
        id="cosines-do-better",
        sentence="The fitted cosines alone have a lower loss than the model.",
        place='W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"',
        write_up="2e-7 becomes 4.7e-8 (W); 2.4e-7 (P)",
        rule="Loss of the fit is below the model's, over all pairs.",
        judge=_fit_loss,
    ),
    Claim(
        id="restricted-does-better",
        sentence="Keeping only the key directions of the logits lowers the loss.",
        place="P",
        write_up="2.4e-7 becomes 5.5e-8",
        rule="Restricted loss is below the loss, over all pairs.",
        judge=_restricted,
    ),
)
