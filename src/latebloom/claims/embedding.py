"""Claims about the embedding."""

from latebloom.circuits.modular.embedding import embedding_components
from latebloom.circuits.modular.key_frequencies import by_embedding
from latebloom.claims.claim import Claim, register
from latebloom.claims.evidence import Evidence
from latebloom.claims.learning import series_of, span
from latebloom.claims.quantity import Undefined, once, percent, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Ratio
from latebloom.fourier import energy_by_frequency, transform

NO_KEYS = "the model has no key frequency"
MOST_ENERGY = 0.9


def keys_of(evidence: Evidence) -> list[int]:
    """The key frequencies of the final model. Errors: Undefined where it has none."""
    if not evidence.keys:
        raise Undefined(NO_KEYS)
    return evidence.keys


def _fractions(evidence: Evidence) -> list[float]:
    fractions = [share for share in evidence.explanation.embedding.fraction.values() if share is not None]
    if not fractions:
        raise Undefined("the embedding does not vary")
    return fractions


@quantity("frequencies", "the number of frequencies of the embedding")
def embedding_frequencies(evidence: Evidence) -> int:
    return len(_fractions(evidence))


@quantity(
    "frequencies",
    f"the smallest number of frequencies that hold {percent(MOST_ENERGY)} of the embedding's Fourier energy",
)
def embedding_frequencies_used(evidence: Evidence) -> int:
    largest = sorted(_fractions(evidence), reverse=True)
    return next(n for n in range(1, len(largest) + 1) if sum(largest[:n]) >= MOST_ENERGY)


def _gini(evidence: Evidence) -> tuple[float, float, float]:
    """At the start, when test loss begins to fall, at the end."""
    gini, (_, change) = series_of(evidence, "embedding_gini"), span(evidence)
    return float(gini.value[0]), float(gini.value[gini.step <= change][-1]), float(gini.value[-1])


@quantity("", "the Gini coefficient of the embedding at the start")
def embedding_gini_start(evidence: Evidence) -> float:
    return _gini(evidence)[0]


@quantity("", "the Gini coefficient of the embedding when test loss begins to fall")
def embedding_gini_at_fall(evidence: Evidence) -> float:
    return _gini(evidence)[1]


@quantity("", "the Gini coefficient of the embedding at the end")
def embedding_gini_end(evidence: Evidence) -> float:
    return _gini(evidence)[2]


@quantity("", "the rise of the Gini coefficient of the embedding from start to end")
def embedding_gini_rise(evidence: Evidence) -> float:
    start, _, end = _gini(evidence)
    return end - start


@quantity("share", "the share of that rise that is done when test loss begins to fall")
def embedding_gini_progress(evidence: Evidence) -> float:
    start, change, end = _gini(evidence)
    if end <= start:
        raise Undefined(f"the embedding is no sparser at the end: Gini {start:.2f} at the start, {end:.2f} at the end")
    return (change - start) / (end - start)


@once
def _purities(evidence: Evidence) -> list[float]:
    """Largest share of each leading component's energy on one frequency, two components for each key frequency."""
    count = min(2 * len(keys_of(evidence)), *evidence.grid.embedding.shape)
    energy = energy_by_frequency(transform(embedding_components(evidence.grid.embedding, count).scores, (0,)))
    shares: list[float] = (energy.max(0).values / energy.sum(0)).tolist()
    return shares


@quantity("components", "the number of principal components that are looked at, two for each key frequency")
def embedding_components_examined(evidence: Evidence) -> int:
    return len(_purities(evidence))


@quantity(
    "share",
    "the share of energy on one frequency in the least pure of the embedding's first principal components, two for "
    "each key frequency,",
)
def component_purity_min(evidence: Evidence) -> float:
    return min(_purities(evidence))


@quantity("share", "the share of energy on one frequency in the purest of these components")
def component_purity_max(evidence: Evidence) -> float:
    return max(_purities(evidence))


@quantity("", "the key frequencies of the neurons (those with a cluster of at least 1 % of the neurons)")
def key_frequencies(evidence: Evidence) -> list[float]:
    return list(map(float, keys_of(evidence)))


@quantity("", "the frequencies with at least a quarter of the largest norm in the embedding")
def embedding_key_frequencies(evidence: Evidence) -> list[float]:
    keys_of(evidence)
    return list(map(float, by_embedding(evidence.grid)))


@quantity(
    "frequencies",
    "the number of frequencies with at least a quarter of the largest norm in the embedding (arbitrary), less the "
    "number of frequencies with a cluster of at least 1 % of the neurons,",
)
def extra_embedding_frequencies(evidence: Evidence) -> int:
    return len(by_embedding(evidence.grid)) - len(keys_of(evidence))


register(
    Claim(
        id="embedding-sparse",
        sentence="The embedding is sparse in the Fourier basis: the model discards most frequencies.",
        place='W, "Calculating waves"',
        published="6 of 56 frequencies",
        region=AtMost(
            Ratio(
                embedding_frequencies_used,
                embedding_frequencies,
                f"the share of frequencies that hold {percent(MOST_ENERGY)} of the embedding's Fourier energy",
                "share",
            ),
            0.25,
            "both numbers are arbitrary; W shows a picture",
        ),
        finding="{embedding_frequencies_used:.0f} of {embedding_frequencies:.0f} frequencies hold "
        f"{percent(MOST_ENERGY)} of the energy",
    ),
    Claim(
        id="embedding-sparse-early",
        sentence="The embedding is visibly sparse before test loss moves.",
        place='W, "Evolution of Circuits During Training", norms at epoch 7K',
        published="sparse at 7k, test loss falls from 9k",
        region=AllOf(Above(embedding_gini_rise, 0.0), AtLeast(embedding_gini_progress, 0.5, "arbitrary")),
        shows=embedding_gini_progress,
        finding="Gini {embedding_gini_start:.2f} at the start, {embedding_gini_at_fall:.2f} when test loss begins to "
        "fall, {embedding_gini_end:.2f} at the end",
    ),
    Claim(
        id="components-are-waves",
        sentence="The principal components of the embedding correspond to waves of different frequencies.",
        place='W, "Notable Observations", circle plots',
        published="one frequency each (a picture)",
        region=Above(component_purity_min, 0.5, "arbitrary"),
        finding="the first {embedding_components_examined:.0f} components have {component_purity_min:.0%} to "
        "{component_purity_max:.0%} of their energy on one frequency",
        figure="principal-components",
    ),
    Claim(
        id="embedding-more-frequencies",
        sentence="The embedding computes more frequencies than the neurons use.",
        place="W, footnote 23",
        published="6 against 5",
        region=Above(extra_embedding_frequencies, 0.0),
        finding="the embedding has {embedding_key_frequencies:.0f}; the neurons have {key_frequencies:.0f}",
        figure="embedding-spectrum",
    ),
)
