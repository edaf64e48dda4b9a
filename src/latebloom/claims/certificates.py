"""A claim about how much an explanation proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import final_test_accuracy
from latebloom.claims.quantity import once, quantity
from latebloom.claims.region import Above, AllOf, Below

if TYPE_CHECKING:
    from latebloom.circuits.certificates import Certificate


PROVED = 0.95
"""Share of the pairs that counts as most of the accuracy."""

CHEAP = 0.1
"""Share of the cost of running the model on all pairs that counts as far cheaper."""


@once
def _certificate(analysis: Analysis) -> Certificate:
    from latebloom.circuits.certificates import certify

    return certify(analysis.final)


@quantity("share", "the accuracy over all pairs that the explanation proves")
def certified_accuracy(analysis: Analysis) -> float:
    return _certificate(analysis).accuracy_at_least


@quantity("share", "what the proof costs, of running the model on all pairs")
def certificate_cost(analysis: Analysis) -> float:
    return _certificate(analysis).flops / _certificate(analysis).brute_force_flops


register(
    Claim(
        id="explanation-proves-accuracy",
        sentence="The explanation proves most of the model's accuracy, far cheaper than running the "
        "model on all pairs.",
        place="asked here, after Gross et al. 2024, “Compact Proofs of Model Performance”",
        published="open",
        region=AllOf(Above(certified_accuracy, PROVED, "arbitrary"), Below(certificate_cost, CHEAP, "arbitrary")),
        provided=Above(final_test_accuracy, PROVED, "otherwise there is little to prove"),
        finding="accuracy at least {certified_accuracy:.2%}, at {certificate_cost:.1%} of the operations",
        system="certificates",
        figure="certificate",
    )
)
