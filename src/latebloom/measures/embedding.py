"""How sparse the embedding is among the Fourier frequencies."""

from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.fourier import gini
from latebloom.measures.snapshot import Snapshot


def embedding(snapshot: Snapshot) -> dict[str, float]:
    """``embedding_fraction.k6``: share of the embedding's energy at each frequency; ``embedding_gini`` of them.

    Source: the write-up's norms of the embedding's waves. Nothing where the embedding does not vary.
    """
    fractions = None if snapshot.grid is None else embedding_fractions(snapshot.grid.embedding.double())
    if fractions is None:
        return {}
    shares = {f"embedding_fraction.k{k}": float(share) for k, share in enumerate(fractions, start=1)}
    concentration = gini(fractions)
    assert concentration is not None
    return {"embedding_gini": concentration, **shares}
