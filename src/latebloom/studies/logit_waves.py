"""The waves cos w(x + y - z) in the logits by frequency, whichever the neurons have, and how sparse the weights are."""

from __future__ import annotations

import torch

from latebloom.analysis import Analysis
from latebloom.claims import quantity
from latebloom.claims.logits import phase_sign_of
from latebloom.claims.quantity import Undefined
from latebloom.claims.views import grid
from latebloom.fourier import frequencies, gini


def _shares(analysis: Analysis, sign: int) -> list[float]:
    """Shares of the logits' variance, by frequency. Errors: Undefined where they do not vary."""
    from latebloom.circuits.modular.cos_waves import cos_fit_fve, cos_waves

    whole = grid(analysis)
    shares = [cos_fit_fve(whole, cos_waves(whole, [k], sign)) for k in frequencies(whole.order)]
    known = [share for share in shares if share is not None]
    if len(known) < len(shares):
        raise Undefined("the logits do not vary")
    return known


@quantity("share", "by frequency, the share of the logits' variance that cos w(x ± y - z) explains")
def logit_waves(analysis: Analysis) -> list[float | None]:
    return list(_shares(analysis, phase_sign_of(analysis)))


@quantity("share", "the share of the logits' variance that cos w(x ∓ y - z) explains, all frequencies together")
def logit_waves_other_sign(analysis: Analysis) -> float:
    return sum(_shares(analysis, -phase_sign_of(analysis)))


@quantity("", "the Gini coefficient of the sizes of all weights")
def weights_gini(analysis: Analysis) -> float:
    weights = torch.cat([one.detach().abs().flatten().double() for one in analysis.final.model.parameters()])
    value = gini(weights)
    if value is None:
        raise Undefined("all weights are 0")
    return value
