"""The write-up's sentences, made checkable: one file per family. Claims read runs and never train."""

from latebloom.claims import (
    attention,
    digits,
    embedding,
    few_examples,
    induction,
    late,
    linear,
    logits,
    lottery,
    much_data,
    neurons,
    operations,
    optimisers,
    precision,
    stages,
    training,
    trigrams,
    variants,
    weight_decay,
    weights,
)
from latebloom.claims.claim import Claim, SweepClaim, Verdict
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import Pooled, pool
from latebloom.claims.systems import SYSTEMS, System
from latebloom.runs import Run

CLAIMS: tuple[Claim | SweepClaim, ...] = (
    *embedding.CLAIMS,
    *neurons.CLAIMS,
    *attention.CLAIMS,
    *logits.CLAIMS,
    *training.CLAIMS,
    *stages.CLAIMS,
    *weights.CLAIMS,
    *lottery.CLAIMS,
    *much_data.CLAIMS,
    *digits.CLAIMS,
    *induction.CLAIMS,
    *trigrams.CLAIMS,
    *few_examples.CLAIMS,
    *precision.CLAIMS,
    *weight_decay.CLAIMS,
    *optimisers.CLAIMS,
    *linear.CLAIMS,
    *variants.CLAIMS,
    *operations.CLAIMS,
    *late.CLAIMS,
)
"""Every claim, in the order of the write-up's systems."""


def judge(run: Run) -> dict[str, Verdict]:
    """The verdict of one run on every claim that speaks of such a run, by id; empty where none does."""
    evidence = Evidence(run)
    return {c.id: c.verdict(evidence) for c in CLAIMS if isinstance(c, Claim) and c.applies(run)}


__all__ = [
    "CLAIMS",
    "SYSTEMS",
    "Claim",
    "Evidence",
    "Pooled",
    "SweepClaim",
    "System",
    "Verdict",
    "judge",
    "pool",
]
