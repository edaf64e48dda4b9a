"""Claims about the logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.modular.ablation import KEY_DIRECTIONS
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Ratio, Region
from latebloom.claims.views import ablation, explanation, grid, modular_task
from latebloom.published import filled, published

if TYPE_CHECKING:
    from latebloom.circuits.modular.trig_variance import LogitStructure


RANDOM_SETS = 5
"""Random sets of frequencies whose cosines are compared with those of the key frequencies."""

NO_DIRECTION = "the model has no key frequency, or its task no direction cos w(x ± y)"
_PLACE = 'W, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits"'


def phase_sign_of(analysis: Analysis) -> int:
    """The sign in cos w(x ± y). Errors: Undefined for a task without such a direction."""
    sign = modular_task(analysis).phase_sign
    if sign is None:
        raise Undefined(NO_DIRECTION)
    return sign


def _loss(analysis: Analysis) -> float:
    loss = explanation(analysis).loss.all
    if not loss:
        raise Undefined("the model's loss is 0 or undefined")
    return loss


@quantity("nats", "the loss over all pairs")
def loss_all_pairs(analysis: Analysis) -> float:
    return _loss(analysis)


@quantity("times", "the loss over all pairs, in units of the loss of guessing, ln p,")
def loss_over_guessing(analysis: Analysis) -> float:
    loss = explanation(analysis).loss.all
    if loss is None:
        raise Undefined("the model's loss is undefined")
    return loss / analysis.chance


@once
def _structure(analysis: Analysis) -> LogitStructure:
    from latebloom.circuits.modular.trig_variance import logit_structure

    structure = logit_structure(grid(analysis), keys_of(analysis), phase_sign_of(analysis))
    if structure is None:
        raise Undefined("the logits do not vary")
    return structure


@quantity("share", "the share of the neurons' energy in terms of x alone or y alone")
def neuron_linear_share(analysis: Analysis) -> float:
    return _structure(analysis).neurons_linear


@quantity("share", "the share of the logits' energy in terms of x alone or y alone")
def logit_linear_share(analysis: Analysis) -> float:
    return _structure(analysis).linear


@quantity(
    "times", "the share of the logits' energy in terms of x alone or y alone, over that share of the neurons' energy,"
)
def linear_terms_kept(analysis: Analysis) -> float:
    structure = _structure(analysis)
    if structure.neurons_linear == 0:
        raise Undefined("no neuron has terms in x or y alone, so nothing could cancel")
    return structure.linear / structure.neurons_linear


@quantity(
    "share", "the share of the energy in the 2x2 blocks of the key frequencies that lies on cos w(x+y) and sin w(x+y)"
)
def uniform_block_share(analysis: Analysis) -> float:
    share = _structure(analysis).uniform
    if share is None:
        raise Undefined("the blocks of the key frequencies hold no energy")
    return share


@quantity(
    "share",
    "the share of the logits' energy about their mean over the pairs that lies along cos w(x+y) and sin w(x+y) of the "
    "key frequencies",
)
def fve_trig_directions(analysis: Analysis) -> float:
    share = explanation(analysis).logits.fve_trig_directions
    if share is None:
        raise Undefined("the model has no key frequency, or its logits do not vary")
    return share


@quantity("share", "the share of the logits' variance that cos w(x ± y - z) at the key frequencies explain")
def fve_cos_fit(analysis: Analysis) -> float:
    fve = explanation(analysis).logits.fve_cos_fit
    if fve is None:
        raise Undefined(NO_DIRECTION)
    return fve


@once
def _others(analysis: Analysis) -> list[int]:
    """The non-key frequencies with both a cos and a sin. Errors: Undefined where they are fewer than the keys."""
    keys, order = keys_of(analysis), grid(analysis).order
    others = [k for k in range(1, (order + 1) // 2) if k not in keys]
    if len(others) < len(keys):
        raise Undefined("too few frequencies are left for a control")
    return others


def _random_share(analysis: Analysis, all_others: float | None) -> float:
    """Waves are orthogonal, so the mean over all sets of as many other frequencies is this part of what all explain."""
    if all_others is None:
        raise Undefined("the logits do not vary")
    return all_others * len(keys_of(analysis)) / len(_others(analysis))


@quantity("share", "the mean of that share over all sets of as many non-key frequencies")
def fve_trig_random(analysis: Analysis) -> float:
    from latebloom.circuits.modular.trig_variance import trig_fve

    whole = grid(analysis)
    return _random_share(analysis, trig_fve(whole, _others(analysis), phase_sign_of(analysis)))


@quantity("share", "the share of the logits' variance that as many random non-key frequencies explain, on average,")
def fve_cos_fit_random(analysis: Analysis) -> float:
    from latebloom.circuits.modular.cos_waves import cos_fit_fve, cos_waves

    whole = grid(analysis)
    return _random_share(analysis, cos_fit_fve(whole, cos_waves(whole, _others(analysis), phase_sign_of(analysis))))


@quantity(
    "share",
    "the share of the logits' variance that cosines with the other sign explain (x - y for addition, x + y for "
    "subtraction; the same frequencies)",
)
def fve_cos_fit_other_sign(analysis: Analysis) -> float:
    from latebloom.circuits.modular.cos_waves import cos_fit_fve, cos_waves

    whole = grid(analysis)
    fve = cos_fit_fve(whole, cos_waves(whole, keys_of(analysis), -phase_sign_of(analysis)))
    if fve is None:
        raise Undefined("the logits do not vary")
    return fve


@quantity("nats", "the mean loss over all pairs of cosines fitted at as many random non-key frequencies")
def cos_fit_loss_random(analysis: Analysis) -> float:
    from latebloom.circuits.modular.cos_waves import cos_waves

    whole, sign, others = grid(analysis), phase_sign_of(analysis), _others(analysis)
    generator, count = np.random.default_rng(0), len(keys_of(analysis))
    sets = [generator.choice(others, count, replace=False).tolist() for _ in range(RANDOM_SETS)]
    return float(np.mean([cos_waves(whole, ks, sign).loss(whole.labels) for ks in sets]))


@quantity("nats", "the mean loss over all pairs with as many random non-key frequencies kept in the logits")
def restricted_loss_random(analysis: Analysis) -> float:
    row = ablation(analysis, KEY_DIRECTIONS)
    if row is None or row.control is None:
        raise Undefined("too few frequencies are left for a control")
    return row.control.mean


def _kept(loss: float | None) -> float:
    if loss is None:
        raise Undefined(NO_DIRECTION)
    return loss


@quantity("nats", "the loss over all pairs of the fitted cosines alone")
def cos_fit_loss(analysis: Analysis) -> float:
    return _kept(explanation(analysis).logits.loss_cos_fit)


@quantity("nats", "the restricted loss over all pairs")
def restricted_loss_all_pairs(analysis: Analysis) -> float:
    return _kept(explanation(analysis).restricted_loss.all)


@quantity("times", "the loss of the fitted cosines, over the model's loss, over all pairs,")
def cos_fit_loss_ratio(analysis: Analysis) -> float:
    return _kept(explanation(analysis).logits.loss_cos_fit) / _loss(analysis)


@quantity("times", "the restricted loss, over the model's loss, over all pairs,")
def restricted_loss_ratio(analysis: Analysis) -> float:
    return _kept(explanation(analysis).restricted_loss.all) / _loss(analysis)


def _no_help(random: Quantity) -> Region:
    """Random frequencies do not lower the loss, so a lower loss is the key frequencies' doing."""
    return Above(Ratio(random, loss_all_pairs, f"{random.formula}, over the model's loss,"), 1.0)


def explain_little(random: Quantity, keys: Quantity) -> Region:
    """As many random frequencies explain little beside the key frequencies."""
    text = "what as many random non-key frequencies explain on average, over what the key frequencies explain,"
    return AtMost(Ratio(random, keys, text), 0.1, "arbitrary")


BETTER_THAN_GUESSING = Below(
    loss_over_guessing,
    1.0,
    "a model that is confidently wrong is helped by anything that is taken from it",
)

register(
    Claim(
        id="logits-cancel",
        sentence="Terms in x alone and y alone are present in the neurons and cancel in the logits.",
        place=_PLACE,
        published="cancel (a picture)",
        region=AtMost(linear_terms_kept, 0.1, "arbitrary"),
        finding="{neuron_linear_share:.1%} of the neurons' energy, {logit_linear_share:.1%} of the logits'",
    ),
    Claim(
        id="logits-uniform-blocks",
        sentence="The 2x2 blocks are uniform: of the products of waves only cos w(x+y) and sin w(x+y) are kept.",
        place=_PLACE,
        published="uniform (a picture)",
        region=AtLeast(
            uniform_block_share, 0.9, "arbitrary; chance gives 1/2, or 2/3 where x and y enter in the same way"
        ),
        provided=BETTER_THAN_GUESSING,
        finding="{uniform_block_share:.1%} of the 2x2 blocks' energy lies on the two waves",
    ),
    Claim(
        id="logits-nothing-else",
        sentence="Everything in the logits but cos w(x+y) and sin w(x+y) of the key frequencies is essentially zero.",
        place=_PLACE,
        published="essentially zero (a picture)",
        region=AllOf(
            AtLeast(fve_trig_directions, 0.95, "arbitrary"), explain_little(fve_trig_random, fve_trig_directions)
        ),
        finding="{fve_trig_directions:.1%} of the logits' energy lies along them, {fve_trig_random:.1%} along as many "
        "random frequencies",
    ),
    Claim(
        id="logits-are-cosines",
        sentence="The logits are a sum of cos w(x+y-z) over the key frequencies.",
        place=_PLACE,
        published=filled("{mainline.fve_cos_fit} of variance"),
        region=AllOf(
            AtLeast(fve_cos_fit, published("mainline.fve_cos_fit").number, "W's number"),
            explain_little(fve_cos_fit_random, fve_cos_fit),
        ),
        finding="{fve_cos_fit:.1%} of variance; {fve_cos_fit_random:.1%} at as many random frequencies, "
        "{fve_cos_fit_other_sign:.1%} for cos w(x-y-z)",
    ),
    Claim(
        id="cosines-do-better",
        sentence="The fitted cosines alone have a lower loss than the model.",
        place=_PLACE,
        published=filled("{mainline.loss} becomes {mainline.loss_cos_fit}"),
        region=AllOf(Below(cos_fit_loss_ratio, 1.0), _no_help(cos_fit_loss_random)),
        provided=BETTER_THAN_GUESSING,
        finding="loss {loss_all_pairs:.2g} becomes {cos_fit_loss:.2g}; {cos_fit_loss_random:.2g} at random frequencies",
    ),
    Claim(
        id="restricted-does-better",
        sentence="Keeping only the key directions of the logits lowers the loss.",
        place="P",
        published=filled("{mainline.loss:P} becomes {mainline.restricted_loss}"),
        region=AllOf(Below(restricted_loss_ratio, 1.0), _no_help(restricted_loss_random)),
        provided=BETTER_THAN_GUESSING,
        finding="loss {loss_all_pairs:.2g} becomes {restricted_loss_all_pairs:.2g}; {restricted_loss_random:.2g} at "
        "random frequencies",
    ),
)
