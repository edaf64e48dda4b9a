"""Claims about the embedding."""

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence


def _sparse(evidence: Evidence) -> Verdict:
    fractions = [share for share in evidence.explanation.embedding.fraction.values() if share is not None]
    if not fractions:
        return undecided("the embedding does not vary")
    largest = sorted(fractions, reverse=True)
    count = next(n for n in range(1, len(largest) + 1) if sum(largest[:n]) >= 0.9)
    share = count / len(fractions)
    return judged(share <= 0.25, share, f"{count} of {len(fractions)} frequencies hold 90 % of the energy")


def _sparse_before(evidence: Evidence) -> Verdict:
    gini, start, end = (
        evidence.series("embedding_gini"),
        evidence.boundary("circuit formation"),
        evidence.boundary("clean-up"),
    )
    if gini is None or start is None or end is None:
        return undecided("needs a run that grokked, and `latebloom measure`")
    before = gini.value[gini.step <= end][-1]
    way = gini.value[-1] - gini.value[0]
    if way <= 0:
        return judged(False, None, f"no sparser at the end: Gini {gini.value[0]:.2f}, then {gini.value[-1]:.2f}")
    progress = float((before - gini.value[0]) / way)
    course = (
        f"{gini.value[0]:.2f} at the start, {before:.2f} when test loss begins to fall, {gini.value[-1]:.2f} at the end"
    )
    return judged(progress >= 0.5, progress, f"Gini {course}")


CLAIMS = (
    Claim(
        id="embedding-sparse",
        sentence="The embedding is sparse in the Fourier basis: all but a few frequencies are thrown away.",
        place='W, "Calculating waves"',
        write_up="6 of 56 frequencies",
        rule="Share of frequencies that hold 90 % of the energy is at most 1/4 (both arbitrary; W shows a picture).",
        judge=_sparse,
    ),
    Claim(
        id="embedding-sparse-early",
        sentence="The embedding is visibly sparse before test loss moves.",
        place='W, "Evolution of Circuits During Training", norms at epoch 7K',
        write_up="sparse at 7k, test loss falls from 9k",
        rule="Gini of the embedding has made at least half of its way when clean-up starts (half is arbitrary).",
        judge=_sparse_before,
    ),
)
