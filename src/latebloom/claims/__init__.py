"""The write-up's sentences, made checkable: one file per family. Claims read runs and never train."""

from latebloom.claims import attention, embedding, logits, neurons, training
from latebloom.claims.claim import Claim, Verdict
from latebloom.claims.evidence import Evidence
from latebloom.runs import Run

CLAIMS: tuple[Claim, ...] = (
    *embedding.CLAIMS,
    *neurons.CLAIMS,
    *attention.CLAIMS,
    *logits.CLAIMS,
    *training.CLAIMS,
)
"""Every claim that one run can decide."""


def judge(run: Run) -> dict[str, Verdict]:
    """The verdict of one run on every claim, by id."""
    evidence = Evidence(run)
    return {claim.id: claim.judge(evidence) for claim in CLAIMS}


__all__ = ["CLAIMS", "Claim", "Evidence", "Verdict", "judge"]
