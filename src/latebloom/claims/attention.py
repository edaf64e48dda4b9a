"""Claims about the attention heads."""

from latebloom.circuits.modular.heads import attention_heads
from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence


def _periodic(evidence: Evidence) -> Verdict:
    heads = attention_heads(evidence.grid)
    fves = [head.fve for head in heads or [] if head.fve is not None]
    if not heads or not fves or not evidence.keys:
        return undecided("needs attention heads and key frequencies")
    named = ", ".join(f"{head.frequency} ({head.fve:.0%})" for head in heads if head.fve is not None)
    own = all(head.frequency in evidence.keys for head in heads)
    return judged(own and min(fves) >= 0.9, min(fves), f"heads at {named}")


def _never_to_itself(evidence: Evidence) -> Verdict:
    heads = attention_heads(evidence.grid)
    if not heads:
        return undecided("the model has no attention")
    mean = sum(head.to_itself for head in heads) / len(heads)
    return judged(mean < 0.01, mean, f"{mean:.2%} on average over heads and pairs")


CLAIMS = (
    Claim(
        id="heads-periodic",
        sentence="Each head's attention is periodic in one key frequency.",
        place="P; W shows head 0",
        write_up="97.9-99.1 % (P)",
        rule="The best frequency is a key one and explains at least 90 % of the variance, in every head (arbitrary).",
        judge=_periodic,
    ),
    Claim(
        id="no-attention-to-self",
        sentence="`=` hardly attends to itself (before a late change that the write-up saw near step 43 000).",
        place="W, footnote 27; P",
        write_up="0.1-0.4 % (P)",
        rule="Mean attention under 1 % (arbitrary: over twice P's largest).",
        judge=_never_to_itself,
    ),
)
