"""How much the last position attends to itself: low through training, until a late change in the write-up's run."""

from latebloom.measures.snapshot import Snapshot


def self_attention(snapshot: Snapshot) -> dict[str, float]:
    """``attention_to_self``: mean attention of ``=`` to ``=`` over all pairs and heads; ``….head0`` for each head.

    Source: the write-up, footnote 27; Nanda et al., 2023: 0.1 to 0.4 %. Nothing for a model without attention.
    """
    if snapshot.grid is None or snapshot.grid.pattern is None:
        return {}
    heads = snapshot.grid.pattern[..., -1].mean((0, 1))
    found = {f"attention_to_self.head{i}": float(share) for i, share in enumerate(heads)}
    return {"attention_to_self": float(heads.mean()), **found}
