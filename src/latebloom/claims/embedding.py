"""Claims about the embedding."""

from latebloom.circuits.modular.embedding import embedding_components
from latebloom.circuits.modular.key_frequencies import by_embedding
from latebloom.claims.claim import NEEDS_GROKKING, Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.fourier import energy_by_frequency, transform


def _sparse(evidence: Evidence) -> Verdict:
    fractions = [share for share in evidence.explanation.embedding.fraction.values() if share is not None]
    if not fractions:
        return undecided("the embedding does not vary")
    largest = sorted(fractions, reverse=True)
    count = next(n for n in range(1, len(largest) + 1) if sum(largest[:n]) >= 0.9)
    share = count / len(fractions)
    return judged(share <= 0.25, share, f"{count} of {len(fractions)} frequencies hold 90 % of the energy")


def _sparse_before(evidence: Evidence) -> Verdict:
    gini, span = evidence.series("embedding_gini"), evidence.interpolation
    if gini is None or span is None:
        return undecided(NEEDS_GROKKING)
    before = gini.value[gini.step <= span[1]][-1]
    way = gini.value[-1] - gini.value[0]
    if way <= 0:
        return judged(False, None, f"no sparser at the end: Gini {gini.value[0]:.2f}, then {gini.value[-1]:.2f}")
    progress = float((before - gini.value[0]) / way)
    course = (
        f"{gini.value[0]:.2f} at the start, {before:.2f} when test loss begins to fall, {gini.value[-1]:.2f} at the end"
    )
    return judged(progress >= 0.5, progress, f"Gini {course}")


def _components_are_waves(evidence: Evidence) -> Verdict:
    if not evidence.keys:
        return undecided("the model has no key frequency")
    count = min(2 * len(evidence.keys), *evidence.grid.embedding.shape)
    energy = energy_by_frequency(transform(embedding_components(evidence.grid.embedding, count).scores, (0,)))
    shares = (energy.max(0).values / energy.sum(0)).tolist()
    text = f"the first {count} components have {min(shares):.0%} to {max(shares):.0%} of their energy on one frequency"
    return judged(min(shares) > 0.5, min(shares), text)


def _more_than_neurons(evidence: Evidence) -> Verdict:
    if not evidence.keys:
        return undecided("the model has no key frequency")
    mine = by_embedding(evidence.grid)
    text = f"{len(mine)} in the embedding ({_listed(mine)}), {len(evidence.keys)} in the neurons"
    return judged(len(mine) > len(evidence.keys), len(mine) - len(evidence.keys), f"{text} ({_listed(evidence.keys)})")


def _listed(keys: list[int]) -> str:
    return ", ".join(map(str, keys))


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
    Claim(
        id="components-are-waves",
        sentence="The principal components of the embedding correspond to waves of different frequencies.",
        place='W, "Notable Observations", circle plots',
        write_up="one frequency each (a picture)",
        rule="Of the first components, two for each key frequency, every one has over half (arbitrary) of its energy "
        "on one frequency.",
        judge=_components_are_waves,
        figure="principal-components",
    ),
    Claim(
        id="embedding-more-frequencies",
        sentence="The embedding computes more frequencies than the neurons use.",
        place="W, footnote 23",
        write_up="6 against 5",
        rule="Frequencies with a quarter of the largest norm in the embedding (arbitrary) outnumber those with a "
        "cluster of 1 % of the neurons.",
        judge=_more_than_neurons,
        figure="embedding-spectrum",
    ),
)
