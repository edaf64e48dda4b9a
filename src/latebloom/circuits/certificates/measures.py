"""The certificate as a measure: what the explanation proves at each checkpoint. Computed where it is asked for."""

from latebloom._errors import UsageError
from latebloom.measures import MEASURES, Column, Measure, Snapshot

ACCURACY_AT_LEAST = Column(
    "accuracy_at_least",
    "share",
    "lower bound on the accuracy over all pairs, from the read-out that the explanation says and norms of "
    "what it leaves out; "
    "left out for a model that no certificate is made for",
    "after Gross et al. 2024, “Compact Proofs of Model Performance via Mechanistic Interpretability”",
)
COST = Column("certificate_cost", "share", "operations of that bound over those of running the model on all pairs")


def certificate(snapshot: Snapshot) -> dict[str, float]:
    """The bound and its cost; empty for a model that no certificate is made for."""
    from latebloom.circuits.certificates.certificate import certify

    try:
        found = certify(snapshot)
    except UsageError:
        return {}
    return {ACCURACY_AT_LEAST.name: found.accuracy_at_least, COST.name: found.flops / found.brute_force_flops}


MEASURES.register(Measure("certificate", certificate, (ACCURACY_AT_LEAST, COST), "modular", costly=True))
