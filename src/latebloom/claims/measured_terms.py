"""What a rule reads, in words: unit and formula of each quantity and statistic."""

from __future__ import annotations

from latebloom.claims.claim import Claim, SweepClaim
from latebloom.claims.quantity import QUANTITIES, Term


def terms_of(claim: Claim | SweepClaim) -> dict[str, tuple[str, str]]:
    """Unit and formula of each quantity and statistic that the claim's rule reads, by name."""
    terms: list[Term] = [QUANTITIES[name] for name in claim.quantities]
    terms += claim.statistics if isinstance(claim, SweepClaim) else ()
    return {term.name: (term.unit, term.formula) for term in sorted(terms, key=lambda term: term.name)}
