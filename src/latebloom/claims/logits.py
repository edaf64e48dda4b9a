"""Claims about the logits."""

from latebloom.analysis import Analysis
from latebloom.circuits.modular.trig_variance import LogitStructure, logit_structure
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.region import AtLeast, AtMost, Below
from latebloom.claims.views import explanation, grid, modular_task
from latebloom.published import filled, published

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


_BETTER_THAN_GUESSING = Below(
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
        provided=_BETTER_THAN_GUESSING,
        finding="{uniform_block_share:.1%} of the 2x2 blocks' energy lies on the two waves",
    ),
    Claim(
        id="logits-nothing-else",
        sentence="Everything in the logits but cos w(x+y) and sin w(x+y) of the key frequencies is essentially zero.",
        place=_PLACE,
        published="essentially zero (a picture)",
        region=AtLeast(fve_trig_directions, 0.95, "arbitrary"),
        finding="{fve_trig_directions:.1%} of the logits' energy lies along them",
    ),
    Claim(
        id="logits-are-cosines",
        sentence="The logits are a sum of cos w(x+y-z) over the key frequencies.",
        place=_PLACE,
        published=filled("{mainline.fve_cos_fit} of variance"),
        region=AtLeast(fve_cos_fit, published("mainline.fve_cos_fit").number, "W's number"),
        finding="{fve_cos_fit:.1%} of variance",
    ),
    Claim(
        id="cosines-do-better",
        sentence="The fitted cosines alone have a lower loss than the model.",
        place=_PLACE,
        published=filled("{mainline.loss} becomes {mainline.loss_cos_fit}"),
        region=Below(cos_fit_loss_ratio, 1.0),
        provided=_BETTER_THAN_GUESSING,
        finding="loss {loss_all_pairs:.2g} becomes {cos_fit_loss:.2g}",
    ),
    Claim(
        id="restricted-does-better",
        sentence="Keeping only the key directions of the logits lowers the loss.",
        place="P",
        published=filled("{mainline.loss:P} becomes {mainline.restricted_loss}"),
        region=Below(restricted_loss_ratio, 1.0),
        provided=_BETTER_THAN_GUESSING,
        finding="loss {loss_all_pairs:.2g} becomes {restricted_loss_all_pairs:.2g}",
    ),
)
