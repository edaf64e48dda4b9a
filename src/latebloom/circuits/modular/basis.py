"""What the family of modular tasks fixes from a model: its key frequencies, by a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from latebloom._lazy import Deferred
from latebloom.measures import Basis
from latebloom.tasks import ModularTask, Task

if TYPE_CHECKING:
    from latebloom.circuits.modular.grid import Grid

RULES: Mapping[str, Callable[[Grid], list[int]]] = MappingProxyType(
    {
        name: Deferred(f"latebloom.circuits.modular.key_frequencies:by_{name}")
        for name in ("neurons", "embedding", "w_logit")
    }
)
"""The rules that choose key frequencies, by name."""

DEFAULT_RULE = "neurons"


def is_basis(task: Task, basis: Basis) -> bool:
    """Whether a stored basis is one that `basis` could have given: a rule, and frequencies of the task."""
    rule, found = basis.get("rule"), basis.get("key_frequencies")
    assert isinstance(task, ModularTask)
    return (
        isinstance(rule, str)
        and rule in RULES
        and isinstance(found, list)
        and all(type(k) is int and 0 < k <= task.p // 2 for k in found)
        and len(set(found)) == len(found)
    )
