"""Claims about the embedding."""

from latebloom.analysis import Analysis
from latebloom.circuits.modular.settings import KEY_CLUSTER
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import series_of, span
from latebloom.claims.quantity import Undefined, once, percent, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Ratio
from latebloom.claims.views import explanation, grid
from latebloom.published import filled

NO_KEYS = "the model has no key frequency"
MOST_ENERGY = 0.9

_LAST = "at the last checkpoint before test loss stays under that of guessing"


def keys_of(analysis: Analysis) -> tuple[int, ...]:
    """The key frequencies of the final model. Errors: Undefined where it has none."""
    from latebloom.circuits.modular import views

    keys = analysis.final.get(views.keys)
    if not keys:
        raise Undefined(NO_KEYS)
    return keys


def _fractions(analysis: Analysis) -> list[float]:
    fractions = [share for share in explanation(analysis).embedding.fraction.values() if share is not None]
    if not fractions:
        raise Undefined("the embedding does not vary")
    return fractions


@quantity("frequencies", "the number of frequencies of the embedding")
def embedding_frequencies(analysis: Analysis) -> int:
    return len(_fractions(analysis))


@quantity(
    "frequencies",
    f"the smallest number of frequencies that hold {percent(MOST_ENERGY)} of the embedding's Fourier energy",
)
def embedding_frequencies_used(analysis: Analysis) -> int:
    largest = sorted(_fractions(analysis), reverse=True)
    return next(n for n in range(1, len(largest) + 1) if sum(largest[:n]) >= MOST_ENERGY)


def _gini(analysis: Analysis) -> tuple[float, float, float]:
    """At the start, at the last checkpoint at which test loss is not yet under guessing, at the end."""
    gini, (_, change) = series_of(analysis, "embedding_gini"), span(analysis)
    before = gini.value[gini.step < change]
    if not len(before):
        raise Undefined("no checkpoint comes before the step at which test loss is under guessing")
    return float(gini.value[0]), float(before[-1]), float(gini.value[-1])


@quantity("", "the Gini coefficient of the embedding at the start")
def embedding_gini_start(analysis: Analysis) -> float:
    return _gini(analysis)[0]


@quantity("", f"the Gini coefficient of the embedding {_LAST}")
def embedding_gini_before_guessing(analysis: Analysis) -> float:
    return _gini(analysis)[1]


@quantity("", "the Gini coefficient of the embedding at the end")
def embedding_gini_end(analysis: Analysis) -> float:
    return _gini(analysis)[2]


@quantity("", "the rise of the Gini coefficient of the embedding from start to end")
def embedding_gini_rise(analysis: Analysis) -> float:
    start, _, end = _gini(analysis)
    return end - start


@quantity("share", f"the share of that rise that is done {_LAST}")
def embedding_gini_progress_before_guessing(analysis: Analysis) -> float:
    start, change, end = _gini(analysis)
    if end <= start:
        raise Undefined(f"the embedding is no sparser at the end: Gini {start:.2f} at the start, {end:.2f} at the end")
    return (change - start) / (end - start)


@once
def _purities(analysis: Analysis) -> list[float]:
    """Largest share of each leading component's energy on one frequency, two components for each key frequency."""
    from latebloom.circuits.modular.embedding import embedding_components
    from latebloom.fourier import energy_by_frequency, transform

    count = min(2 * len(keys_of(analysis)), *grid(analysis).embedding.shape)
    energy = energy_by_frequency(transform(embedding_components(grid(analysis).embedding, count).scores, (0,)))
    shares: list[float] = (energy.max(0).values / energy.sum(0)).tolist()
    return shares


@quantity("components", "the number of principal components that are looked at, two for each key frequency")
def embedding_components_examined(analysis: Analysis) -> int:
    return len(_purities(analysis))


@quantity(
    "share",
    "the share of energy on one frequency in the least pure of the embedding's first principal components, two for "
    "each key frequency,",
)
def component_purity_min(analysis: Analysis) -> float:
    return min(_purities(analysis))


@quantity("share", "the share of energy on one frequency in the purest of these components")
def component_purity_max(analysis: Analysis) -> float:
    return max(_purities(analysis))


@quantity(
    "", f"the key frequencies of the neurons (those with a cluster of at least {percent(KEY_CLUSTER)} of the neurons)"
)
def key_frequencies(analysis: Analysis) -> list[float]:
    return list(map(float, keys_of(analysis)))


@quantity("", "the frequencies with at least a quarter of the largest norm in the embedding")
def embedding_key_frequencies(analysis: Analysis) -> list[float]:
    from latebloom.circuits.modular.key_frequencies import by_embedding

    keys_of(analysis)
    return list(map(float, by_embedding(grid(analysis))))


@quantity(
    "frequencies",
    "the number of frequencies with at least a quarter of the largest norm in the embedding (arbitrary), less the "
    f"number of frequencies with a cluster of at least {percent(KEY_CLUSTER)} of the neurons,",
)
def extra_embedding_frequencies(analysis: Analysis) -> int:
    from latebloom.circuits.modular.key_frequencies import by_embedding

    return len(by_embedding(grid(analysis))) - len(keys_of(analysis))


register(
    Claim(
        id="embedding-sparse",
        sentence="The embedding is sparse in the Fourier basis: the model discards most frequencies.",
        place='W, "Calculating waves"',
        published=filled("{mainline.embedding_frequencies}, of 56 frequencies"),
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
        published=filled(
            "sparse at step {mainline.embedding_sparse}, test loss falls from {mainline.test_loss_falls:W}"
        ),
        region=AllOf(
            Above(embedding_gini_rise, 0.0), AtLeast(embedding_gini_progress_before_guessing, 0.5, "arbitrary")
        ),
        shows=embedding_gini_progress_before_guessing,
        finding="Gini {embedding_gini_start:.2f} at the start, {embedding_gini_before_guessing:.2f} before test loss "
        "is under guessing, {embedding_gini_end:.2f} at the end",
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
        published=filled("{mainline.embedding_frequencies} against {mainline.key_frequencies}"),
        region=Above(extra_embedding_frequencies, 0.0),
        finding="the embedding has {embedding_key_frequencies:.0f}; the neurons have {key_frequencies:.0f}",
        figure="embedding-spectrum",
    ),
)
