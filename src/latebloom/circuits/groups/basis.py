"""What the family of groups fixes from a model: its key representations, by one rule."""

from latebloom.measures import Basis
from latebloom.tasks import Task

RULE = "characters"
"""The only rule by which key representations are chosen: the similarity of their characters with the logits."""


def is_basis(task: Task, basis: Basis) -> bool:
    """Whether a stored basis is one that `basis` could have given: the rule, and names."""
    names = basis.get("key_irreps")
    return basis.get("rule") == RULE and isinstance(names, list) and all(isinstance(name, str) for name in names)
